"""Passages with ready vectors, stored with the words they hold being counted, and without.

Source code (the standard library's), most of whose identifiers are new words, and with ``--cisi``
prose. As many passages as are written are there already, and counted.
"""

import sysconfig
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from django.db import connections

from benchmarks import cisi
from benchmarks.databases import Client, connect, database
from benchmarks.measure import Finding, at_least_one, interleave, main, ratios, show_samples

LENGTHS = {"source code": 1_000, "prose": 500}  # characters of a passage
LOADS = {"COPY": 1, "INSERTs of 128": 4, "single INSERTs": 10}  # and what part of all they store
DIMENSION = 384
COLUMNS = (
    "document_id, embedding_model_id, chunk_index, chunk_text, content_hash, start_offset, "
    "end_offset, embedding_vector"
)
NOT_COUNTED = """
    ALTER TABLE knowledge_chunks DISABLE TRIGGER trigger_count_search_words;
    ALTER TABLE knowledge_chunks DISABLE TRIGGER trigger_keep_chunk_identifiers;
"""

Row = tuple[Any, ...]


def source_code() -> Iterator[str]:
    """Yield the modules of the standard library, by their names."""
    paths = sorted(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py"), key=lambda p: p.name)
    for path in paths:
        if "site-packages" not in path.parts:
            yield path.read_text(encoding="utf-8", errors="ignore").replace("\0", "")


def passages(texts: Iterator[str], length: int, count: int) -> list[str]:
    """Return so many passages at most, of so many characters at most."""
    cut = (text[i : i + length] for text in texts for i in range(0, len(text), length))
    return list(islice(cut, count))


def rows(client: Client, texts: list[str]) -> list[Row]:
    """Return what to store: passages of a document of their own."""
    [model] = client.execute("SELECT id FROM embedding_models WHERE is_default").fetchone()
    statement = "INSERT INTO knowledge_base (title, content) VALUES ('', '') RETURNING id"
    [document] = client.execute(statement).fetchone()
    random = np.random.default_rng(7)
    vectors = [str(random.random(DIMENSION).round(4).tolist()) for _ in range(200)]
    return [
        (document, model, number, text, "", 0, len(text), vectors[number % len(vectors)])
        for number, text in enumerate(texts)
    ]


def copy(client: Client, stored: list[Row]) -> None:
    """Store them by one COPY."""
    with client.cursor().copy(f"COPY knowledge_chunks ({COLUMNS}) FROM STDIN") as stream:
        for row in stored:
            stream.write_row(row)


def insert(client: Client, stored: list[Row], *, batch: int) -> None:
    """Store so many in a statement."""
    place = f"({', '.join(['%s'] * 8)})"
    for start in range(0, len(stored), batch):
        part = stored[start : start + batch]
        statement = f"INSERT INTO knowledge_chunks ({COLUMNS}) VALUES " + ", ".join(
            [place] * len(part)
        )
        client.execute(statement, [value for row in part for value in row], prepare=True)


WRITERS: dict[str, Callable[[Client, list[Row]], None]] = {
    "COPY": copy,
    "INSERTs of 128": partial(insert, batch=128),
    "single INSERTs": partial(insert, batch=1),
}


def write(base: str, load: str, texts: list[str], *, is_counted: bool) -> float:
    """Return how many seconds it takes in a copy of the database."""
    with (
        database("write", migrated=False, template=base) as name,
        connect(name) as client,
    ):
        if not is_counted:
            client.execute(NOT_COUNTED)
        stored = rows(client, texts)
        client.execute("SELECT setseed(0.5)")  # which says when counts are added up
        start = perf_counter()
        WRITERS[load](client, stored)
        return perf_counter() - start


def compare(kind: str, texts: list[str], options: Namespace) -> list[Finding]:
    """Store the second half of the texts where the first is stored already."""
    there, new = texts[: len(texts) // 2], texts[len(texts) // 2 :]
    findings = []
    with database("passages", alias="base") as base:
        connections["base"].close()  # nobody may be there while it is copied
        with connect(base) as client:
            client.execute("UPDATE embedding_models SET dimension = %s", [DIMENSION])
            copy(client, rows(client, there))
            client.execute("SELECT settle_search_changes()")
            client.execute("VACUUM ANALYZE")
        for load, part in LOADS.items():
            some = new[: max(len(new) // part, 1)]
            samples = interleave(
                {
                    "counted": partial(write, base, load, some, is_counted=True),
                    "not counted": partial(write, base, load, some, is_counted=False),
                },
                rounds=options.rounds,
            )
            show_samples(f"{load}, {kind}", samples, rows=len(some))
            findings.append(
                Finding(
                    f"{load} of {kind}, time to that without counting words",
                    ratios(samples, "counted", "not counted"),
                )
            )
    return findings


def add_arguments(parser: ArgumentParser) -> None:
    """Take how much to store."""
    parser.add_argument("--rows", type=at_least_one, default=10_000)
    parser.add_argument("--cisi", type=Path, help="a folder with CISI.ALL, .QRY and .REL")


def run(options: Namespace) -> list[Finding]:
    """Measure, print the speeds, and return the ratios."""
    texts = {"source code": source_code()}
    if options.cisi:
        texts["prose"] = iter(cisi.read(options.cisi).contents)
    findings: list[Finding] = []
    for kind, of_kind in texts.items():
        findings += compare(kind, passages(of_kind, LENGTHS[kind], 2 * options.rows), options)
    return findings


if __name__ == "__main__":
    main(run, add_arguments, __doc__)
