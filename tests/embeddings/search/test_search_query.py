"""How the database reads a question, whatever it is."""

from time import perf_counter
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.embeddings.search.questions import LENGTH, clean_question

pytestmark = pytest.mark.django_db

# Generous: the tests share their processors.
SECONDS = 0.2


def ask(sql: str, *parameters: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql}", parameters)
        return cursor.fetchone()[0]


def query(question: str) -> str:
    return ask("to_search_query(%s)::text", question)


def matches(text: str, question: str) -> bool:
    return ask("to_search_vector(%s) @@ to_search_query(%s)", text, question)


@pytest.mark.parametrize(
    "question, expected",
    [
        ("What problems are there in making up titles?", "'problem' | 'make' | 'titl'"),
        ("apples Apples apple", "'appl'"),
        ('"red apple" pie', "'red' <-> 'appl'"),
        ('"red apple" "pie" tart', "'red' <-> 'appl' & 'pie'"),
        ("apple -pie", "'appl' & !'pie'"),
        ('apple pear -"red apple"', "( 'appl' | 'pear' ) & !( 'red' <-> 'appl' )"),
        ("apple -pie -tart", "'appl' & !( 'pie' | 'tart' )"),
        ("“red apple” pie", "'red' <-> 'appl'"),
        ('"state of the art"', "'state' <3> 'art'"),
        ("so-called", "'so-cal' | 'call'"),
        ("git --force", "'git' | 'forc'"),
        ("a - b", "'b'"),
        ('the "of the" apple -the', "'appl'"),
        ('apple "pear', "'appl' | 'pear'"),
        ("apple & !pear | (fig:*) <-> 'x'", "'appl' | 'pear' | 'fig' | 'x'"),
        ("O'Reilly \\ \\'", "'o' | 'reilli'"),
        ("検索 émigré", "'検索' | 'émigré'"),
        # A quotation mark begins a phrase where it begins a word, and ends it where it ends one.
        ('a 5" disk and a 3" one', "'5' | 'disk' | '3' | 'one'"),
        ('pie"red apple" tart', "'pie' | 'red' | 'appl' | 'tart'"),
        ('"red apple"tart', "'red' | 'appl' | 'tart'"),
        ('" red apple', "'red' | 'appl'"),
        (
            '("red apple") ["pie tart"], "fig jam".',
            "'red' <-> 'appl' & 'pie' <-> 'tart' & 'fig' <-> 'jam'",
        ),
        # A blank that does not break is one.
        ('eat\u00a0"red apple"', "'red' <-> 'appl'"),
        # A dash before a number or a letter is none that excludes.
        ("below -18 degrees", "'-18' | 'degre'"),
        ("rm -v, apple -5 -3d", "'rm' | 'v' | 'appl' | '-5' | '-3' | 'd'"),
        ("apple -e-mail -xz", "'appl' & !( 'e-mail' <-> 'e' <-> 'mail' | 'xz' )"),
        ('"did you mean" feature', "'mean'"),
        ('"to be or not to be" Hamlet', "'hamlet'"),
        ('"the red, the green"', "'red' <2> 'green'"),
    ],
)
def test_parts_of_a_question(question: str, expected: str) -> None:
    assert query(question) == expected


@pytest.mark.parametrize(
    "question", ["", " ", "the of and", "-apple", '-"red apple" -pie', '""', '"the"', "& | ! <->"]
)
def test_a_question_that_asks_for_nothing_matches_nothing(question: str) -> None:
    assert query(question) == ""
    assert not matches("red apple pie", question)
    assert not matches("the", question)


@pytest.mark.parametrize(
    "text, question, expected",
    [
        ("an apple", "apples or pears", True),
        ("a red apple", '"red apples" pear', True),
        ("an apple, red", '"red apples" pear', False),
        ("an apple pie", "apple -pies", False),
        ("a red car, a green apple", 'car -"red apple"', True),
        ("see http://example.com/a/b.html", "example.com/a/b.html", True),
        ("call fetch_all_rows()", "fetch_all_rows", True),
    ],
)
def test_rows_that_answer(text: str, question: str, expected: bool) -> None:
    assert matches(text, question) is expected


HOSTILE = {
    "words": "word " * 40_000,
    "different words": " ".join(f"word{number}" for number in range(40_000)),
    "quotes": '"' * 10_000,
    "phrases": '"a1 b1"' * 10_000,
    "different phrases": "".join(f'"a{number} b" ' for number in range(10_000)),
    "exclusions": "".join(f"-a{number} " for number in range(10_000)),
    "excluded phrases": '-"x y" z ' * 10_000,
    "dashes": "-" * 10_000 + "apple",
    "spaced dashes": "- " * 10_000 + "apple",
    "dashes and words": "-a" * 10_000,
    "operators": "&|!<->:*()'\\" * 1_000,
    "one long word": "x" * 40_000,
    "one long phrase": '"' + "x y " * 10_000 + '"',
    "nested": "(" * 10_000 + "apple" + ")" * 10_000,
    "stop words": "the of and " * 4_000,
    "emoji": "🙂 " * 10_000,
    "one script": "検索" * 10_000,
    "addresses": "a@b.example/c.d?e=f " * 1_000,
    "tags": "<a href='" * 2_000,
    "backslashes": "\\" * 10_000,
    "line breaks": "\n\r\t\v\f" * 2_000,
    "control characters": "".join(map(chr, range(1, 32))) * 300,
}
FUNCTIONS = {
    "to_search_query": "to_search_query(%s)",
    "to_ranking_query": "to_ranking_query(%s)",
    "to_restricting_query": "COALESCE(to_restricting_query(%s), '')",
    "parse_search_question": "(parse_search_question(%s)).required",
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS.keys())
@pytest.mark.parametrize("question", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_questions_are_read_soon_and_bounded(question: str, function: str) -> None:
    seconds = []
    for _ in range(3):
        start = perf_counter()
        nodes = ask(f"numnode({function})", question)
        seconds.append(perf_counter() - start)

    # 64 words; 16 phrases and 16 exclusions of at most 250 words; what joins them.
    assert nodes <= 2 * (64 + 32 * 250)
    assert min(seconds) < SECONDS


def test_a_long_text_has_no_phrases_and_no_exclusions() -> None:
    text = 'He said "red apple" and -pie'

    assert query(text.ljust(500)) == "'red' <-> 'appl' & !'pie'"
    assert query(text.ljust(501)) == "'said' | 'red' | 'appl' | 'pie'"
    assert query("-" * 501 + '"apple"') == "'appl'"
    assert ask("to_restricting_query(%s)", text.ljust(501)) is None


def test_prose_that_quotes_does_not_ask_for_phrases() -> None:
    prose = (
        "What does compatibility mean in languages that allow programmers to define their types? "
        'You might want to restrict this to "extensible languages" -or similar ones- that allow it.'
    )

    assert ask("to_restricting_query(%s)", prose) is None
    assert "'extens'" in query(prose)
    # A quotation is as long as it is.
    assert query('"' + "very red " * 40 + 'apple" pie').startswith("'red' <2> 'red'")


def test_a_sentence_quotes_from_sixty_letters_on() -> None:
    assert "<->" in query('Is there a way to disable the "disk drive" feature')
    assert "<->" not in query(
        'How do I disable the "disk drive" feature and let it look for exactly the very same terms'
    )


def test_prose_excludes_what_it_excludes() -> None:
    prose = (
        "How do I configure the reverse proxy so that websocket connections stay open for several"
    )
    prose += " hours while nobody says anything, and are closed then"

    assert query(f'{prose} -nginx -"load balancer"').endswith(
        "& !( 'nginx' | 'load' <-> 'balanc' )"
    )


def test_at_most_64_words_are_asked_for() -> None:
    words = " ".join(f"word{number}" for number in range(300))

    assert ask("numnode(to_search_query(%s))", words) == 2 * 64 - 1
    assert query(words).startswith("'word0' | 'word1' |")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(
            st.sampled_from(['"', "-", " ", "'", "\\", "&", "!", "(", ":*", "<->", "apple", "the"]),
            max_size=40,
        ).map("".join),
    )
)
def test_any_text_is_a_question(text: str) -> None:
    text = clean_question(text)

    for function in FUNCTIONS.values():
        again = ask(f"({function})::text::tsquery = ({function})", text, text)
        assert again is True


def test_what_python_cleans() -> None:
    assert clean_question("a\0b\ud800c") == "a b?c"
    assert len(clean_question("a" * 10_000)) == LENGTH
    assert query("x " * (LENGTH // 2) + "apple") == "'x'"


@pytest.mark.parametrize(
    "question, expected",
    [
        ("apple", None),
        ("", None),
        ('"red apple" pie', "'red' <-> 'appl'"),
        ('"red apple" -pie', "'red' <-> 'appl' & !'pie'"),
        ("apple -pie", "!'pie'"),
    ],
)
def test_what_every_hit_must_fulfil(question: str, expected: str | None) -> None:
    assert ask("to_restricting_query(%s)::text", question) == expected


def test_functions_can_be_planned_ahead_and_say_nothing() -> None:
    notices: list[Any] = []
    connection.ensure_connection()
    connection.connection.add_notice_handler(notices.append)

    kinds = ask(
        "array_agg(DISTINCT provolatile::text || proparallel::text) FROM pg_proc "
        "WHERE proname = ANY (%s)",
        [*FUNCTIONS, "read_search_question", "any_lexeme", "to_identifier_vector"],
    )
    query('the "of" -"the" ' + "x" * 3_000)

    assert kinds == ["is"]
    assert notices == []


@pytest.mark.parametrize(
    "question, plain",
    [
        ("Alzheimer\u2019s disease", "Alzheimer's disease"),
        ("don\u2019t \u2018quote\u2019 it", "don't 'quote' it"),
        ("Paris\u2013Dakar — rally", "Paris Dakar rally"),
        ("wait… «there»", "wait there"),
        ("pears \u2013 «red apple» \u2013pie", "pears red apple pie"),
    ],
)
def test_typographic_marks_are_read_as_those_of_keyboards(question: str, plain: str) -> None:
    """Where LC_CTYPE is C, PostgreSQL's parser takes them for letters."""
    for asked in (question, f'"{question}"', f'fig -"{question}"'):
        assert matches(plain, asked) is matches(plain, asked.replace(question, plain))
        # What was stored as it was written is found as it was.
        assert matches(question, asked) is ("fig" not in asked)
    assert set(ask("(parse_search_question(%s)).lexemes", plain)) <= set(
        ask("(parse_search_question(%s)).lexemes", question)
    )
