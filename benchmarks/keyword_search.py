"""The keyword leg of searches over many passages: common words, rare words, long questions."""

from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

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
BOUNDS = {"ten words": 50, "ten common words": 300}
# What is usual: any of the words, all that match ranked by ts_rank and the length.
COMPARED = ("ten words", "a word in 64 %")
PEER = "ts_rank of all"
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
        contenders = {label: partial(ask, question) for label, question in QUESTIONS.items()}
        contenders |= {
            f"{label}: {PEER}": partial(ask_peer, QUESTIONS[label]) for label in COMPARED
        }
        samples = interleave(contenders, rounds=options.rounds + 1)
    samples = {label: values[1:] for label, values in samples.items()}  # the first reads the disk
    show_samples(f"Keyword leg, {options.documents * 20:,} passages", samples)
    found = [
        Finding(
            f"keyword leg, {label}",
            [1000 * value for value in samples[label]],
            at_most=None if label in UNBOUNDED else BOUNDS.get(label, 300),
            unit=" ms",
        )
        for label in QUESTIONS
    ]
    for label in COMPARED:
        peers, ours = samples[f"{label}: {PEER}"], samples[label]
        ratios = [peer / own for peer, own in zip(peers, ours, strict=True)]
        found.append(Finding(f"  {label}: {PEER}, times as long", ratios, at_least=1))
    return found


def fill(client: Client, documents: int) -> None:
    """Store the passages."""
    script = SQL.read_text(encoding="utf-8").replace(":documents", str(documents))
    for statement in script.split(";\n"):
        if statement.strip():
            client.execute(statement)


def ask(question: str) -> float:
    """Return how many seconds the 100 best passages take, from the question on."""
    from assistant.embeddings.models import EmbeddingModel, KnowledgeChunk  # noqa: PLC0415
    from assistant.embeddings.search.keywords import keyword_sql  # noqa: PLC0415
    from assistant.embeddings.search.words import read_words  # noqa: PLC0415

    model: Any = EmbeddingModel.objects.using(ALIAS).get(is_default=True)
    start = perf_counter()
    words = read_words(question, using=ALIAS, embedding_model=model.pk)
    known = words.statistics["documents"]
    rows: Any = KnowledgeChunk.objects.using(ALIAS)
    rows = rows.of_model(model)
    (sql, parameters), _plan = keyword_sql(rows, words, scale=known, statistics=known, limit=100)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(sql, parameters)
        cursor.fetchall()
    return perf_counter() - start


def ask_peer(question: str) -> float:
    """Return how many seconds the 100 best take that are ranked as usual."""
    start = perf_counter()
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(
            "WITH asked AS (SELECT to_search_query(%s) AS query) "
            "SELECT id, ts_rank(chunk_search, query, 1) AS rank FROM knowledge_chunks, asked "
            "WHERE chunk_search @@ query ORDER BY rank DESC, id LIMIT 100",
            [question],
        )
        cursor.fetchall()
    return perf_counter() - start


if __name__ == "__main__":
    main(run, add_arguments, __doc__)
