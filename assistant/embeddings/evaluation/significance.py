"""Whether a difference between two systems may be chance."""

from collections.abc import Sequence
from itertools import compress
from random import Random

__all__ = ["LEVEL", "p_value"]

# Below this a difference is called one.
LEVEL = 0.05
ROUNDS = 10_000
# Up to so many differences all signs are tried.
ALL = 13
# How much is added up at most.
WORK = 20_000_000
SEED = 20_090_719


def p_value(differences: Sequence[float]) -> float:
    """Return how likely differences as large as these are if only chance gave them their signs.

    Fisher's paired randomisation test, of both sides: Smucker, Allan and Carterette, A Comparison
    of Statistical Significance Tests for Information Retrieval Evaluation, CIKM 2007. Of few
    differences all signs are tried, else 10,000 at random, the same each time.
    """
    sizes = [abs(difference) for difference in differences if difference]
    total = sum(sizes)
    # What rounding makes smaller is no smaller.
    observed = abs(sum(differences)) * (1 - 1e-9)
    count = len(sizes)
    if not count:
        return 1.0
    if count <= ALL:
        sums = [0.0]
        for size in sizes:
            sums = [value + sign * size for value in sums for sign in (1, -1)]
        return sum(abs(value) >= observed for value in sums) / len(sums)
    rounds = max(min(ROUNDS, WORK // count), 1_000)
    random = Random(SEED)  # noqa: S311
    extreme = 0
    for _ in range(rounds):
        signs = f"{random.getrandbits(count):0{count}b}".encode()
        chosen = sum(compress(sizes, map((48).__ne__, signs)))
        extreme += abs(2 * chosen - total) >= observed
    # The differences themselves are one way to have them.
    return (extreme + 1) / (rounds + 1)
