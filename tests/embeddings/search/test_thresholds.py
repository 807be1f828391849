"""Which rows are worth reading."""

import random
import re
from collections.abc import Sequence
from itertools import product

import pytest

from assistant.embeddings.search import thresholds
from assistant.embeddings.search.bm25 import weight
from assistant.embeddings.search.thresholds import are_few, tiers
from assistant.embeddings.search.words import Phrase, Statistics, Word, Words


def words(*lexemes: str, required: tuple[Phrase, ...] = ()) -> Words:
    return Words(tuple(Word(lexeme) for lexeme in lexemes), required, Phrase(), {})


def holding(passages: int = 1_000_000, **counts: int) -> Statistics:
    return Statistics(passages, passages * 1_000, counts)


def matches(query: str, row: Sequence[str]) -> bool:
    """Evaluate a query as PostgreSQL would."""
    held = re.sub(r"'((?:[^']|'')*)'", lambda found: str(found[1] in row), query)
    return bool(eval(held.replace("&", " and ").replace("|", " or ")))  # noqa: S307


def test_few_are_all_read() -> None:
    small, rare = holding(5_000, common=4_999), holding(common=0, rare=2_000)

    assert tiers(words("common"), small) == ["'common'"]
    assert tiers(words("common", "rare"), rare) == ["'common' | 'rare'"]
    assert are_few(words("common"), small)
    assert not are_few(words("common"), holding(common=4_999))


def test_phrases_are_read_at_once() -> None:
    known = holding(a=900_000, b=800_000)

    assert tiers(words("a", "b", required=(Phrase("'a' <-> 'b'"),)), known) == ["'a' | 'b'"]


def test_each_tier_holds_the_one_before() -> None:
    lexemes = [f"w{number}" for number in range(6)]
    known = holding(**{lexeme: 4 ** (number + 4) for number, lexeme in enumerate(lexemes)})

    strict, loose, every = tiers(words(*lexemes), known)

    for chosen in product([False, True], repeat=6):
        row = [lexeme for lexeme, is_held in zip(lexemes, chosen, strict=True) if is_held]
        assert matches(strict, row) <= matches(loose, row) <= matches(every, row)
        assert matches(every, row) == bool(row)


def test_a_tier_is_about_as_large_as_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thresholds, "SMALL", 10)
    monkeypatch.setattr(thresholds, "FEW", 10)
    monkeypatch.setattr(thresholds, "EXPECTED", (200, 2_000))
    chance = random.Random(1)  # noqa: S311
    shares = {f"w{number}": 0.5 / (number + 1) for number in range(8)}
    rows = [[w for w, share in shares.items() if chance.random() < share] for _ in range(20_000)]
    known = holding(20_000, **{w: round(share * 20_000) for w, share in shares.items()})

    strict, loose, _every = tiers(words(*shares), known)

    first, second = (sum(matches(query, row) for row in rows) for query in (strict, loose))
    assert 40 <= first <= 260
    assert 400 <= second <= 2_300


def test_what_weighs_most_is_in_the_first_tier() -> None:
    known = holding(rare=300, one=400_000, two=400_000)

    strict, *_others = tiers(words("one", "rare", "two"), known)

    assert matches(strict, ["rare"])
    assert not matches(strict, ["one", "two"])


def test_a_common_word_alone_is_asked_for_as_it_is() -> None:
    assert tiers(words("common"), holding(common=640_000)) == ["'common'"]


def test_common_words_are_asked_for_together() -> None:
    strict, *_others = tiers(words("a", "b", "c"), holding(a=900_000, b=900_000, c=900_000))

    assert matches(strict, ["a", "b", "c"])
    assert not matches(strict, ["a", "b"])


def test_a_long_question_makes_no_long_query() -> None:
    lexemes = [f"word{number}" for number in range(64)]
    known = holding(**{lexeme: 50_000 + number for number, lexeme in enumerate(lexemes)})

    strict, loose, _every = tiers(words(*lexemes), known)

    assert max(len(strict), len(loose)) < 5_000


def test_more_than_all_may_be_said_to_hold_a_word() -> None:
    strict, *_others = tiers(words("a", "b"), holding(10_000, a=10_500, b=5_000))

    assert matches(strict, ["a", "b"])


def test_lexemes_are_quoted() -> None:
    assert tiers(words("it's", "a\\b"), holding(10)) == ["'it''s' | 'a\\\\b'"]


def test_rarity_and_repetition_weigh() -> None:
    known = holding(1_000, rare=2, common=900, everywhere=1_000)

    assert weight(Word("rare"), known) > weight(Word("common"), known) > 0
    assert weight(Word("everywhere"), known) > 0
    assert weight(Word("rare", 3), known) == pytest.approx(3 * weight(Word("rare"), known))
    assert weight(Word("rare", 99), known) == weight(Word("rare", 10), known)
    assert weight(Word("new"), known) > weight(Word("rare"), known)
