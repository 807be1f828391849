"""Foreign keys that the database keeps."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.migrations.state import ProjectState

from assistant.db.operations import AddForeignKey
from tests.db.operations import support

pytestmark = pytest.mark.django_db


def link(to: str = "things.Parent", **options: Any) -> models.ForeignKey:
    """Return a foreign key without a constraint, of the state or of an altered field."""
    options = {"on_delete": models.CASCADE, "null": True, "db_constraint": False, **options}
    return models.ForeignKey(to, **options)


def make_tables(**fields: models.Field) -> ProjectState:
    """Return the state, and make the tables, of parents and their children."""
    name = models.CharField(max_length=9, unique=True)
    state = support.forwards(
        migrations.CreateModel(
            "Parent", [("id", models.AutoField(primary_key=True)), ("name", name)]
        ),
        ProjectState(),
    )
    key = ("id", models.BigAutoField(primary_key=True))
    fields = fields or {"parent": link()}
    return support.forwards(migrations.CreateModel("Child", [key, *fields.items()]), state)


def constraints(table: str = "things_child") -> dict[str, str]:
    """Return the definitions of a table's foreign keys."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid = %s::regclass ORDER BY conname",
            [table],
        )
        return dict(cursor.fetchall())


def run(*statements: str) -> list[tuple[Any, ...]]:
    """Run SQL and return the rows of the last statement."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


OPERATION = AddForeignKey("Child", "parent", on_delete="CASCADE")
CONSTRAINT = {
    "things_child_parent_id_fkey": "FOREIGN KEY (parent_id) REFERENCES things_parent(id)"
    " ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED"
}


def test_describe() -> None:
    assert OPERATION.describe() == "Add foreign key Child.parent ON DELETE CASCADE"


def test_state_stays() -> None:
    state = make_tables()
    before = support.snapshot(state)

    OPERATION.state_forwards(support.LABEL, state)

    assert support.snapshot(state) == before


def test_deconstruct() -> None:
    operation = AddForeignKey("Child", "parent", on_delete="SET NULL")

    assert operation.deconstruct() == (
        "AddForeignKey",
        ["Child", "parent"],
        {"on_delete": "SET NULL"},
    )
    again = support.written(operation)
    assert type(again) is AddForeignKey
    assert again.deconstruct() == operation.deconstruct()


def test_forwards_and_backwards() -> None:
    state = make_tables()

    support.forwards(OPERATION, state)
    assert constraints() == CONSTRAINT

    support.backwards(OPERATION, state)
    assert constraints() == {}


@pytest.mark.parametrize(
    "rule,left",
    [("CASCADE", []), ("SET NULL", [(None,)])],
)
def test_the_database_follows_the_rule(rule: Any, left: list[tuple[Any, ...]]) -> None:
    state = make_tables()
    support.forwards(AddForeignKey("Child", "parent", on_delete=rule), state)
    run(
        "INSERT INTO things_parent (id, name) VALUES (1, 'a')",
        "INSERT INTO things_child (parent_id) VALUES (1)",
    )

    run("DELETE FROM things_parent", "SET CONSTRAINTS ALL IMMEDIATE")

    assert run("SELECT parent_id FROM things_child") == left


def test_without_an_action_the_parent_stays_needed() -> None:
    support.forwards(AddForeignKey("Child", "parent", on_delete="NO ACTION"), make_tables())
    run(
        "INSERT INTO things_parent (id, name) VALUES (1, 'a')",
        "INSERT INTO things_child (parent_id) VALUES (1)",
    )

    with pytest.raises(IntegrityError, match="things_child_parent_id_fkey"), transaction.atomic():
        run("DELETE FROM things_parent", "SET CONSTRAINTS ALL IMMEDIATE")


def test_rows_may_come_in_any_order() -> None:
    support.forwards(OPERATION, make_tables())

    run(
        "INSERT INTO things_child (parent_id) VALUES (1)",
        "INSERT INTO things_parent (id, name) VALUES (1, 'a')",
        "SET CONSTRAINTS ALL IMMEDIATE",
    )


def test_existing_rows_are_checked() -> None:
    state = make_tables()
    run("INSERT INTO things_child (parent_id) VALUES (1)")

    with pytest.raises(IntegrityError, match="things_child_parent_id_fkey"):
        support.forwards(OPERATION, state)


def test_a_key_to_another_column() -> None:
    state = make_tables(parent=link(to_field="name"))

    support.forwards(OPERATION, state)

    (definition,) = constraints().values()
    assert definition.startswith("FOREIGN KEY (parent_id) REFERENCES things_parent(name)")


def test_a_key_with_a_column_of_its_own() -> None:
    support.forwards(OPERATION, make_tables(parent=link(db_column="Mother")))

    assert set(constraints()) == {"things_child_Mother_fkey"}


def test_a_many_to_many_field_has_two() -> None:
    state = make_tables(parents=models.ManyToManyField("things.Parent", db_constraint=False))
    operation = AddForeignKey("Child", "parents", on_delete="CASCADE")

    support.forwards(operation, state)
    assert constraints("things_child_parents") == {
        "things_child_parents_child_id_fkey": "FOREIGN KEY (child_id) REFERENCES things_child(id)"
        " ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
        "things_child_parents_parent_id_fkey": "FOREIGN KEY (parent_id) REFERENCES"
        " things_parent(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
    }

    support.backwards(operation, state)
    assert constraints("things_child_parents") == {}


@pytest.mark.parametrize(
    "altered",
    [
        link(null=False),
        link(verbose_name="mother", related_name="children"),
        link(on_delete=models.PROTECT),
        link(db_index=False),
    ],
    ids=["not null", "names", "on_delete", "index"],
)
def test_it_survives_other_changes_of_the_field(altered: models.ForeignKey) -> None:
    state = support.forwards(OPERATION, make_tables())

    support.forwards(migrations.AlterField("Child", "parent", altered), state)

    assert constraints() == CONSTRAINT


def test_taking_back_what_is_gone_is_no_error() -> None:
    state = make_tables()

    support.backwards(OPERATION, state)

    assert constraints() == {}


def test_where_the_router_says_no_nothing_happens(settings: Any) -> None:
    state = make_tables()
    settings.DATABASE_ROUTERS = ["tests.db.operations.support.SaysNo"]

    support.forwards(OPERATION, state)
    assert constraints() == {}

    settings.DATABASE_ROUTERS = []
    support.forwards(OPERATION, state)
    settings.DATABASE_ROUTERS = ["tests.db.operations.support.SaysNo"]
    support.backwards(OPERATION, state)
    assert constraints() == CONSTRAINT


def test_a_swapped_model_is_left_alone(settings: Any) -> None:
    settings.CHILD_MODEL = "things.Parent"
    state = make_tables()
    state.models["things", "child"].options["swappable"] = "CHILD_MODEL"
    state.reload_model("things", "child")

    support.forwards(OPERATION, state)

    assert constraints() == {}


def test_sqlmigrate_shows_it() -> None:
    sql = support.collected_sql(OPERATION, make_tables())

    assert 'ADD CONSTRAINT "things_child_parent_id_fkey"' in sql
    assert constraints() == {}
