"""The ten nearest of a million vectors, of all and of those that a user owns.

Against reading every row (exact scan), pgvector's index as it comes (plain HNSW), and its iterative
scan, with that ``hnsw.ef_search`` of several that reaches the recall soonest. All through Django;
the peers' settings are made before the clock runs. Each question goes to all in turn.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

from django.db import connections

from benchmarks.databases import ALIAS, database
from benchmarks.measure import Finding, at_least_one, main, show_progress

LIMIT = 10
RECALL = 0.98
EF_SEARCH = (40, 100, 200, 400)
# What of all rows matches, as SQL and as Django's filter. The users are those of vectors.OWNERS.
SELECTIVITIES: dict[str, dict[str, Any]] = {
    "unfiltered": {},
    "100 %": {"source_type": "message"},
    "10 %": {"user_id": UUID(int=1)},
    "1 %": {"user_id": UUID(int=2)},
    "0.1 %": {"user_id": UUID(int=3)},
}


@dataclass
class Answers:
    """What one contender found, and how long each question took."""

    seconds: list[float] = field(default_factory=list)
    recalls: list[float] = field(default_factory=list)
    short: int = 0

    @property
    def recall(self) -> float:
        """Return which part of the true nearest was found."""
        return sum(self.recalls) / len(self.recalls)

    def row(self, name: str) -> str:
        """Return one line of the table."""
        low, middle, high = (
            f"{value * 1000:.2f}"
            for value in (min(self.seconds), median(self.seconds), max(self.seconds))
        )
        return f"  {name:<34} {self.recall:>7.3f} {self.short:>6} {middle:>10} ms  {low} to {high}"


Search = Callable[[list[float]], list[Any]]


def contenders(model: Any, filters: dict[str, Any]) -> dict[str, tuple[str, Search]]:
    """Return by name the session's settings, and what finds the nearest under them."""
    from django.db.models.functions import Cast  # noqa: PLC0415
    from pgvector.django import CosineDistance, HalfVectorField  # noqa: PLC0415

    from assistant.embeddings.models import ConversationEmbedding  # noqa: PLC0415
    from assistant.embeddings.search.vectors import nearest  # noqa: PLC0415

    every = ConversationEmbedding.objects.using(ALIAS).filter(**filters)
    rows = every.filter(embedding_model_id=model.pk).values_list("pk", flat=True)
    half = Cast("embedding_vector", HalfVectorField(dimensions=model.dimension))

    def ours(vector: list[float]) -> list[Any]:
        found = nearest(every, embedding_model=model, vector=vector, limit=LIMIT)
        return [key for key, _distance in found]

    def exact(vector: list[float]) -> list[Any]:
        return list(rows.order_by(CosineDistance("embedding_vector", vector))[:LIMIT])

    def indexed(vector: list[float]) -> list[Any]:
        return list(rows.order_by(CosineDistance(half, vector))[:LIMIT])

    setting = "SET enable_sort = off; SET hnsw.iterative_scan = {}; SET hnsw.ef_search = {}"
    return {
        "search": ("RESET ALL", ours),
        "exact scan": ("RESET ALL; SET jit = off", exact),
        "plain HNSW": (setting.format("off", 40), indexed),
        **{
            f"iterative scan, ef_search {number}": (
                setting.format("relaxed_order", number),
                indexed,
            )
            for number in EF_SEARCH
        },
    }


def compare(model: Any, questions: Any, filters: dict[str, Any]) -> dict[str, Answers]:
    """Ask everybody every question, in turn."""
    rivals = contenders(model, filters)
    answers = {name: Answers() for name in rivals}
    dice = Random(7)  # noqa: S311
    for number, vector in enumerate([questions[0], *questions]):
        show_progress(f"question {number} of {len(questions)}")
        numbers = vector.tolist()
        found: dict[str, list[Any]] = {}
        # Who comes first reads pages for the others, and who follows finds them in the processor's
        # caches: the order is another for each question.
        for name, (settings, search) in dice.sample([*rivals.items()], len(rivals)):
            with connections[ALIAS].cursor() as cursor:
                cursor.execute(settings)
            start = perf_counter()
            found[name] = search(numbers)
            seconds = perf_counter() - start
            if number:  # the first only warms up
                answers[name].seconds.append(seconds)
        if number:
            truth = set(found["exact scan"])
            for name, keys in found.items():
                answers[name].recalls.append(len(truth.intersection(keys)) / len(truth))
                answers[name].short += len(keys) < len(truth)
    show_progress("")
    return answers


def findings(name: str, rivals: dict[str, Answers]) -> list[Finding]:
    """Print one selectivity's table, and return what is to be judged."""
    print(f"\n{name:<36} {'recall':>7} {'short':>6} {'median':>13}  fastest to slowest")
    for rival, answers in rivals.items():
        print(answers.row(rival))
    ours, exact = rivals["search"], rivals["exact scan"]
    good = [
        rival
        for other, rival in rivals.items()
        if other != "search" and rival.recall >= RECALL and not rival.short
    ]
    best = min(median(rival.seconds) for rival in good)
    result = [
        Finding(f"{name}: recall@{LIMIT}", [ours.recall], at_least=RECALL),
        Finding(f"{name}: short answers", [ours.short], at_most=0),
    ]
    if name.endswith("unfiltered"):
        speed = median(exact.seconds) / median(ours.seconds)
        return [*result, Finding(f"{name}: speed to exact scan's", [speed], at_least=150)]
    latency = median(ours.seconds) / best
    return [
        *result,
        Finding(f"{name}: latency to the faster of exact and iterative", [latency], at_most=1.2),
    ]


@contextmanager
def filled(options: Namespace) -> Iterator[Any]:
    """Fill a database, and yield questions; a database that is given is filled once and kept."""
    from benchmarks.vectors import Clusters, fill  # noqa: PLC0415

    clusters = Clusters(dimension=options.dimension)
    if not options.database:
        with database("vectors") as name:
            fill(name, ALIAS, clusters, options.rows)
            yield clusters.points(options.queries)
        return
    connections.databases[ALIAS] = {
        **connections.databases["default"],
        "NAME": options.database,
    }
    try:
        fill(options.database, ALIAS, clusters, options.rows)
        yield clusters.points(options.queries)
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.databases[ALIAS]


def add_arguments(parser: ArgumentParser) -> None:
    """Take how much to search, and how often."""
    parser.add_argument("--rows", type=at_least_one, default=1_000_000)
    parser.add_argument("--dimension", type=at_least_one, default=384)
    parser.add_argument("--queries", type=at_least_one, default=50)
    parser.add_argument(
        "--database",
        help="a migrated database to keep the vectors in; filled unless they are there",
    )


def run(options: Namespace) -> list[Finding]:
    """Measure, print what each found, and return the ratios. Questions are the rounds."""
    from assistant.embeddings.models import EmbeddingModel  # noqa: PLC0415

    found: list[Finding] = []
    with filled(options) as questions:
        model = EmbeddingModel.objects.using(ALIAS).get(is_default=True)
        for selectivity, filters in SELECTIVITIES.items():
            answers = compare(model, questions, filters)
            found += findings(f"{options.rows:,} vectors, {selectivity}", answers)
    return found


if __name__ == "__main__":
    main(run, add_arguments, __doc__)
