"""What is said of a server's version."""

import pytest

from assistant.db.checks.server import ServerFacts, check_server, problems_of_server
from tests.contract.databases import alias, database

FAULTY = [150000, 150018, 160014, 170010, 180004, 180005]
MENDED = [150019, 150020, 160015, 170011, 180006, 190000, 200001]


@pytest.mark.parametrize("version", FAULTY)
def test_a_fault_is_a_warning(version):
    (warning,) = problems_of_server(ServerFacts(version), obj="db")

    major = version // 10_000
    mended = {15: "15.19", 16: "16.15", 17: "17.11", 18: "18.6"}[major]
    assert (warning.id, warning.obj) == ("assistant.W012", "db")
    assert f"PostgreSQL {major}.{version % 10_000} " in warning.msg
    assert "CVE-2026-14662" in warning.msg
    assert warning.hint == f"Update the server to {mended} or later."


@pytest.mark.parametrize("version", MENDED)
def test_a_mended_server_is_right(version):
    assert problems_of_server(ServerFacts(version), obj="db") == []


def test_the_embedded_servers_hint_is_another_server():
    (warning,) = problems_of_server(ServerFacts(180004, embedded=True), obj="db")

    assert "for development and tests" in warning.hint
    assert "DATABASE_URL" in warning.hint


@pytest.mark.parametrize("version, written", [(140024, "14.24"), (130000, "13.0")])
def test_an_old_server_is_an_error_and_nothing_else(version, written):
    (error,) = problems_of_server(ServerFacts(version), obj="db")

    assert error.id == "assistant.E010"
    assert error.msg == f"PostgreSQL 15 or later is required (found {written})."
    assert "15 to 18" in error.hint


@pytest.mark.usefixtures("django_db_setup")
def test_the_facts_are_the_servers(django_db_blocker):
    with django_db_blocker.unblock(), database("server") as name, alias(name) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int")
            (version,) = cursor.fetchone()
        embedded = connection.settings_dict["ENGINE"] == "assistant.db.embedded"

        said = check_server(connection)

    assert said == problems_of_server(
        ServerFacts(version, embedded=embedded), obj="DATABASES['scratch']"
    )
