"""Which document an id means."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistant.embeddings.evaluation.identifying import BY_SOURCE, BY_TITLE, identify
from tests.factories import make_conversation, make_document, make_message, make_user

pytestmark = pytest.mark.django_db


def found(*ids: str, user: Any = None) -> dict[str, Any]:
    return identify(ids, user=user, using="default").keys


def test_keys_are_of_documents_messages_and_conversations() -> None:
    document, message = make_document(), make_message()
    rows = [document, message, message.conversation]

    assert found(*(str(row.pk) for row in rows)) == {str(row.pk): row.pk for row in rows}
    assert found(document.pk.hex.upper()) == {document.pk.hex.upper(): document.pk}


@pytest.mark.parametrize(
    "name",
    [
        "/srv/docs/notes/refunds.en.md",
        "docs/notes/refunds.en.md",
        "./notes/refunds.en.md",
        "refunds.en.md",
        "notes/refunds.en",
        "refunds.en",
        "notes\\refunds.en.md",
        "How refunds are paid",
    ],
)
def test_documents_are_known_by_source_and_title(name: str) -> None:
    document = make_document(source="/srv/docs/notes/refunds.en.md", title="How refunds are paid")
    make_document(source="/srv/docs/notes/other.md", title="Other")

    assert found(name) == {name: document.pk}


@pytest.mark.parametrize(
    "name",
    ["refunds", "efunds.en.md", "other/refunds.en.md", "how refunds are paid", ".md", "%"],
)
def test_what_is_only_like_it_is_not_it(name: str) -> None:
    make_document(source="/srv/docs/notes/refunds.en.md", title="How refunds are paid")
    make_document(source="", title="Empty")

    assert found(name) == {}


def test_a_whole_source_goes_before_a_name_and_a_name_before_a_title() -> None:
    whole = make_document(source="a.md", title="one")
    named = make_document(source="/srv/b.md", title="a.md")
    make_document(source="/srv/a.md", title="b.md")

    assert found("a.md", "b.md") == {"a.md": whole.pk, "b.md": named.pk}


def test_what_several_answer_to_is_ambiguous_unless_the_title_tells() -> None:
    make_document(source="/one/a.md")
    make_document(source="/two/a.md")
    make_document(source="/one/b.md")
    make_document(source="/two/b.md")
    titled = make_document(title="b.md")

    answer = identify(["a.md", "b.md", "c.md", "one/a.md"], using="default")

    assert answer.ambiguous == ["a.md"]
    assert answer.missing == ["c.md"]
    assert answer.keys["b.md"] == titled.pk
    assert set(answer.keys) == {"b.md", "one/a.md"}


def test_only_what_the_user_may_find_counts() -> None:
    ada, ben = make_user(), make_user()
    own = make_document(source="/a/own.md", owner=ada)
    shared = make_document(source="/a/shared.md")
    other = make_document(source="/b/own.md", owner=ben, title="Ben's")
    message = make_message(conversation=make_conversation(user=ada))
    others = make_message(conversation=make_conversation(user=ben))
    ids = ["own.md", "shared.md", "Ben's", *(str(row.pk) for row in (message, others, own, other))]

    assert found(*ids, user=ada) == {
        "own.md": own.pk,
        "shared.md": shared.pk,
        str(message.pk): message.pk,
        str(own.pk): own.pk,
    }


def test_the_number_of_statements_does_not_depend_on_the_ids() -> None:
    documents = [make_document(title=f"Title {n}") for n in range(20)]

    def count(rows: list[Any]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            identify(
                [name for row in rows for name in (str(row.pk), row.title, str(uuid4()))],
                using="default",
            )
        return len(queries)

    assert count(documents[:1]) == count(documents) == 7


@pytest.mark.parametrize("statement", [BY_SOURCE, BY_TITLE], ids=["source", "title"])
def test_sources_and_titles_are_looked_up_by_their_indexes(statement: str) -> None:
    make_document(source="/a.md", title="A")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN " + statement.replace("{visible}", "true"), {"ids": ["a", "b"], "user": None}
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "idx_knowledge_base_source" in plan or "idx_knowledge_base_title_prefix" in plan
    assert "Seq Scan" not in plan
