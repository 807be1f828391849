"""Writers of passages, and what the statistics of searches ought to say of them."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.contract import rows
from tests.contract.conftest import migrated_template, scratch, unblocked
from tests.contract.databases import connect

__all__ = [
    "REFRESH",
    "SETTLE",
    "TABLES",
    "Client",
    "Writer",
    "check",
    "client",
    "migrated_template",
    "other",
    "scratch",
    "unblocked",
    "writer",
]

Client = psycopg.Connection[Any]

TABLES = {"documents": "knowledge_chunks", "messages": "conversation_embeddings"}

# As the statistics ought to be, and as they are with what is not settled.
COUNTED = """
    SELECT embedding_model_id::text, count(*)::int, sum(octet_length(chunk_text))::int
    FROM {} GROUP BY 1
"""
KEPT = """
    SELECT model::text, sum(passages)::int, sum(bytes)::int FROM (
        SELECT embedding_model_id AS model, passages, bytes, source FROM search_statistics
        UNION ALL SELECT embedding_model_id, passages, bytes, source FROM search_changes
    ) AS noted WHERE source = %s GROUP BY 1 HAVING sum(passages) <> 0 OR sum(bytes) <> 0
"""
COUNTED_WORDS = """
    SELECT word, ndoc FROM ts_stat(format(
        'SELECT chunk_search || COALESCE(chunk_identifiers, %%L) FROM {} '
        'WHERE embedding_model_id = %%L', '', %s
    ))
"""
KEPT_WORDS = """
    SELECT lexeme, sum(passages)::int FROM (
        SELECT embedding_model_id AS model, lexeme, passages, source FROM search_lexemes
        UNION ALL SELECT embedding_model_id, lexeme, number, source
        FROM search_changes, unnest(lexemes, counts) AS noted (lexeme, number)
    ) AS noted WHERE source = %s AND model = %s GROUP BY 1 HAVING sum(passages) <> 0
"""

SETTLE = "SELECT settle_search_changes()"
REFRESH = "SELECT wrong_passages, wrong_lexemes FROM refresh_search_statistics()"


def check(client: Client, *, settled: bool = False) -> None:
    """Compare what is kept with what is counted; with nothing left to settle where it says so."""
    models = [key for (key,) in client.execute("SELECT id FROM embedding_models")]
    for source, table in TABLES.items():
        counted = client.execute(COUNTED.format(table)).fetchall()
        assert sorted(client.execute(KEPT, [source])) == sorted(counted), source
        for model in models:
            words = client.execute(COUNTED_WORDS.format(table), [model]).fetchall()
            kept = client.execute(KEPT_WORDS, [source, model]).fetchall()
            assert dict(kept) == dict(words), (source, model)
    if settled:
        assert rows.scalar(client, "SELECT count(*) FROM search_changes") == 0


class Writer:
    """Writes passages as a client without Django does."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.document = rows.insert(client, "knowledge_base", title="T", content="C")
        self.conversation = rows.conversation(client)
        self.models = [
            rows.scalar(client, "SELECT id FROM embedding_models WHERE is_default"),
            rows.insert(client, "embedding_models", name="other", dimension=384),
        ]
        self.last = 0

    def values(self, source: str, text: str, model: int = 0) -> tuple[str, list[Any]]:
        """Return the columns and values of a passage."""
        self.last += 1
        if source == "documents":
            columns = "document_id, chunk_index, chunk_text, content_hash, start_offset, end_offset"
            row = [self.document, self.last, text, "", 0, 1]
        else:
            columns = "conversation_id, chunk_index, chunk_text, content_hash, embedding_vector"
            row = [self.conversation, self.last, text, "", str([0.1] * 384)]
        return f"{columns}, embedding_model_id", [*row, self.models[model]]

    def insert(self, source: str, *texts: str, models: tuple[int, ...] = (0,)) -> None:
        """Insert passages of each of the models in one statement."""
        made = [self.values(source, text, model) for text in texts for model in models]
        places = ", ".join(f"({', '.join(['%s'] * len(row))})" for _columns, row in made)
        statement = f"INSERT INTO {TABLES[source]} ({made[0][0]}) VALUES {places}"
        self.client.execute(statement, [value for _columns, row in made for value in row])

    def copy(self, source: str, *texts: str) -> None:
        """Do it by COPY."""
        made = [self.values(source, text) for text in texts]
        with (
            self.client.cursor() as cursor,
            cursor.copy(f"COPY {TABLES[source]} ({made[0][0]}) FROM STDIN") as copy,
        ):
            for _columns, row in made:
                copy.write_row(row)


@pytest.fixture
def client(scratch: str) -> Iterator[Client]:
    """Return a client of a database of this test alone, which commits every statement."""
    with connect(scratch, autocommit=True) as connection:
        yield connection


@pytest.fixture
def writer(client: Client) -> Writer:
    """Return who writes by it."""
    return Writer(client)


@pytest.fixture
def other(scratch: str, writer: Writer) -> Iterator[Writer]:
    """Return a second writer of the same rows, in a transaction, who waits for nobody."""
    with connect(scratch) as connection:
        connection.execute("SET lock_timeout = '500ms'")
        connection.commit()
        second = object.__new__(Writer)
        second.__dict__.update(writer.__dict__, client=connection, last=1000)
        yield second
        connection.rollback()
