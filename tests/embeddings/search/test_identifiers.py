"""Identifiers in passages: found as wholes, in their parts, by phrases, and excluded."""

from itertools import product

import pytest
from django.db import connection

from assistant.embeddings.models import KnowledgeChunk
from assistant.embeddings.search.words import read_words
from tests import factories
from tests.embeddings.search.test_keywords import sql_of

pytestmark = pytest.mark.django_db

TEXTS = {
    "method": "Here the record comes from client.getUserById(5) and nobody else.",
    "prose": "To get a user you need an id, so get the user and get the id.",
    "plain": "Call getUserById when needed, it is a function of ours.",
    "path": "Open src/app/main.py and look at the settings at the top.",
    "windows": r"Open C:\tools\helper.exe at last.",
    "arrow": "In PHP we say $repo->findOneBySlug($x) for it.",
    "join": "filename = os.path.join(base, name)",
    "json": "json.dumps(value) writes it",
    "colons": "std::vector<int> of numbers",
    "raised": "errors.ModelChangeError is raised",
    "card": "Each creditCard is checked.",
    "apart": "A creditNote and a cardFile are kept.",
    "said": "Who pays by credit card pays less.",
}


@pytest.fixture
def passages() -> None:
    store(*TEXTS.values())


def store(*texts: str) -> None:
    """Store passages of one document."""
    document, model = factories.make_document(), factories.make_embedding_model()
    KnowledgeChunk.objects.bulk_create(
        KnowledgeChunk(
            document=document,
            embedding_model=model,
            chunk_index=number,
            chunk_text=text,
            content_hash="0" * 64,
            start_offset=0,
            end_offset=len(text),
        )
        for number, text in enumerate(texts)
    )


def found(question: str) -> list[str]:
    """Return what answers, best first, by the names of the texts."""
    names = {text: name for name, text in TEXTS.items()}
    rows = KnowledgeChunk.objects.all().answering(question)
    return [names.get(row.chunk_text, row.chunk_text) for row in rows]


def lexemes(text: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(to_identifier_vector(%s))", [text])
        return set(cursor.fetchone()[0])


@pytest.mark.parametrize(
    "text, expected",
    [
        ("client.getUserById(5)", {"client.getuserbyid", "getuserbyid", "client", "get", "user"}),
        ("errors.ModelChangeError", {"modelchangeerror", "model", "chang", "error"}),
        ("see src/app/main.py.", {"src/app/main.py", "main.py", "app", "main", "py"}),
        (r"see C:\app\main_test.py", {r"app\main_test.py", "main_test.py", "main_test", "main"}),
        ("$repo->findOneBySlug", {"repo->findonebyslug", "findonebyslug", "find", "slug"}),
        ("a std::unique_ptr", {"std::unique_ptr", "unique_ptr", "std", "ptr"}),
        # As it would be stored if it stood alone, too.
        ("api.parseResponses", {"parseresponses", "parserespons"}),
    ],
)
def test_the_names_identifiers_consist_of_are_lexemes(text: str, expected: set[str]) -> None:
    assert expected <= lexemes(text)


@pytest.mark.parametrize("text", ["Plain prose, so-called; 1.5 of 3/4 e.g.", "", "HTTP _ - ..."])
def test_prose_has_none(text: str) -> None:
    assert lexemes(text) == set()


@pytest.mark.usefixtures("passages")
def test_a_call_of_an_identifier_is_as_good_as_the_identifier() -> None:
    store(*[f"Get the user, or any of {number} users, by the id." for number in range(9)])

    assert set(found("getUserById")[:2]) == {"method", "plain"}
    assert found("ModelChangeError")[0] == "raised"
    assert found("main.py")[0] == "path"


@pytest.mark.usefixtures("passages")
@pytest.mark.parametrize(
    "question, expected",
    [
        ('"getUserById"', {"method", "plain"}),
        ('"client.getUserById"', {"method"}),
        ('"main.py"', {"path"}),
        ('"src/app"', {"path"}),
        ('"app/main.py"', {"path"}),
        ('"helper.exe"', {"windows"}),
        ('"findOneBySlug"', {"arrow"}),
        ('"os.path"', {"join"}),
        ('"path.join"', {"join"}),
        ('"os.path.join(base, name)"', {"join"}),
        ('"dumps"', {"json"}),
        ('"json.dumps(value)"', {"json"}),
        ('"std::vector"', {"colons"}),
        ('"ModelChangeError"', {"raised"}),
        ('"getUser"', set()),
        ('"path.os"', set()),
    ],
)
def test_a_phrase_is_found_in_longer_identifiers(question: str, expected: set[str]) -> None:
    assert set(found(question)) == expected


@pytest.mark.usefixtures("passages")
def test_a_phrase_of_prose_means_what_it_says() -> None:
    assert set(found('"credit card"')) == {"said", "card"}
    assert set(found('"note card"')) == set()
    assert set(found('"credit card" "checked"')) == {"card"}


def test_parts_of_different_identifiers_are_not_next_to_each_other() -> None:
    text = "redApple greenPear blueFig"
    store(text)

    for separator in (" ", " the ", " of the ", " if it is the "):
        for first, second in product(("apple", "pear", "fig"), ("red", "green", "blue")):
            assert found(f'"{first}{separator}{second}"') == []
    assert found('"green pear"') == [text]


@pytest.mark.usefixtures("passages")
@pytest.mark.parametrize(
    "question, gone",
    [
        ("errors ModelChangeError creditCard -ModelChangeError", "raised"),
        ("json writes creditCard -dumps", "json"),
        ('settings creditCard -"src/app"', "path"),
        ("getUserById creditCard -user", "method"),
    ],
)
def test_an_exclusion_leaves_out_what_the_same_phrase_finds(question: str, gone: str) -> None:
    assert gone not in found(question)
    assert "card" in found(question)


@pytest.mark.usefixtures("passages")
def test_exclusions_hold_beside_phrases() -> None:
    assert found('"getUserById" -client') == ["plain"]
    assert found('"getUserById" -function') == ["method"]


def explained(question: str) -> str:
    sql, parameters = sql_of(question, KnowledgeChunk.objects.all())
    with connection.cursor() as cursor:
        # The index of a table that other tests have filled and emptied looks dear.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", parameters)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize("question", ['"os.path"', '"os.path" -join', '"os path" "join it" -x1'])
def test_both_indexes_are_used(question: str) -> None:
    store(*[f"word{number} common.name{number}" for number in range(3_000)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE knowledge_chunks")

    plan = explained(question)

    assert "idx_knowledge_chunks_chunk_fts" in plan
    assert "idx_knowledge_chunks_identifiers" in plan


def test_one_text_of_nothing_but_identifiers_is_stored_soon() -> None:
    many = " ".join(f"very.longName{number}/with_parts" for number in range(2_000))

    store(many)

    assert found('"longName999"') == [many]


@pytest.mark.parametrize("name", ["parseBatchLines", "parse_batch_lines", "parse.batch.lines"])
def test_an_identifier_outweighs_the_words_around_it(name: str) -> None:
    prose = "Fix an error when a user is loading."
    store(prose, f"The job calls {name}.", *["Parse a batch of lines."] * 20)

    first, second, *_others = found(f"how do I fix the error of {name} when loading a user")

    assert (first, second) == (f"The job calls {name}.", prose)


@pytest.mark.parametrize(
    "question, wholes",
    [
        ("where is client.getUserById called", {"client.getuserbyid", "getuserbyid"}),
        ("parse_user, or src/app/main.py", {"parse_user", "src/app/main.py", "main.py"}),
        # Prose that has no room for two words.
        ("client/server and/or get user by id", set()),
    ],
)
def test_wholes_are_told_from_words(question: str, wholes: set[str]) -> None:
    words = read_words(question, using="default").words

    assert {word.lexeme for word in words if word.is_identifier} == wholes
