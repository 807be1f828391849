"""The statistics of searches: triggers keep them, whoever writes."""

import random
from collections import Counter

import pytest

from assistant.db.operations import batches
from assistant.embeddings.models import ConversationEmbedding, SearchLexeme, SearchStatistics
from tests.contract import migrating, rows
from tests.contract.databases import alias, connect
from tests.embeddings.counting import (
    REFRESH,
    SETTLE,
    TABLES,
    Client,
    Writer,
    check,
    client,
    migrated_template,
    scratch,
    unblocked,
    writer,
)
from tests.factories import make_chunk, make_embedding, make_embedding_model

__all__ = ["client", "migrated_template", "scratch", "unblocked", "writer"]


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


def test_a_passage_at_a_time(client: Client, writer: Writer) -> None:
    texts = ("", "the", "dogs, dogs and cats", "see os.path.join", "see see_dogs", "dogs")
    for source in TABLES:
        for text in texts:
            writer.insert(source, text, models=(1,))
        writer.copy(source, "mice")
    check(client, settled=True)


def test_statements_that_insert_no_passage(client: Client, writer: Writer) -> None:
    for source, table in TABLES.items():
        columns, values = writer.values(source, "dogs")
        places = ", ".join(["%s"] * len(values))
        insert = f"INSERT INTO {table} ({columns}, id) "
        key = "00000000-0000-4000-8000-000000000000"
        for statement in (
            f"{insert} VALUES ({places}, '{key}')",
            f"{insert} VALUES ({places}, '{key}') ON CONFLICT (id) DO NOTHING",
            f"{insert} SELECT {places}, '{key}'::uuid WHERE false",
            f"{insert} VALUES ({places}, '{key}')"
            " ON CONFLICT (id) DO UPDATE SET chunk_text = 'two mice'",
        ):
            client.execute(statement, values)
            check(client)
    check(client, settled=True)
    words = "SELECT lexeme FROM search_lexemes ORDER BY source, lexeme"
    assert client.execute(words).fetchall() == [("mice",), ("two",)] * 2


def test_counts_that_grow_stay_out_of_the_indexes(client: Client, writer: Writer) -> None:
    words = [f"word{number}" for number in range(1000)]
    hot = "SELECT pg_stat_get_xact_tuples_{}('search_lexemes'::regclass)"
    writer.insert("documents", " ".join(words))

    with client.transaction():
        writer.insert("documents", " ".join(words[::4]))
        counts = [rows.scalar(client, hot.format(kind)) for kind in ("updated", "hot_updated")]

    assert counts == [250, 250]
    check(client, settled=True)


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


NEW = (
    "0014_add_search_statistics",
    "0015_find_identifiers",
    "0016_parse_search_questions",
    "0017_count_search_words",
    "0018_fill_search_statistics",
    "0019_index_identifiers",
    "0020_add_search_records",
)


@pytest.mark.usefixtures("unblocked")
def test_rows_that_were_there_are_filled_around_locks_and_after_a_kill(
    scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "PATIENCE", 0.1)
    label, fill = "assistant_embeddings", "0018_fill_search_statistics"
    missing = "SELECT array_agg(chunk_text) FROM {} WHERE chunk_identifiers IS NULL"
    with alias(scratch) as connection, connect(scratch, autocommit=True) as client:
        writer = Writer(client)
        for name in reversed(NEW):
            migrating.take_back(connection, (label, name))
        for source in TABLES:
            writer.insert(source, "the", "see getUserById", "see os.path", "see a_b_cd")
        for name in NEW[: NEW.index(fill)]:
            migrating.apply(connection, (label, name))
        for table in TABLES.values():
            # As a run that was killed leaves it.
            client.execute(
                f"UPDATE {table} SET chunk_identifiers = NULL WHERE chunk_text = 'see os.path'"
            )

        with connect(scratch) as holder:
            for table in TABLES.values():
                holder.execute(
                    f"SELECT FROM {table} WHERE chunk_text = 'see getUserById' FOR UPDATE"
                )
            migrating.apply(connection, (label, fill))

        for table in TABLES.values():
            left = rows.scalar(client, missing.format(table))
            assert sorted(left) == ["see getUserById", "the"]
        check(client, settled=True)

        migrating.take_back(connection, (label, fill))
        migrating.apply(connection, (label, fill))

        assert [rows.scalar(client, missing.format(table)) for table in TABLES.values()] == [
            ["the"],
            ["the"],
        ]
        check(client, settled=True)


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
