"""The questions that can be measured."""

import pytest

from assistant.embeddings.evaluation.questions import NothingToMeasureError, prepare
from tests.factories import make_document, make_user

pytestmark = pytest.mark.django_db


def test_grades_are_by_key_and_what_is_not_stored_stays() -> None:
    document = make_document(source="/docs/a.md")

    questions = prepare({"1": "one"}, {"1": {"a.md": 2, "b.md": 1}}, using="default")

    [question] = questions.items
    assert question.grades == {document.pk: 2, "b.md": 1}
    assert question.names == {document.pk: "a.md"}
    assert questions.notes == [
        "Judged documents that are not found here, which count as not found by any search (1): b.md"
    ]


def test_two_ids_of_a_document_are_one() -> None:
    """Each question's run has the name that its own judgements have."""
    document = make_document(source="/docs/a.md")
    judgements = {"1": {"a.md": 0, "a": 2}, "2": {"docs/a.md": 1}}

    questions = prepare({"1": "one", "2": "two"}, judgements, using="default")

    first, second = questions.items
    assert first.grades == {document.pk: 2}
    assert first.names == {document.pk: "a.md"}
    assert second.names == {document.pk: "docs/a.md"}
    assert questions.notes == [
        "Ids that mean a document that another id of the same question means, too: 1; the higher "
        "grade counts"
    ]


def test_many_ids_are_named_in_part() -> None:
    make_document(title="a")
    judgements = {"1": {"a": 1, **{f"lost\x1b{n}": 1 for n in range(1_200)}}}

    [note] = prepare({"1": "one"}, judgements, using="default").notes

    assert note.endswith(
        "(1,200): 'lost\\x1b0', 'lost\\x1b1', 'lost\\x1b2', 'lost\\x1b3', 'lost\\x1b4', …"
    )


def test_what_only_others_may_find_is_not_found() -> None:
    make_document(title="a", owner=make_user())

    with pytest.raises(NothingToMeasureError, match=r"is found here: a\. .* Is the user right\?"):
        prepare({"1": "one"}, {"1": {"a": 1}}, user=make_user(), using="default")


def test_a_document_that_is_not_relevant_is_not_enough() -> None:
    make_document(title="a")

    with pytest.raises(NothingToMeasureError, match="None of the 1 relevant documents is found"):
        prepare({"1": "one"}, {"1": {"a": 0, "b": 1}}, using="default")
