"""Repairs 7 to 11 of the SQL files: running twice, time stamps, the default user, roles."""

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from tests import factories
from tests.contract import catalog, rows
from tests.contract.databases import alias, connect, run_sql_files

Client = psycopg.Connection[Any]

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_7_migrating_twice_changes_nothing(files: Client, scratch: str, unblocked: None) -> None:
    with pytest.raises(psycopg.errors.DuplicateObject, match=r"trigger .* already exists"):
        run_sql_files(files)
    with connect(scratch, autocommit=True) as client:
        before = catalog.read_all(client)
        applied = client.execute("SELECT * FROM django_migrations").fetchall()

        with alias(scratch):
            call_command("migrate", database="scratch", verbosity=0)

        assert catalog.read_all(client) == before
        assert client.execute("SELECT * FROM django_migrations").fetchall() == applied


def old_row(client: Client, table: str) -> tuple[str, Any]:
    """Return the key of a row that was last changed long ago, and its key column."""
    match table:
        case "users":
            return "id", rows.insert(client, table, username="old", updated_at=LONG_AGO)
        case "system_settings":
            return "key", rows.insert(client, table, key="old", value="1", updated_at=LONG_AGO)
        case "conversations":
            return "id", rows.conversation(client, updated_at=LONG_AGO)
        case "conversation_stats":
            key = rows.conversation(client)
            return "id", rows.insert(client, table, conversation_id=key, updated_at=LONG_AGO)
        case _:
            row = {"title": "Old", "content": "", "updated_at": LONG_AGO}
            return "id", rows.insert(client, table, **row)


def changed(client: Client, table: str, assignment: str) -> tuple[datetime, datetime]:
    """Return ``updated_at`` after a change, and the transaction's time."""
    column, key = old_row(client, table)
    return client.execute(
        f"UPDATE {table} SET {assignment} WHERE {column} = %s RETURNING updated_at, now()", [key]
    ).fetchone()


@pytest.mark.parametrize(
    "table,assignment,moves_with_the_files",
    [
        ("users", "email = 'new@localhost'", False),
        ("system_settings", "value = '2'", False),
        ("conversations", "title = 'New'", False),
        ("conversation_stats", "created_at = now()", False),
        ("knowledge_base", "title = 'New'", True),
    ],
)
def test_8_updated_at_moves(
    files: Client, client: Client, table: str, assignment: str, moves_with_the_files: bool
) -> None:
    updated_at, now = changed(files, table, assignment)
    assert (updated_at == now) is moves_with_the_files

    updated_at, now = changed(client, table, assignment)
    assert updated_at == now


def test_8_a_message_moves_its_conversation_only(client: Client) -> None:
    written = rows.conversation(client, updated_at=LONG_AGO)
    rows.conversation(client, updated_at=LONG_AGO)

    rows.message(client, written)

    query = "SELECT id FROM conversations WHERE updated_at = now()"
    assert client.execute(query).fetchall() == [(written,)]


def test_9_nobody_can_be_the_default_user(scratch: str, unblocked: None) -> None:
    with alias(scratch):
        call_command(
            "createsuperuser",
            interactive=False,
            username="boss",
            email="boss@example.org",
            database="scratch",
            verbosity=0,
        )
        users = get_user_model().objects.using("scratch")
        admin, boss = users.order_by("username")

    assert (admin.username, boss.username) == ("admin", "boss")
    assert not admin.has_usable_password()
    assert not any(admin.check_password(password) for password in ("", "!", "admin"))
    assert not admin.is_superuser
    assert not admin.is_staff
    assert boss.is_superuser


def test_10_role_tool_waits_for_the_agents(client: Client) -> None:
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        rows.message(client, rows.conversation(client), role="tool")

    assert refused.value.diag.constraint_name == "messages_role_check"


@pytest.mark.parametrize(
    "table", ["users", "system_settings", "conversations", "conversation_stats", "knowledge_base"]
)
def test_11_updated_at_never_goes_back(files: Client, client: Client, table: str) -> None:
    stale = "updated_at = '2019-01-01+00'"
    if table != "knowledge_base":
        assert changed(files, table, stale)[0].year == 2019

    updated_at, now = changed(client, table, stale)

    assert updated_at == now


def test_11_statistics_are_not_written_by_clients(mended_files: Client, client: Client) -> None:
    for database_client, expected in ((mended_files, (2, 2)), (client, (3, 9))):
        conversation = rows.conversation(database_client)
        rows.messages(database_client, conversation, 3)

        database_client.execute(
            "UPDATE conversation_stats SET total_messages = 2, total_tokens = 2"
        )

        query = "SELECT total_messages, total_tokens FROM conversation_stats"
        assert database_client.execute(query).fetchall() == [expected]


@pytest.mark.django_db
def test_11_saving_a_stale_object_keeps_derived_columns() -> None:
    conversation = factories.make_conversation()
    factories.make_message(conversation=conversation)
    stale = conversation.stats
    factories.make_message(conversation=conversation)

    stale.save()

    stale.refresh_from_db()
    assert stale.total_messages == 2
