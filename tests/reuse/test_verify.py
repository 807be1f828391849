"""``schema verify`` in other projects: no false alarms, and what their migrations do to ours."""

from dataclasses import replace

import pytest

from tests.contract.databases import connect
from tests.reuse.conftest import MakeProject
from tests.reuse.test_parts import PARTS
from tests.reuse.test_projects import MIGRATE_TO_ZERO

SAME = 'Database "default" holds what the migrations make.'

WITH_SCHEMA = {"HOST_EXTRA_APPS": "assistant.schema"}
WITH_ACCOUNTS = {"HOST_EXTRA_APPS": "assistant.schema assistant.accounts"}

# Of a host that has found out that it has few members.
ALTER_KEY = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_create_people"),
        ("assistant_conversations", "0001_create_conversations"),
    ]
    operations = [migrations.AlterField("member", "id", models.AutoField(primary_key=True))]
"""


@pytest.mark.parametrize(
    "name, variables",
    [("own_users", {}), ("django_users", WITH_SCHEMA), ("django_users", WITH_ACCOUNTS)],
    ids=["own users", "Django's users", "Django's users beside our accounts"],
)
def test_a_project(project: MakeProject, empty: str, name: str, variables: dict[str, str]) -> None:
    host = project(name, variables=variables)

    assert "is to hold" not in host.commands("migrate --verbosity=0", "schema verify")
    host.commands(*MIGRATE_TO_ZERO, "migrate --verbosity=0")
    assert host.manage("schema", "verify").splitlines()[-1] == SAME

    with connect(empty, autocommit=True) as client:
        client.execute("ALTER TABLE conversations DROP CONSTRAINT conversations_user_id_fkey")
    said = host.manage("schema", "verify", fails=True)
    assert "Constraint conversations_user_id_fkey of conversations: expected FOREIGN KEY" in said


def test_a_project_that_alters_the_key_of_its_users(project: MakeProject, empty: str) -> None:
    host = project("own_users")
    migrations = host.directory / "people" / "migrations"
    (migrations / "0002_alter_key.py").write_text(ALTER_KEY, encoding="utf-8")

    host.manage("migrate", "--verbosity=0")
    said = host.manage("schema", "verify", fails=True)

    lines = [line for line in said.splitlines() if ": expected " in line]
    assert [line.partition(": expected FOREIGN KEY")[0] for line in lines] == [
        "Constraint conversations_user_id_fkey of conversations",
        "Constraint knowledge_base_owner_id_fkey of knowledge_base",
        "Constraint search_records_user_id_fkey of search_records",
    ]
    # Each line says what to run.
    with connect(empty, autocommit=True) as client:
        for line in lines:
            assert "REFERENCES people_member(id)" in line
            client.execute(line.partition(" Run ")[2])
    assert host.manage("schema", "verify").splitlines()[-1] == SAME


def test_a_key_of_another_type_is_named(project: MakeProject, empty: str) -> None:
    host = project("own_users")
    host.manage("migrate", "--verbosity=0")
    with connect(empty, autocommit=True) as client:
        client.execute("ALTER TABLE conversations ALTER COLUMN user_id TYPE integer")

    said = host.manage("schema", "verify", fails=True)

    assert "Column conversations.user_id: expected bigint, found integer." in said


@pytest.mark.parametrize("part", PARTS)
def test_a_part_alone(project: MakeProject, part: str) -> None:
    apps = dict.fromkeys([*PARTS[part].split(), "assistant.schema"])
    host = project("parts", variables={"HOST_APPS": " ".join(apps)})

    assert host.commands("migrate --verbosity=0", "schema verify").splitlines()[-1] == SAME


def test_databases_without_ours(project: MakeProject) -> None:
    host = project("django_users", variables={**WITH_SCHEMA, "HOST_REPORTS": ":memory:"})

    said = host.manage("schema", "verify", "--database", "reports", fails=True)

    assert 'Database "reports" is no PostgreSQL' in said


def test_an_old_project_is_told_to_migrate(project: MakeProject) -> None:
    host = project("django_users")
    host.manage("migrate", "--verbosity=0")
    later = replace(host, variables=WITH_SCHEMA)

    said = later.manage("schema", "verify", fails=True)

    assert "App assistant_schema: expected 0002_list_earlier_files applied" in said
    assert "1 difference." in said
