"""First load of ready vectors: COPY them, then build the index, while others search.

Against COPY into a table whose index is there already. The table has its triggers and its other
indexes in both. Searches go on during the first: each is compared with reading every row in the
same snapshot.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from time import perf_counter
from typing import Any

from django.db import connections, transaction

from benchmarks.databases import ALIAS, Client, connect, database
from benchmarks.measure import Finding, at_least_one, interleave, main, ratios, show_samples

TABLE = "conversation_embeddings"
LIMIT = 10
PAUSE = 0.25  # seconds between two searches
PASSAGE = 120  # characters: the texts of chats are short


@dataclass
class Meanwhile:
    """What was found while the vectors were loaded."""

    searches: int = 0
    found: int = 0
    expected: int = 0


@contextmanager
def searching(model: Any, questions: Any, meanwhile: Meanwhile) -> Iterator[None]:
    """Search in a thread, again and again."""
    from assistant.embeddings.models import ConversationEmbedding  # noqa: PLC0415
    from assistant.embeddings.search.plans import EXACT  # noqa: PLC0415
    from assistant.embeddings.search.vectors import nearest  # noqa: PLC0415

    rows = ConversationEmbedding.objects.using(ALIAS).filter(source_type="message")
    done = Event()

    def search() -> None:
        while not done.wait(PAUSE):
            vector = questions[meanwhile.searches % len(questions)].tolist()
            with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                keys, truth = (
                    {
                        key
                        for key, _distance in nearest(
                            rows, embedding_model=model, vector=vector, limit=LIMIT, plan=plan
                        )
                    }
                    for plan in (None, EXACT)
                )
            meanwhile.searches += 1
            meanwhile.found += len(truth & keys)
            meanwhile.expected += len(truth)
        connections[ALIAS].close()

    thread = Thread(target=search)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def add_arguments(parser: ArgumentParser) -> None:
    """Take how much to load."""
    parser.add_argument("--rows", type=at_least_one, default=100_000)
    parser.add_argument("--dimension", type=at_least_one, default=384)


def run(options: Namespace) -> list[Finding]:
    """Measure, print the speeds, and return the ratios."""
    from assistant.embeddings.models import ConversationEmbedding, EmbeddingModel  # noqa: PLC0415
    from assistant.embeddings.vector_indexes import build_index, drop_index  # noqa: PLC0415
    from benchmarks.vectors import COPY, Clusters, copy_stream, make_owners  # noqa: PLC0415

    clusters = Clusters(dimension=options.dimension)
    meanwhile = Meanwhile()
    with database("load") as name, connect(name) as client:
        model = EmbeddingModel.objects.using(ALIAS).get(is_default=True)
        EmbeddingModel.objects.using(ALIAS).filter(pk=model.pk).update(dimension=options.dimension)
        model.refresh_from_db()
        make_owners(client)
        data = b"".join(copy_stream(clusters, options.rows, model=model.pk, length=PASSAGE))
        questions = clusters.points(100)

        def copy() -> None:
            with client.cursor().copy(COPY.format(table=TABLE)) as stream:
                stream.write(data)

        def empty(client: Client) -> None:
            drop_index(model, ConversationEmbedding, using=ALIAS)
            client.execute(f"TRUNCATE {TABLE}")
            client.execute("CHECKPOINT")

        def load() -> float:
            empty(client)
            with searching(model, questions, meanwhile):
                start = perf_counter()
                copy()
                build_index(model, ConversationEmbedding, using=ALIAS)
                return perf_counter() - start

        def insert() -> float:
            empty(client)
            build_index(model, ConversationEmbedding, using=ALIAS)
            start = perf_counter()
            copy()
            return perf_counter() - start

        samples = interleave(
            {"COPY, then build": load, "COPY into the index": insert}, rounds=options.rounds
        )
    show_samples(f"First load of {options.rows:,} vectors", samples, rows=options.rows)
    recall = meanwhile.found / max(meanwhile.expected, 1)
    print(f"  {meanwhile.searches} searches meanwhile found {recall:.3f} of the nearest {LIMIT}")
    return [
        Finding(
            "first load of vectors, speed to a live index's",
            ratios(samples, "COPY into the index", "COPY, then build"),
            at_least=3.5,
        ),
        Finding("recall of searches during the first load", [recall], at_least=0.98),
    ]


if __name__ == "__main__":
    main(run, add_arguments, __doc__)
