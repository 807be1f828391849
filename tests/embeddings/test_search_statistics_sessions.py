"""The statistics of searches, with several who write, add up or count again at once."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from assistant.embeddings.search.statistics import refresh_statistics
from tests.contract import rows
from tests.contract.databases import alias
from tests.embeddings.counting import (
    REFRESH,
    SETTLE,
    TABLES,
    Client,
    Writer,
    check,
    client,
    migrated_template,
    other,
    scratch,
    unblocked,
    writer,
)

__all__ = ["client", "migrated_template", "other", "scratch", "unblocked", "writer"]


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
    writer.insert("messages", "small cats")
    other.client.execute("TRUNCATE conversation_embeddings")

    client.execute("SET lock_timeout = '500ms'")
    writer.insert("documents", "big dogs")
    other.client.rollback()

    check(client)


def test_a_truncation_beside_one_who_settles_and_goes_on(
    client: Client, writer: Writer, other: Writer
) -> None:
    writer.insert("messages", "small cats")
    other.insert("messages", "big dogs")  # and settles
    with ThreadPoolExecutor(1) as pool:
        client.execute("SET lock_timeout = '10s'")
        truncation = pool.submit(client.execute, "TRUNCATE conversation_embeddings")
        other.insert("messages", "mice")
        other.client.commit()
        truncation.result()

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
