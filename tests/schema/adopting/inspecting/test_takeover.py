"""One transaction: what is locked, asked for and recorded, and what is left where it fails."""

import sys
from contextlib import contextmanager

import pytest
from django.db import DatabaseError

from assistant.schema.adopting.databases import NotAdoptableError
from assistant.schema.adopting.takeover import Takeover
from assistant.schema.errors import MigrationError
from assistant.schema.migrating.locks import MigrationLock
from tests.contract.catalog import read_all
from tests.contract.databases import connect
from tests.schema.adopting.inspecting.altering import MIGRATIONS, Alteration

OWN_RECORDS = "CREATE TABLE schema_migrations (version integer, filename text)"
LOCKED = """
SELECT c.relname FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation
WHERE l.mode = 'AccessExclusiveLock' AND l.pid = pg_backend_pid() AND c.relkind = 'r'
"""


@pytest.fixture
def alteration(monkeypatch):
    """Stand in for the alteration."""
    stand_in = Alteration(then=lambda connection: None)
    monkeypatch.setitem(sys.modules, "assistant.schema.adopting.transforming", stand_in)
    return stand_in


@contextmanager
def takeover(connection, *, wait=30.0, wanted=None, said=None):
    """Hold the lock on migrations."""
    say = (said if said is not None else []).append
    with MigrationLock(connection, wait=wait, say=say) as lock:
        yield Takeover(lock, wanted=wanted or {}, keep_arrays=False, say=say)


def test_all_is_told_and_recorded(copy, owner, alteration):
    owner.execute(
        "INSERT INTO knowledge_base (title, content, embedding_vector) VALUES ('a', 'a', '{1,2,3}')"
    )

    with takeover(copy, wanted={3: "small"}) as over:
        over.run(3)

    [(small,)] = owner.execute("SELECT id FROM embedding_models WHERE name = 'small'")
    [asked] = alteration.asked
    assert asked["stage"] == 3
    assert asked["models"] == {3: small}
    assert asked["keep_arrays"] is False
    rows = owner.execute(
        "SELECT app, name, checksum IS NOT NULL, duration IS NULL FROM schema_migrations "
        "WHERE app = 'assistant_accounts' ORDER BY version"
    )
    assert rows.fetchall() == [(*key, True, True) for key in MIGRATIONS]
    [(untimed,)] = owner.execute(
        "SELECT count(*) FROM schema_migrations WHERE app IN ('auth', 'contenttypes') "
        "AND duration IS NULL"
    )
    assert untimed == 0


def test_own_records_make_way(copy, owner, alteration):
    owner.execute(OWN_RECORDS)

    with takeover(copy) as over:
        over.run(3)

    assert owner.execute("SELECT count(*) FROM schema_migrations_before").fetchone() == (0,)


def test_every_table_is_locked_first(copy, owner, alteration):
    owner.execute(OWN_RECORDS)
    locked = set()

    def look(connection):
        with connection.cursor() as cursor:
            cursor.execute(LOCKED)
            locked.update(name for (name,) in cursor.fetchall())

    alteration.then = look
    with takeover(copy) as over:
        over.run(3)

    assert locked >= {
        "users",
        "system_settings",
        "model_configs",
        "conversations",
        "messages",
        "conversation_stats",
        "conversation_embeddings",
        "knowledge_base",
        "embedding_models",
        "schema_migrations_before",
    }


def test_nothing_is_left_of_a_failure(copy, owner, alteration):
    owner.execute(OWN_RECORDS)
    before = read_all(owner)

    def fail(connection):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    alteration.then = fail
    with takeover(copy) as over, pytest.raises(DatabaseError, match="division by zero"):
        over.run(3)

    assert read_all(owner) == before


def test_killed_in_the_midst(copy, owner, alteration):
    before = read_all(owner)

    def kill(connection):
        owner.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    alteration.then = kill
    with takeover(copy) as over, pytest.raises(MigrationError, match="of which nothing is left"):
        over.run(3)

    assert read_all(owner) == before


def test_a_table_in_use(copy, owner, alteration):
    said = []
    with connect(copy.settings_dict["NAME"], application_name="report") as other:
        other.execute("SELECT FROM messages")
        with (
            takeover(copy, wait=3, said=said) as over,
            pytest.raises(MigrationError, match=r"in use for 3 s; nothing.*Open.* report"),
        ):
            over.run(3)

    assert "A table is in use; who waits for it goes first" in said[0]
    assert "report (server process" in said[0]


def test_a_table_in_use_for_a_while(copy, owner, alteration):
    with connect(copy.settings_dict["NAME"]) as other:
        other.execute("SELECT FROM messages")
        with MigrationLock(copy, wait=30, say=lambda text: other.rollback()) as lock:
            Takeover(lock, wanted={}, keep_arrays=False, say=lambda text: other.rollback()).run(3)

    assert len(alteration.asked) == 1


def test_changed_by_others_after_the_look(copy, owner, alteration):
    owner.execute("UPDATE users SET preferences = '[]'")

    with (
        takeover(copy) as over,
        pytest.raises(NotAdoptableError, match=r"meanwhile; nothing was adopted.\n.*preferences"),
    ):
        over.run(3)

    assert alteration.asked == []
