"""Other aliases, routers that say no, and other PostgreSQL schemas."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from tests.contract import catalog, rows
from tests.contract.databases import alias, connect

Client = psycopg.Connection[Any]


def migrate(database: str, *arguments: str, options: str = "") -> None:
    """Run Django's command on a database that an alias names."""
    with alias(database, options=options):
        call_command("migrate", *arguments, database="scratch", verbosity=0)


@pytest.mark.django_db
def test_another_alias_gets_the_same(client: Client) -> None:
    with connect(connection.settings_dict["NAME"]) as default:
        assert catalog.read_all(client) == catalog.read_all(default)


def test_where_the_router_says_no_nothing_is_made(
    empty: str, unblocked: None, settings: Any
) -> None:
    settings.DATABASE_ROUTERS = ["tests.contract.routers.NotHere"]

    migrate(empty)

    with connect(empty) as client:
        made = set(catalog.read(client, "columns"))
        assert {table for table in made if not table.startswith(("auth_", "django_"))} == set()
        assert catalog.read(client, "functions") == {}
        assert client.execute("SELECT FROM pg_extension WHERE extname = 'vector'").rowcount == 0


def test_where_the_router_says_no_nothing_is_taken_back(
    scratch: str, unblocked: None, settings: Any
) -> None:
    with connect(scratch) as client:
        before = catalog.read_all(client)
    settings.DATABASE_ROUTERS = ["tests.contract.routers.NotHere"]

    for label in ("assistant_embeddings", "assistant_conversations", "assistant_settings"):
        migrate(scratch, label, "zero")

    with connect(scratch) as client:
        assert catalog.read_all(client) == before


def test_users_may_live_in_another_database(empty: str, unblocked: None, settings: Any) -> None:
    settings.DATABASE_ROUTERS = ["tests.contract.routers.UsersElsewhere"]

    migrate(empty)

    with connect(empty) as client:
        constraints = catalog.read(client, "constraints")
    assert not any("user_id" in each for each in constraints["conversations"])
    assert any("conversation_id" in each for each in constraints["messages"])


TENANTS = ["tenant_a", "tenant_b"]


@pytest.fixture
def tenants(empty: str, unblocked: None) -> Iterator[Callable[[str], Client]]:
    """Return a way to connect to one of two migrated schemas; the extension has its own."""
    with connect(empty, autocommit=True) as administrator:
        for schema in ("extensions", *TENANTS):
            administrator.execute(f"CREATE SCHEMA {schema}")
        administrator.execute("CREATE EXTENSION vector SCHEMA extensions")
        opened: list[Client] = []

        def client_of(search_path: str) -> Client:
            options = f"-c search_path={search_path}"
            opened.append(connect(empty, autocommit=True, options=options))
            return opened[-1]

        for schema in TENANTS:
            migrate(empty, options=f"-c search_path={schema},extensions")
        yield client_of
        for client in opened:
            client.close()


def test_schemas_hold_the_same(tenants: Callable[[str], Client], client: Client) -> None:
    for tenant in TENANTS:
        assert catalog.read_all(tenants(f"{tenant},extensions")) == catalog.read_all(client)

    assert catalog.read(tenants("public"), "columns") == {}
    assert catalog.read(tenants("public"), "functions") == {}


def test_schemas_keep_their_rows_apart(tenants: Callable[[str], Client]) -> None:
    first = tenants("tenant_a,extensions")
    rows.messages(first, rows.conversation(first), 2)
    second = tenants("tenant_b,extensions")
    rows.messages(second, rows.conversation(second), 3)

    # Whatever the search path of who writes.
    stranger = tenants("extensions")
    stranger.execute(
        "INSERT INTO tenant_a.messages (conversation_id, role, content)"
        " SELECT id, 'user', 'Hello' FROM tenant_a.conversations"
    )
    stranger.execute(
        "INSERT INTO tenant_a.knowledge_base (title, content, embedding_vector)"
        " VALUES ('T', 'dogs', %s)",
        [[0.5] * 384],
    )

    totals = "SELECT total_messages FROM {}.conversation_stats"
    assert rows.scalar(stranger, totals.format("tenant_a")) == 3
    assert rows.scalar(stranger, totals.format("tenant_b")) == 3
    found = "SELECT count(*) FROM {}.knowledge_base WHERE content_search @@ 'dog'"
    assert rows.scalar(stranger, found.format("tenant_a")) == 1
    assert rows.scalar(stranger, found.format("tenant_b")) == 0


def test_one_schema_goes_and_the_other_stays(tenants: Callable[[str], Client], empty: str) -> None:
    kept = tenants("tenant_b,extensions")
    before = catalog.read_all(kept)

    for label in ("assistant_embeddings", "assistant_conversations", "assistant_settings"):
        migrate(empty, label, "zero", options="-c search_path=tenant_a,extensions")

    assert catalog.read_all(kept) == before
    assert catalog.read(tenants("tenant_a,extensions"), "functions").keys() == {
        "update_user_timestamp"
    }
