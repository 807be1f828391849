"""The same migrations in projects with users of their own."""

from typing import Any

import psycopg
import pytest

from tests.contract import catalog, host, rows
from tests.contract.databases import connect
from tests.contract.test_whose_rows import CHUNKS, EMBEDDINGS

Client = psycopg.Connection[Any]

FOREIGN_KEY = "conversations_user_id_fkey FOREIGN KEY (user_id) REFERENCES {} " + (
    "ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED"
)

# Settings module, the users' table, their key, its type, and a statement that adds a user.
DJANGO_USER = (
    "django_user",
    "auth_user(id)",
    "integer",
    "INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email,"
    " is_staff, is_active, date_joined) VALUES ('', false, 'a', '', '', '', false, true, now())"
    " RETURNING id",
)
OWN_USER = (
    "own_user",
    "people(address)",
    "character varying(100)",
    "INSERT INTO people VALUES ('', NULL, 'ada@example.org') RETURNING address",
)

HOSTS = [
    pytest.param(*DJANGO_USER, id="Django's"),
    pytest.param("no_accounts", *DJANGO_USER[1:], id="no accounts app"),
    pytest.param(*OWN_USER, id="the host's own"),
]


@pytest.mark.parametrize("project,reference,key_type,add_user", HOSTS)
def test_a_host_keeps_its_users(
    empty: str, project: str, reference: str, key_type: str, add_user: str
) -> None:
    migrated = host.run(project, empty, "migrate", "--verbosity=0")
    assert migrated.returncode == 0, migrated.stderr
    with connect(empty, autocommit=True) as client:
        columns = catalog.read(client, "columns")
        assert not {"users", "users_groups", "users_user_permissions"} & set(columns)
        assert f"user_id {key_type} NOT NULL" in columns["conversations"]
        constraints = catalog.read(client, "constraints")["conversations"]
        assert FOREIGN_KEY.format(reference) in constraints
        assert rows.scalar(client, "SELECT count(*) FROM system_settings") == 4

        conversation = rows.conversation(client, user_id=rows.scalar(client, add_user))
        rows.message(client, conversation)
        owner = rows.scalar(client, "SELECT user_id FROM conversations")
        document = rows.insert(client, "knowledge_base", title="T", content="C", owner_id=owner)
        for kind, source in ((EMBEDDINGS, conversation), (CHUNKS, document)):
            assert kind.whose(client, kind.insert(client, source)) == owner
        client.execute(f"DELETE FROM {reference.partition('(')[0]}")

        assert rows.scalar(client, "SELECT count(*) FROM conversation_stats") == 0
        assert rows.scalar(client, "SELECT count(*) FROM messages") == 0
        assert rows.scalar(client, "SELECT count(*) FROM knowledge_chunks") == 0
        assert rows.scalar(client, "SELECT count(*) FROM embedding_queue") == 0


def test_a_host_has_nothing_to_migrate(empty: str) -> None:
    checked = host.run("django_user", empty, "makemigrations", "--check", "--dry-run")

    assert (checked.returncode, checked.stdout.strip()) == (0, "No changes detected")


def test_a_hosts_migrations_reverse(empty: str) -> None:
    for command in ("migrate", "migrate assistant_conversations zero", "migrate"):
        run = host.run("django_user", empty, *command.split(), "--verbosity=0")

        assert run.returncode == 0, run.stderr
