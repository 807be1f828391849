"""Which files made a database, and which databases cannot be adopted at all."""

import pytest
from django.core.management import CommandError, call_command

from assistant.schema.adopting.databases import NotAdoptableError, refuse_project
from assistant.schema.adopting.inspection import look
from assistant.schema.adopting.origins import TABLES
from tests.contract.databases import role
from tests.schema.adopting.inspecting.support import found

GARBAGE = "CREATE TABLE {} (id integer)"


def refusal(connection):
    """Return what is said of a database that cannot be adopted."""
    with pytest.raises(NotAdoptableError) as caught:
        look(connection, wanted={})
    return str(caught.value)


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_stages(by_stage, stage):
    with by_stage(stage) as connection:
        inspection = look(connection, wanted={})

    assert inspection.stage == stage
    assert inspection.refused == []
    assert len(inspection.rows) == 3 * stage
    assert inspection.rows["system_settings"] == 4


def test_nothing_there(blank):
    assert "has no table that the files 001 to 003 make: there is nothing to adopt" in refusal(
        blank
    )


def test_half_of_the_tables(made, run):
    run("DROP TABLE knowledge_base, system_settings")

    text = refusal(made)

    assert "but not system_settings, knowledge_base: the files 001 to 003 make all" in text


def test_a_table_users_of_something_else(blank, client):
    client.execute(GARBAGE.format("users"))

    assert "has users but not system_settings, model_configs" in refusal(blank)


def test_garbage_of_the_right_names(blank, client):
    for name in ("users", "system_settings", "model_configs"):
        client.execute(GARBAGE.format(name))

    lines = found(blank)

    assert "users.id: expected uuid, found integer." in " ".join(lines)
    assert "rows of users: not looked at, because its columns are others." in lines


def test_migrated_already(complete):
    assert "it was migrated or adopted before" in refusal(complete)


def test_migrated_with_another_user_model(made, run):
    run(
        "CREATE TABLE django_migrations (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
        "app varchar(255), name varchar(255), applied timestamptz);"
        "INSERT INTO django_migrations (app, name, applied) VALUES ('admin', '0001_initial', now())"
    )

    assert "was migrated with another user model: Migration admin.0001_initial" in refusal(made)


@pytest.mark.parametrize(
    "statement, text",
    [
        (
            "DROP TABLE model_configs; CREATE UNLOGGED TABLE model_configs (id uuid)",
            "model_configs does not survive a crash: ALTER TABLE",
        ),
        ("CREATE TABLE more () INHERITS (messages)", "messages inherits, or others inherit"),
        ("ALTER TABLE users FORCE ROW LEVEL SECURITY", "users hides rows from its owner"),
        (
            "ALTER TABLE model_configs RENAME TO configs;"
            "CREATE VIEW model_configs AS SELECT * FROM configs",
            "model_configs is a view, not a plain table",
        ),
    ],
    ids=["unlogged", "inherited", "hidden", "view"],
)
def test_tables_of_another_kind(made, run, statement, text):
    run(statement)

    assert text in refusal(made)


def test_in_another_schema(made, run):
    run("CREATE SCHEMA other; SET LOCAL search_path = other, public")

    assert "in the schema public, which is not the first of the search_path" in refusal(made)


def test_tables_of_another_role(copy):
    name = copy.settings_dict["NAME"]
    with role(name, "GRANT USAGE, CREATE ON SCHEMA public TO {}") as somebody, copy.cursor() as run:
        run.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA public TO "{somebody}"')
        run.execute(f'SET ROLE "{somebody}"')

        assert "users belongs to another role: ALTER TABLE users OWNER TO" in refusal(copy)


def test_role_that_may_not_create(copy):
    name = copy.settings_dict["NAME"]
    with role(name, "GRANT USAGE ON SCHEMA public TO {}") as somebody, copy.cursor() as run:
        run.execute(f'SET ROLE "{somebody}"')

        assert 'may not create tables in the schema "public"' in refusal(copy)


def test_without_the_extension(copy):
    name = copy.settings_dict["NAME"]
    with role(name, "GRANT USAGE, CREATE ON SCHEMA public TO {}") as somebody, copy.cursor() as run:
        run.execute(f'GRANT CREATE ON DATABASE "{name}" TO "{somebody}"')
        for table in TABLES:
            run.execute(f'ALTER TABLE {table} OWNER TO "{somebody}"')
        run.execute(f'SET ROLE "{somebody}"')

        with pytest.raises(CommandError, match="may not create the extension"):
            look(copy, wanted={})


def test_another_user_model(made, settings):
    settings.AUTH_USER_MODEL = "auth.User"

    with pytest.raises(NotAdoptableError, match='"users" would not be the project'):
        refuse_project(made)


def test_djangos_own_tables_are_there(copy):
    call_command("migrate", "auth", database="scratch", verbosity=0)

    assert found(copy) == []
    assert found(copy, effect="kept") == []


def test_a_project_without_the_apps(made, settings):
    settings.INSTALLED_APPS = [
        app for app in settings.INSTALLED_APPS if app != "assistant.embeddings"
    ]

    with pytest.raises(NotAdoptableError, match="does not have assistant_embeddings in INSTALLED"):
        refuse_project(made)
