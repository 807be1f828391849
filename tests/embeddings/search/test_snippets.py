"""The passages that hits are shown with."""

import pytest

from assistant.conversations.models import Message
from assistant.db.search import HIGHLIGHT_END, HIGHLIGHT_START
from assistant.embeddings.models import ConversationEmbedding
from assistant.embeddings.search.snippets import BEGINNING, with_snippets
from tests import factories

pytestmark = pytest.mark.django_db


def snippet(text: str, question: str) -> str:
    factories.make_embedding(chunk_text=text)
    (row,) = with_snippets(ConversationEmbedding.objects.all(), question, field="chunk_text")
    return row.snippet


def mark(word: str) -> str:
    return f"{HIGHLIGHT_START}{word}{HIGHLIGHT_END}"


def test_every_form_of_a_word_is_marked() -> None:
    text = snippet("Dogs bark. A dog sleeps.", "Which dogs do not bark -cat?")

    assert text == f"{mark('Dogs')} {mark('bark')}. A {mark('dog')} sleeps."


def test_a_passage_is_around_the_words() -> None:
    text = snippet("filler " * 300 + "the red apple " + "filler " * 300, '"red apple"')

    assert f"{mark('red')} {mark('apple')}" in text
    assert len(text) < 600


@pytest.mark.parametrize("question", ["pear", "", "the", "-apple", "\0", '"'])
def test_what_only_its_meaning_has_found_is_shown_from_its_beginning(question: str) -> None:
    text = "One apple a day. " * 50

    assert snippet(text, question) == text[:BEGINNING]


def test_a_texts_own_marks_are_none() -> None:
    assert snippet(f"{mark('evil')} apple", "apple") == f"evil {mark('apple')}"


def test_markup_stays_as_it_is() -> None:
    assert snippet("<b>apple</b> &amp; pear", "pear").endswith(f"&amp; {mark('pear')}")


FILLER = "Nothing of interest stands in this sentence about gardens and rivers. " * 12


@pytest.mark.parametrize(
    "call, name, questions",
    [
        (
            "client.getUserById(5)",
            "client.getUserById",
            ["user id", "getUserById", '"getUserById"'],
        ),
        ("parse_http/Response", "parse_http/Response", ["responses"]),
        ("of src/app/main.py", "src/app/main.py", ["main.py", '"src/app"']),
    ],
)
def test_an_identifier_is_marked_that_was_found_in_its_parts(
    call: str, name: str, questions: list[str]
) -> None:
    for question in questions:
        ConversationEmbedding.objects.all().delete()
        found = snippet(
            f"{FILLER}It was os.path at first. At last {call} is called. {FILLER}", question
        )

        assert mark(name) in found
        assert f" {found[:9]}" in FILLER
        assert 100 < len(found) < 400
        assert found.count(HIGHLIGHT_START) == 1


def test_all_that_match_close_by_are_marked() -> None:
    text = f"{FILLER}Either api.getUser or api.findUser is called, and {FILLER * 2} api.dropUser."

    found = snippet(text, "user")

    assert f"Either {mark('api.getUser')} or {mark('api.findUser')} is called" in found
    assert "dropUser" not in found


def test_a_passage_of_nothing_but_identifiers_is_no_longer() -> None:
    found = snippet(" ".join(f"api.getUser{number}" for number in range(300)), "api")

    assert found.startswith(f"{mark('api.getUser0')} {mark('api.getUser1')} ")
    assert len(found) < 400


def test_a_short_text_is_shown_whole() -> None:
    assert snippet("Call client.getUserById(5).", "user") == (
        f"Call {mark('client.getUserById')}(5)."
    )


def test_messages_have_snippets_too() -> None:
    factories.make_message(content="An apple")

    (row,) = with_snippets(Message.objects.all(), "apples", field="content", name="passage")

    assert row.passage.endswith(mark("apple"))
