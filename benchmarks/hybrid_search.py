"""Searching by meaning and by words at once, against each alone, over many passages.

Through ``search()``, with an embedder that takes no time to speak of, so that it is the database's
time and ours.
"""

from argparse import ArgumentParser, Namespace
from functools import partial
from time import perf_counter
from typing import Any

from benchmarks.databases import ALIAS, connect, database
from benchmarks.keyword_search import QUESTIONS, fill
from benchmarks.measure import Finding, at_least_one, interleave, main, show_samples

ASKED = ("ten words", "three rare words", "a word in 64 %")


def add_arguments(parser: ArgumentParser) -> None:
    """Take how many passages there are."""
    parser.add_argument("--documents", type=at_least_one, default=10_000, help="of 20 passages")


def run(options: Namespace) -> list[Finding]:
    """Measure, print the times, and return the ratios."""
    from assistant.embeddings.models import EmbeddingModel, KnowledgeChunk  # noqa: PLC0415
    from assistant.embeddings.vector_indexes import build_index  # noqa: PLC0415

    with database("hybrid") as name:
        models: Any = EmbeddingModel.objects.using(ALIAS)
        models.filter(is_default=True).update(backend="assistant.demo.embedder.HashedWords")
        with connect(name) as client:
            fill(client, options.documents)
            client.execute("DELETE FROM embedding_queue")
        build_index(models.get(is_default=True), KnowledgeChunk, using=ALIAS)
        contenders = {
            f"{label}: {mode}": partial(ask, QUESTIONS[label], mode)
            for label in ASKED
            for mode in ("vector", "keyword", "hybrid")
        }
        samples = interleave(contenders, rounds=options.rounds + 1)
    samples = {label: values[1:] for label, values in samples.items()}  # the first reads the disk
    show_samples(f"Search, {options.documents * 20:,} passages", samples)
    found = []
    for label in ASKED:
        vector, keyword, hybrid = (
            samples[f"{label}: {mode}"] for mode in ("vector", "keyword", "hybrid")
        )
        ratios = [
            both / (one + other) for both, one, other in zip(hybrid, vector, keyword, strict=True)
        ]
        found.append(Finding(f"hybrid, {label}: time to both legs'", ratios, at_most=1.5))
    return found


def ask(question: str, mode: str) -> float:
    """Return how many seconds the ten best take."""
    from assistant.embeddings.search import search  # noqa: PLC0415

    start = perf_counter()
    search(question, user=None, sources="documents", mode=mode, using=ALIAS)
    return perf_counter() - start


if __name__ == "__main__":
    main(run, add_arguments, __doc__)
