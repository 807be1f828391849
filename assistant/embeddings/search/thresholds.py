"""Which of very many matching rows are worth reading: those whose words weigh enough together.

To rank a row its search vector must be read, which takes most of a search's time. The index knows
which rows hold which words, so it can be asked for the rows whose words of the question weigh at
least so much: ``rare | middling & (common | usual)``. Of the rows that BM25 puts first, nearly all
are among the thousand whose words weigh most.
"""

from collections.abc import Sequence

from assistant.embeddings.search.bm25 import weight
from assistant.embeddings.search.parameters import EXPECTED, FEW, SCALE, SMALL, WORDS
from assistant.embeddings.search.words import Statistics, Words, quoted

__all__ = ["are_few", "tiers"]


def are_few(words: Words, statistics: Statistics) -> bool:
    """Tell whether all that matches may be read, as far as is known."""
    holding = sum(statistics.of(word.lexeme) for word in words.words)
    return statistics.passages <= SMALL or holding <= FEW


def tiers(words: Words, statistics: Statistics) -> list[str]:
    """Return queries, each for more rows than the one before; the last for any of the words.

    Phrases and exclusions are left to the caller; a question with phrases has only the last.
    """
    if words.required or are_few(words, statistics):
        return [words.any]
    holding = {word.lexeme: statistics.of(word.lexeme) for word in words.words}
    weights = {word.lexeme: weight(word, statistics) for word in words.words}
    lexemes = sorted(weights, key=lambda lexeme: -weights[lexeme])[:WORDS]
    scale = SCALE / weights[lexemes[0]]
    scaled = [max(1, round(scale * weights[lexeme])) for lexeme in lexemes]
    # The numbers may be of different moments.
    shares = [min(1.0, holding[lexeme] / statistics.passages) for lexeme in lexemes]
    least = [_least(scaled, shares, expected / statistics.passages) for expected in EXPECTED]
    queries = [_query(lexemes, scaled, threshold) for threshold in least]
    return list(dict.fromkeys([*queries, words.any]))


def _least(weights: Sequence[int], shares: Sequence[float], share: float) -> int:
    """Return the weight that no more than a share of rows reach together."""
    chances = [1.0] + [0.0] * sum(weights)
    for weight_, probability in zip(weights, shares, strict=True):
        for total in range(len(chances) - 1, -1, -1):
            without = chances[total] * (1 - probability)
            before = chances[total - weight_] if total >= weight_ else 0.0
            chances[total] = without + before * probability
    reached = 0.0
    for total in range(len(chances) - 1, 0, -1):
        reached += chances[total]
        if reached > share:
            return min(total + 1, len(chances) - 1)
    return 1


def _query(lexemes: Sequence[str], weights: Sequence[int], least: int) -> str:
    """Return the query for rows whose words weigh at least so much."""
    found = []
    for place, lexeme in enumerate(lexemes):
        rest = weights[place + 1 :]
        missing = least - weights[place]
        if missing <= 0:
            found.append(quoted(lexeme))
        elif missing <= sum(rest):
            found.append(f"{quoted(lexeme)} & ({_query(lexemes[place + 1 :], rest, missing)})")
    return " | ".join(found)
