"""A project that has a table of a name that is ours as well."""

from tests.contract.databases import connect
from tests.reuse.conftest import MakeProject
from tests.reuse.test_databases import TABLES, names
from tests.reuse.test_parts import PARTS


def test_a_model_with_that_table_is_named_by_a_check(project: MakeProject, empty: str) -> None:
    host = project("parts", variables={"HOST_APPS": PARTS["conversations"] + " clash"})

    said = host.manage("migrate", fails=True)

    assert "models.E028" in said
    assert "clash.Letter" in said
    assert names(empty, TABLES) == set()


def test_a_table_without_a_model_stops_the_apps_migrations(
    project: MakeProject, empty: str
) -> None:
    host = project("parts", variables={"HOST_APPS": PARTS["conversations"]})
    with connect(empty, autocommit=True) as client:
        client.execute("CREATE TABLE messages (id integer)")

        said = host.manage("migrate", "--verbosity=0", fails=True)

        assert '"messages" already exists' in said
        assert "public.conversations" not in names(empty, TABLES)
        client.execute("ALTER TABLE messages RENAME TO letters")
    host.manage("migrate", "--verbosity=0")
    host.script("use_conversations.py")


def test_the_migrations_of_another_tool_are_not_touched(project: MakeProject, empty: str) -> None:
    host = project("parts", variables={"HOST_APPS": PARTS["schema"]})
    with connect(empty, autocommit=True) as client:
        client.execute("CREATE TABLE schema_migrations (version text)")
        client.execute("INSERT INTO schema_migrations VALUES ('20260101')")

        said = host.manage("migrate", "--verbosity=0", fails=True)

        assert '"schema_migrations" already exists' in said
        assert "move it away" in said
        assert "Traceback" not in said
        assert names(empty, TABLES) <= {"public.schema_migrations", "public.django_migrations"}
        assert names(empty, "SELECT version FROM schema_migrations") == {"20260101"}
        client.execute("ALTER TABLE schema_migrations RENAME TO other_migrations")
    host.manage("migrate", "--verbosity=0")
    host.script("use_schema.py")
