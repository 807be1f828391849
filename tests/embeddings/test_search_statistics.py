"""The statistics of searches: triggers keep them, whoever writes."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from assistant.embeddings.models import ConversationEmbedding, SearchLexeme, SearchStatistics
from assistant.embeddings.search.statistics import refresh_statistics
from tests.contract import migrating, rows
from tests.contract.conftest import migrated_template, scratch, unblocked
from tests.contract.databases import alias, connect
from tests.factories import make_chunk, make_embedding, make_embedding_model

__all__ = ["migrated_template", "scratch", "unblocked"]

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
NEW = (
    "0014_add_search_statistics",
    "0015_count_search_words",
    "0016_fill_search_statistics",
    "0017_index_identifiers",
    "0018_add_search_records",
)

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


@pytest.mark.django_db
def test_passages_by_the_orm() -> None:
    model = make_embedding_model()
    make_embedding(embedding_model=model, chunk_text="running dogs run")
    make_chunk(embedding_model=model, chunk_text="dogs, café")

    numbers = SearchStatistics.objects.filter(embedding_model=model).order_by("source")
    assert list(numbers.values_list("source", "passages", "bytes")) == [
        ("documents", 1, 11),
        ("messages", 1, 16),
    ]
    words = SearchLexeme.objects.filter(embedding_model=model).order_by("source", "lexeme")
    assert list(words.values_list("source", "lexeme", "passages")) == [
        ("documents", "café", 1),
        ("documents", "dog", 1),
        ("messages", "dog", 1),
        ("messages", "run", 1),
    ]

    ConversationEmbedding.objects.all().delete()

    assert list(numbers.values_list("source", flat=True)) == ["documents"]
    assert not words.filter(source="messages").exists()


CHANGES: dict[str, tuple[str, ...]] = {
    "a text": ("UPDATE {table} SET chunk_text = 'cats and dogs' WHERE chunk_text = 'big dogs'",),
    "texts": ("UPDATE {table} SET chunk_text = chunk_text || ' indeed app.Model'",),
    "a model": ("UPDATE {table} SET embedding_model_id = '{other}' WHERE chunk_text = 'big dogs'",),
    "both": ("UPDATE {table} SET embedding_model_id = '{other}', chunk_text = 'x'",),
    "deleted": ("DELETE FROM {table} WHERE chunk_text = 'big dogs'",),
    "all deleted": ("DELETE FROM {table}",),
    "nothing deleted": ("DELETE FROM {table} WHERE chunk_text = 'no such'",),
    "truncated": ("TRUNCATE {table}",),
    "the document or conversation": ("DELETE FROM {parent}",),
    "all of them": ("TRUNCATE {parent} CASCADE",),
    "messages": (
        "INSERT INTO messages (conversation_id, role, content)"
        " SELECT id, 'user', 'x' FROM conversations",
        "UPDATE conversation_embeddings SET message_id = (SELECT id FROM messages)",
        "DELETE FROM messages",
    ),
    "MERGE": (
        "MERGE INTO {table} AS t USING (VALUES ('big dogs'), ('')) AS v (text)"
        " ON t.chunk_text = v.text"
        " WHEN MATCHED AND v.text = '' THEN DELETE"
        " WHEN MATCHED THEN UPDATE SET chunk_text = 'mice'",
    ),
}


@pytest.mark.parametrize("source", TABLES)
def test_every_change_is_counted(client: Client, writer: Writer, source: str) -> None:
    names = {
        "table": TABLES[source],
        "parent": {"documents": "knowledge_base", "messages": "conversations"}[source],
        "other": writer.models[1],
    }
    for statements in CHANGES.values():
        with client.transaction(force_rollback=True):
            for kind in TABLES:
                writer.insert(kind, "big dogs", "see os.path.join(getUserById)", models=(0, 1))
                writer.copy(kind, "small dogs", "")
            check(client, settled=True)
            client.execute("SET CONSTRAINTS ALL IMMEDIATE")
            before = client.execute("SELECT source, lexeme FROM search_lexemes").fetchall()

            for statement in statements:
                client.execute(statement.format(**names))

            check(client, settled=True)
            if "{table}" in statements[0] and "no such" not in statements[0]:
                after = client.execute("SELECT source, lexeme FROM search_lexemes").fetchall()
                assert sorted(after) != sorted(before)
    check(client, settled=True)
    assert rows.scalar(client, "SELECT count(*) FROM search_statistics") == 0


def test_what_changes_no_words_changes_nothing(client: Client, writer: Writer) -> None:
    writer.insert("documents", "big dogs")
    writer.insert("messages", "big dogs")
    sequence = "SELECT last_value FROM pg_sequences WHERE sequencename = 'search_changes_id_seq'"
    before = rows.scalar(client, sequence)

    for table in TABLES.values():
        client.execute(f"UPDATE {table} SET embedding_vector = %s", [str([0.2] * 384)])
        client.execute(f"UPDATE {table} SET chunk_text = chunk_text, chunk_index = 7")
    with client.transaction(force_rollback=True):
        writer.insert("documents", "cats")
        writer.insert("messages", "cats")
        check(client)

    check(client, settled=True)
    # Those that were taken back drew numbers.
    assert rows.scalar(client, sequence) == before + 2


def test_identifiers_are_not_a_clients(client: Client, writer: Writer) -> None:
    columns, values = writer.values("documents", "call getUserById")
    client.execute(
        f"INSERT INTO knowledge_chunks ({columns}, chunk_identifiers)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, 'mine')",
        values,
    )
    query = "SELECT tsvector_to_array(chunk_identifiers) FROM knowledge_chunks"
    words = rows.scalar(client, query)
    assert {"getuserbyid", "get", "user", "id"} >= set(words) > {"getuserbyid", "user"}

    client.execute("UPDATE knowledge_chunks SET chunk_identifiers = 'mine'")
    assert rows.scalar(client, query) == words
    client.execute("UPDATE knowledge_chunks SET chunk_identifiers = NULL, chunk_text = 'prose'")
    assert rows.scalar(client, query) is None
    check(client, settled=True)


def test_writers_do_not_wait_for_each_other(client: Client, writer: Writer, other: Writer) -> None:
    for source in TABLES:
        other.insert(source, "big dogs", "cats")  # which settles, and stays open
    client.execute("SET lock_timeout = '500ms'")

    for source, table in TABLES.items():
        writer.insert(source, "big dogs", "mice")
        client.execute(f"UPDATE {table} SET chunk_text = 'big cats' WHERE chunk_text = 'mice'")
    assert rows.scalar(client, SETTLE) is None  # somebody is at it
    assert rows.scalar(client, "SELECT count(*) FROM search_changes") > 0

    other.client.commit()
    check(client)
    assert rows.scalar(client, SETTLE) > 0
    check(client, settled=True)


def test_a_stricter_isolation(client: Client, writer: Writer, other: Writer) -> None:
    other.client.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    other.client.execute("SELECT 1")
    writer.insert("documents", "big dogs")

    other.insert("documents", "big cats")
    assert rows.scalar(other.client, SETTLE) is None
    other.client.commit()

    check(client)
    writer.insert("documents", "mice")
    check(client, settled=True)


def test_a_truncation_that_is_not_committed(client: Client, writer: Writer, other: Writer) -> None:
    client.execute(
        "INSERT INTO search_changes (embedding_model_id, source, passages, bytes, lexemes, counts)"
        " VALUES (%s, 'messages', 0, 0, '{}', '{}')",
        [writer.models[0]],
    )
    other.client.execute("TRUNCATE conversation_embeddings")

    client.execute("SET lock_timeout = '500ms'")
    writer.insert("documents", "big dogs")
    other.client.rollback()

    assert rows.scalar(client, "SELECT source FROM search_changes") == "messages"
    check(client)


def break_counts(client: Client, writer: Writer) -> None:
    """Write without triggers, and write nonsense into the tables."""
    for source, table in TABLES.items():
        writer.insert(source, "one dog", "two dogs", "three cats")
        client.execute("SET session_replication_role = replica")
        client.execute(f"DELETE FROM {table} WHERE chunk_text = 'one dog'")
        client.execute(f"UPDATE {table} SET chunk_text = 'two mice' WHERE chunk_text = 'two dogs'")
        client.execute("RESET session_replication_role")


def test_refreshing_repairs(client: Client, writer: Writer, other: Writer) -> None:
    break_counts(client, writer)
    client.execute("UPDATE search_lexemes SET passages = 70 WHERE lexeme = 'cat'")
    client.execute(
        "INSERT INTO search_lexemes (embedding_model_id, source, lexeme, passages)"
        " SELECT gen_random_uuid(), 'messages', 'nobody', 1"
    )
    with pytest.raises(AssertionError):
        check(client)
    for source, table in TABLES.items():
        other.insert(source, "uncommitted dogs")
        other.client.execute(f"DELETE FROM {table} WHERE chunk_text = 'three cats'")
    # Whoever has settled is waited for.
    client.execute("SET lock_timeout = '100ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        client.execute(REFRESH)
    other.client.commit()

    # dog, one, mice and cat of each kind, and the word of no model.
    assert client.execute(REFRESH).fetchone() == (2, 9)
    check(client, settled=True)
    assert client.execute(REFRESH).fetchone() == (0, 0)


def test_refreshing_while_somebody_writes(client: Client, writer: Writer, other: Writer) -> None:
    break_counts(client, writer)
    with client.transaction():
        client.execute(SETTLE)  # so the other leaves that
        for source, table in TABLES.items():
            other.insert(source, "uncommitted dogs")
            other.client.execute(f"DELETE FROM {table} WHERE chunk_text = 'three cats'")

        assert client.execute(REFRESH).fetchone()[0] == 2
        check(client)
        other.client.commit()

    check(client)
    assert rows.scalar(client, SETTLE) == 4
    check(client, settled=True)


@pytest.mark.usefixtures("unblocked")
def test_refreshing_for_projects_of_a_stricter_isolation(
    scratch: str, client: Client, writer: Writer
) -> None:
    break_counts(client, writer)
    strict = "-c default_transaction_isolation=serializable"

    with alias(scratch, options=strict):
        assert refresh_statistics(using="scratch").passages == 2

    check(client, settled=True)


def test_two_refresh_at_once(client: Client, writer: Writer, other: Writer) -> None:
    break_counts(client, writer)
    other.client.execute(REFRESH)

    client.execute("SET lock_timeout = '100ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        client.execute(REFRESH)
    other.client.commit()

    assert client.execute(REFRESH).fetchone() == (0, 0)
    check(client, settled=True)


WORDS = [
    "dogs",
    "cats",
    "mice",
    "os.path.join",
    "getUserById",
    "snake_case",
    "the",
    "2024",
    "a/b.py",
]


def test_random_changes(client: Client, writer: Writer) -> None:
    chosen = random.Random(7)  # noqa: S311
    done: Counter[str] = Counter()

    def text() -> str:
        return " ".join(chosen.choices(WORDS, k=chosen.randint(0, 6)))

    for number in range(150):
        source = chosen.choice(list(TABLES))
        table = TABLES[source]
        some = f"chunk_index %% {chosen.randint(2, 5)} = 1"
        kind = chosen.choice(["insert"] * 4 + ["copy", "update", "move", "delete", "undo"])
        done[kind] += 1
        if kind == "insert":
            texts = [text() for _ in range(chosen.randint(1, 9))]
            writer.insert(source, *texts, models=chosen.choice([(0,), (1,), (0, 1)]))
        elif kind == "copy":
            writer.copy(source, text(), text())
        elif kind == "update":
            client.execute(f"UPDATE {table} SET chunk_text = %s WHERE {some}", [text()])
        elif kind == "move":
            model = chosen.choice(writer.models)
            client.execute(f"UPDATE {table} SET embedding_model_id = %s WHERE {some}", [model])
        elif kind == "delete":
            client.execute(f"DELETE FROM {table} WHERE {some}", [])
        else:
            with client.transaction(force_rollback=True):
                writer.insert(source, text(), models=(0, 1))
                client.execute(f"DELETE FROM {table} WHERE {some}", [])
        if number % 15 == 14:
            check(client)

    assert min(done.values()) > 3
    client.execute(SETTLE)
    check(client, settled=True)
    assert client.execute(REFRESH).fetchone() == (0, 0)


@pytest.mark.usefixtures("unblocked")
def test_rows_that_were_there(scratch: str) -> None:
    label = "assistant_embeddings"
    with alias(scratch) as connection, connect(scratch, autocommit=True) as client:
        writer = Writer(client)
        for name in reversed(NEW):
            migrating.take_back(connection, (label, name))
        for source in TABLES:
            writer.insert(source, "big dogs", "see getUserById", "the", models=(0, 1))

        for name in NEW:
            migrating.apply(connection, (label, name))

        check(client, settled=True)
        query = "SELECT count(*) FROM {} WHERE chunk_identifiers @@ 'getuserbyid'"
        assert [rows.scalar(client, query.format(table)) for table in TABLES.values()] == [2, 2]
        assert rows.scalar(client, "SELECT sum(passages) FROM search_statistics") == 12
