"""The keyword leg of searches over many passages: common words, rare words, long questions."""

from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path
from time import perf_counter

from django.db import connections

from benchmarks.databases import ALIAS, Client, connect, database
from benchmarks.measure import Finding, at_least_one, interleave, main, show_samples

SQL = Path(__file__).with_name("sql") / "chunks.sql"

# word30 is in 6 of 10 passages, word500 in 7 of 100, word5000 in 7 of 1,000.
QUESTIONS = {
    "a word in 64 %": "ubiquitous",
    "three common words": "ubiquitous word2 word3",
    "ten common words": " ".join(f"word{number}" for number in range(1, 100, 10)),
    "ten words": "word1 word5 word30 word80 word200 word500 word1200 word5000 word9000 word40000",
    "three rare words": "word9000 word20000 word40000",
    "a common word but another": "ubiquitous -word30",
    "a phrase of common words": '"word1 word2"',
    "a phrase of rare words": '"word500 word700"',
    "a word that is nowhere": "nowhere",
}
# A phrase has to be read to be found, however many passages hold its words.
UNBOUNDED = {"a phrase of common words"}


def add_arguments(parser: ArgumentParser) -> None:
    """Take how many passages there are."""
    parser.add_argument("--documents", type=at_least_one, default=10_000, help="of 20 passages")


def run(options: Namespace) -> list[Finding]:
    """Measure, print the times, and return the bounds."""
    with database("keywords") as name:
        with connect(name) as client:
            fill(client, options.documents)
        samples = interleave(
            {label: partial(ask, question) for label, question in QUESTIONS.items()},
            rounds=options.rounds + 1,
        )
    samples = {label: values[1:] for label, values in samples.items()}  # the first reads the disk
    show_samples(f"Keyword leg, {options.documents * 20:,} passages", samples)
    return [
        Finding(
            f"keyword leg, {label}",
            [1000 * value for value in values],
            at_most=None if label in UNBOUNDED else 300,
            unit=" ms",
        )
        for label, values in samples.items()
    ]


def fill(client: Client, documents: int) -> None:
    """Store the passages."""
    script = SQL.read_text(encoding="utf-8").replace(":documents", str(documents))
    for statement in script.split(";\n"):
        if statement.strip():
            client.execute(statement)


def ask(question: str) -> float:
    """Return how many seconds the 100 best passages take."""
    from assistant.embeddings.models import KnowledgeChunk  # noqa: PLC0415
    from assistant.embeddings.search.keywords import keyword_sql  # noqa: PLC0415

    start = perf_counter()
    sql, parameters = keyword_sql(KnowledgeChunk.objects.using(ALIAS), question, limit=100)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(sql, parameters)
        cursor.fetchall()
    return perf_counter() - start


if __name__ == "__main__":
    main(run, add_arguments, __doc__)
