"""What is said of pgvector in a database."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from assistant.db.checks.databases import check_databases
from assistant.embeddings.checks import VectorFacts, problems_of_vector, read_vector_facts
from tests.contract.databases import alias, connect, database, database_name

RIGHT = VectorFacts("0.8.4", "0.8.4", "public", visible=True, creatable=True)
NOT_YET = VectorFacts(available="0.8.4", creatable=True)


def ids(facts: VectorFacts) -> list[str]:
    return [problem.id for problem in problems_of_vector(facts, obj="db", major=18)]


def hint(facts: VectorFacts) -> str:
    (problem,) = problems_of_vector(facts, obj="db", major=18)
    assert problem.obj == "db"
    return problem.hint


@pytest.mark.parametrize(
    "facts, expected",
    [
        pytest.param(RIGHT, [], id="right"),
        pytest.param(NOT_YET, [], id="migrate makes it"),
        pytest.param(VectorFacts(creatable=True), ["assistant.E013"], id="not there"),
        pytest.param(VectorFacts(creatable=None), ["assistant.E013"], id="not there, no rule"),
        pytest.param(NOT_YET._replace(creatable=False), ["assistant.W014"], id="not for this role"),
        pytest.param(NOT_YET._replace(creatable=None), [], id="no rule known"),
        pytest.param(RIGHT._replace(creatable=False), [], id="somebody else made it"),
        pytest.param(RIGHT._replace(available=None), [], id="its files are gone"),
        pytest.param(RIGHT._replace(visible=False), ["assistant.E016"], id="out of sight"),
        pytest.param(
            RIGHT._replace(installed="0.8.3", visible=False),
            ["assistant.W015", "assistant.E016"],
            id="old and out of sight",
        ),
    ],
)
def test_what_facts_mean(facts, expected):
    assert ids(facts) == expected


@pytest.mark.parametrize(
    "version, faulty",
    [
        ("0.8.4", False),
        ("0.8.5", False),
        ("0.10.0", False),
        ("1.0", False),
        ("0.8.3", True),
        ("0.8", True),
        ("0.5.1", True),
    ],
)
def test_versions_with_faults(version, faulty):
    installed = RIGHT._replace(installed=version, available=version)
    available = NOT_YET._replace(available=version)

    assert ids(installed) == ids(available) == ["assistant.W015"] * faulty


def test_an_old_version_is_updated_where_the_server_has_a_newer():
    facts = RIGHT._replace(installed="0.8.3", available="0.10.0")

    assert hint(facts) == "The server has 0.10.0: run ALTER EXTENSION vector UPDATE;"


@pytest.mark.parametrize("available", ["0.8.3", None])
def test_an_old_version_is_upgraded_first_where_the_server_has_no_newer(available):
    facts = RIGHT._replace(installed="0.8.3", available=available)

    said = hint(facts)
    assert said.startswith("Upgrade pgvector on the server to 0.8.4 or later")
    assert "ALTER EXTENSION vector UPDATE;" in said


def test_an_old_version_that_is_not_installed_is_upgraded():
    said = hint(NOT_YET._replace(available="0.8.0"))

    assert said == "Upgrade pgvector on the server to 0.8.4 or later."


def test_a_missing_one_is_named_as_systems_name_it():
    said = hint(VectorFacts(creatable=True))

    assert "postgresql-18-pgvector" in said
    assert "pgvector_18" in said


@pytest.fixture
def fresh(django_db_setup: None, django_db_blocker) -> Iterator[str]:
    """Name an empty database of this test alone."""
    with django_db_blocker.unblock(), database("fresh") as name:
        yield name


@pytest.fixture
def administrator(fresh: str) -> Iterator[psycopg.Connection]:
    """Return a client with all rights, or skip the test."""
    with connect(fresh, autocommit=True) as client:
        if client.info.parameter_status("is_superuser") != "on":
            pytest.skip("This takes a superuser, which DATABASE_URL's role is not.")
        yield client


@pytest.fixture
def role(administrator: psycopg.Connection) -> Iterator[str]:
    """Name a role without rights."""
    name = database_name("nobody")
    administrator.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))
    administrator.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(name)))
    yield name
    administrator.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
    administrator.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def said_of(connection: BaseDatabaseWrapper) -> set[str]:
    """Return what is said of a database, but not of its server."""
    return {problem.id for problem in check_databases([connection.alias])} - {"assistant.W012"}


def test_a_database_before_its_first_migration(fresh):
    with alias(fresh) as connection:
        facts = read_vector_facts(connection)

        assert (facts.installed, facts.schema, facts.visible) == (None, None, False)
        assert facts.available
        assert said_of(connection) == set()


def test_a_role_that_may_not_create_it(fresh, role):
    with alias(fresh, options=f"-c role={role}") as connection:
        assert said_of(connection) == {"assistant.W014"}

    # The server thinks so, too.
    with (
        connect(fresh, options=f"-c role={role}") as client,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        client.execute("CREATE EXTENSION vector")


def test_a_trusted_one_takes_the_right_to_create_in_the_database(fresh, role, administrator):
    # PL/pgSQL stands for a pgvector that its packager marked as trusted.
    with alias(fresh, options=f"-c role={role}") as connection:
        assert read_vector_facts(connection, name="plpgsql").creatable is False

        administrator.execute(
            sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(
                sql.Identifier(fresh), sql.Identifier(role)
            )
        )

        assert read_vector_facts(connection, name="plpgsql").creatable is True


def test_a_server_without_it(fresh):
    with alias(fresh) as connection:
        facts = read_vector_facts(connection, name="no_such_extension")

    assert ids(facts) == ["assistant.E013"]


def test_a_role_for_which_somebody_created_it(fresh, role, administrator):
    administrator.execute("CREATE EXTENSION vector")

    with alias(fresh, options=f"-c role={role}") as connection:
        assert said_of(connection) == set()


def test_it_may_live_in_a_schema_of_its_own_that_the_path_reaches(fresh, administrator, role):
    administrator.execute("CREATE SCHEMA extensions")
    administrator.execute("CREATE EXTENSION vector SCHEMA extensions")

    with alias(fresh) as connection:
        (problem,) = (
            problem for problem in check_databases(["scratch"]) if problem.id == "assistant.E016"
        )
        assert 'schema "extensions"' in problem.msg
        assert read_vector_facts(connection).schema == "extensions"
    with alias(fresh, options="-c search_path=public,extensions") as connection:
        assert said_of(connection) == set()
    # On the path, but closed to the role.
    with alias(fresh, options=f"-c role={role} -c search_path=public,extensions") as connection:
        assert said_of(connection) == {"assistant.E016"}


def test_a_type_of_the_same_name_in_front_of_it(fresh, administrator):
    administrator.execute("CREATE SCHEMA extensions")
    administrator.execute("CREATE EXTENSION vector SCHEMA extensions")
    administrator.execute("CREATE TYPE public.vector AS (x int)")

    with alias(fresh, options="-c search_path=public,extensions") as connection:
        assert said_of(connection) == {"assistant.E016"}


def test_an_old_version_in_the_database(fresh, administrator):
    administrator.execute("CREATE EXTENSION vector")
    administrator.execute("UPDATE pg_extension SET extversion = '0.8.0' WHERE extname = 'vector'")

    with alias(fresh) as connection:
        assert said_of(connection) == {"assistant.W015"}


def test_embeddings_may_live_in_another_database(fresh, administrator, settings):
    administrator.execute("CREATE SCHEMA extensions")
    administrator.execute("CREATE EXTENSION vector SCHEMA extensions")
    settings.DATABASE_ROUTERS = ["tests.embeddings.test_checks.EmbeddingsElsewhere"]

    with alias(fresh) as connection:
        assert said_of(connection) == set()


class EmbeddingsElsewhere:
    """A router that keeps one app of ours away."""

    def allow_migrate(self, db, app_label, **hints):
        """Refuse the app."""
        return app_label != "assistant_embeddings"
