"""What is there before the first migration, and roles that may do little."""

from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from psycopg import sql

from tests.contract import catalog, databases, host, rows
from tests.contract.databases import alias, connect, database_name

HOSTS_FUNCTION = "CREATE FUNCTION uuid_generate_v4() RETURNS uuid LANGUAGE sql AS 'SELECT {}'"


def migrate(database: str, *arguments: str, options: str = "") -> None:
    """Run Django's command on a database that an alias names."""
    with alias(database, options=options):
        call_command("migrate", *arguments, database="scratch", verbosity=0)


def test_a_uuid_function_that_was_there_stays(empty: str, unblocked: None) -> None:
    fixed = "'00000000-0000-0000-0000-000000000007'::uuid".replace("'", "''")
    with connect(empty, autocommit=True) as client:
        client.execute(HOSTS_FUNCTION.format(fixed))

        migrate(empty)
        assert str(rows.scalar(client, "SELECT uuid_generate_v4()")).endswith("7")

        migrate(empty, "assistant_settings", "zero")
        assert str(rows.scalar(client, "SELECT uuid_generate_v4()")).endswith("7")


def test_our_uuid_function_stays_while_the_host_uses_it(scratch: str, unblocked: None) -> None:
    with connect(scratch, autocommit=True) as client:
        client.execute("CREATE TABLE host (id uuid DEFAULT uuid_generate_v4(), name text)")

        migrate(scratch, "assistant_settings", "zero")

        key = rows.scalar(client, "INSERT INTO host (name) VALUES ('a') RETURNING id")
        assert key.version == 4


def test_an_extension_that_was_there_is_used(empty: str, unblocked: None) -> None:
    with connect(empty, autocommit=True) as client:
        client.execute("CREATE SCHEMA extensions")
        client.execute("CREATE EXTENSION vector SCHEMA extensions")

        migrate(empty, options="-c search_path=public,extensions")

        query = "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'vector'"
        assert rows.scalar(client, query) == "extensions"


@pytest.fixture
def role(empty: str) -> Iterator[str]:
    """Name a role that owns the public schema of the empty database, and may do nothing else."""
    with databases.role(empty, "ALTER SCHEMA public OWNER TO {}") as name:
        yield name


def test_a_role_that_may_not_create_extensions_can_migrate(
    empty: str, role: str, unblocked: None
) -> None:
    with connect(empty, autocommit=True) as administrator:
        administrator.execute("CREATE EXTENSION vector")

    migrate(empty, options=f"-c role={role}")

    with connect(empty, autocommit=True, options=f"-c role={role}") as client:
        rows.message(client, rows.conversation(client))
        rows.insert(client, "knowledge_base", title="T", content="C", embedding_vector=[0.5] * 384)
        query = "SELECT tableowner FROM pg_tables WHERE tablename = 'messages'"
        assert rows.scalar(client, query) == role

    for label in ("assistant_embeddings", "assistant_conversations", "assistant_settings"):
        migrate(empty, label, "zero", options=f"-c role={role}")
    with connect(empty) as client:
        assert "messages" not in catalog.read(client, "columns")


def test_without_the_extension_such_a_role_is_told_in_one_line(
    empty: str, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOST_DATABASE_OPTIONS", f"-c role={role}")

    # A check warns of the same, and then the migration says it.
    run = host.run("base", empty, "migrate", "--verbosity=0", "--skip-checks")

    assert run.returncode == 1
    assert run.stderr.splitlines() == [
        f'CommandError: The role may not create the extension "vector" in database "{empty}": '
        "let an administrator run CREATE EXTENSION vector; there, then migrate again."
    ]


def test_what_was_migrated_before_that_error_is_kept(
    empty: str, role: str, unblocked: None
) -> None:
    with pytest.raises(CommandError, match="may not create"):
        migrate(empty, options=f"-c role={role}")
    with connect(empty, autocommit=True) as administrator:
        administrator.execute("CREATE EXTENSION vector")

    migrate(empty, options=f"-c role={role}")

    with connect(empty) as client:
        assert "knowledge_base" in catalog.read(client, "columns")


def test_another_role_may_write(scratch: str) -> None:
    name = database_name("writer")
    identifier = sql.Identifier(name)
    with connect(scratch, autocommit=True) as administrator:
        query = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
        if not rows.scalar(administrator, query):
            pytest.skip("Roles are made by a superuser, which DATABASE_URL's role is not.")
        administrator.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(identifier))
        administrator.execute(sql.SQL("CREATE ROLE {}").format(identifier))
        try:
            grant = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}"
            administrator.execute(sql.SQL(grant).format(identifier))
            with connect(scratch, autocommit=True, options=f"-c role={name}") as client:
                conversation = rows.conversation(client)
                rows.messages(client, conversation, 2)
                client.execute("DELETE FROM messages")

                assert rows.scalar(client, "SELECT total_messages FROM conversation_stats") == 0
        finally:
            administrator.execute(sql.SQL("DROP OWNED BY {}").format(identifier))
            administrator.execute(sql.SQL("DROP ROLE {}").format(identifier))
