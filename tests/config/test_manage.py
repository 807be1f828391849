"""What manage.py says to somebody whose settings or server are wrong."""

import pytest

from tests.accounts.test_quickstart import manage

NO_SERVER = {"DATABASE_URL": "postgresql://u@127.0.0.1:1/x", "SECRET_KEY": "x"}


@pytest.mark.parametrize(
    "environment, said",
    [
        (NO_SERVER, 'Database "x" cannot be used: connection failed'),
        ({"DATABASE_URL": "nonsense", "SECRET_KEY": "x"}, "DATABASE_URL cannot be read"),
        ({"DATABASE_URL": NO_SERVER["DATABASE_URL"]}, "SECRET_KEY is not set"),
        ({"POSTGRESQL_VERSION": "new"}, "POSTGRESQL_VERSION is 'new'"),
        ({"POSTGRESQL_VERSION": "9"}, "9"),
        ({"DEBUG": "maybe"}, "DEBUG is 'maybe'"),
    ],
    ids=["no server", "no URL", "no key", "no number", "no such version", "no flag"],
)
def test_a_wrong_environment_is_told_without_a_traceback(tmp_path, environment, said):
    result = manage(tmp_path, "migrate", **environment)

    assert result.returncode == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_command_without_system_checks_is_told_too(tmp_path):
    result = manage(tmp_path, "showmigrations", **NO_SERVER)

    assert result.returncode == 1
    assert "Is its server running, and is DATABASE_URL right?" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_app_called_settings_is_no_settings_module(tmp_path):
    result = manage(tmp_path, "check", DJANGO_SETTINGS_MODULE="assistant.settings")

    assert result.returncode == 1
    assert "DJANGO_SETTINGS_MODULE is 'assistant.settings', which is an app" in result.stderr
    assert len(result.stderr.splitlines()) == 1
