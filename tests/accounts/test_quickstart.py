"""manage.py quickstart, in processes of its own on a server of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import modify_settings

from assistant.accounts.management.commands.quickstart import enable_default_user
from assistant.accounts.models import User
from assistant.db.checks.server import ServerFacts, problems_of_server

ROOT = Path(__file__).parents[2]


def manage(directory, *arguments, **environment):
    """Run manage.py as a newcomer would, with its data in a directory."""
    inherited = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR")}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**inherited, "DATA_DIR": str(directory), **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_from_nothing_to_a_login_and_again(tmp_path):
    first = manage(tmp_path, "quickstart", "--no-server")
    second = manage(tmp_path, "quickstart", "--no-server")
    password = re.search(r"^Password: (\S+)$", first.stdout, re.MULTILINE)[1]
    login = manage(
        tmp_path,
        "shell",
        "-c",
        "from django.contrib.auth import authenticate\n"
        "from assistant.settings.models import SystemSetting\n"
        "from django.db import connection\n"
        "import os\n"
        "user = authenticate(username='admin', password=os.environ['TRY'])\n"
        "print('as', user, user.is_staff, user.is_superuser, SystemSetting.objects.count())\n"
        "print('version', connection.pg_version)",
        TRY=password,
    )
    checked = manage(tmp_path, "check", "--database", "default")
    version = int(re.search(r"version (\d+)", login.stdout)[1])
    faults = problems_of_server(ServerFacts(version, embedded=True), obj="")

    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert "as admin True True 4" in login.stdout
    assert "Password:" not in second.stdout
    assert "No migrations to apply." in second.stdout
    # That the embedded server is not for production is said where it is asked for.
    assert "assistant.W" not in first.stdout + first.stderr + second.stdout + second.stderr
    assert checked.returncode == 0
    assert [fault.hint for fault in faults if fault.hint not in checked.stderr] == []
    assert bool(faults) == ("assistant.W012" in checked.stderr)
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_it_loads_the_demo_data_where_told_to(tmp_path):
    first = manage(tmp_path, "quickstart", "--no-server", "--demo")
    second = manage(tmp_path, "quickstart", "--no-server", "--demo")

    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert re.search(
        r"^Loaded: .*\b\d{2} conversations, \d{3} messages", first.stdout, re.MULTILINE
    )
    assert "The demo data is loaded; nothing is missing." in second.stdout


@modify_settings(INSTALLED_APPS={"remove": "assistant.demo"})
def test_demo_data_needs_the_demo_app():
    with pytest.raises(CommandError, match="needs the demo app"):
        call_command("quickstart", demo=True, no_server=True)


@pytest.mark.parametrize(
    "environment, said",
    [
        ({"DEBUG": "0"}, "it needs DEBUG"),
        (
            {"DATABASE_URL": "postgresql://u@127.0.0.1:1/x", "SECRET_KEY": "x", "DEBUG": "1"},
            "embedded database only",
        ),
    ],
    ids=["without DEBUG", "on a server"],
)
def test_it_refuses_elsewhere_in_one_line(tmp_path, environment, said):
    result = manage(tmp_path, "quickstart", "--no-server", **environment)

    assert result.returncode == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_tests_are_elsewhere_too():
    with pytest.raises(CommandError):
        call_command("quickstart", no_server=True)


@pytest.mark.django_db
class TestDefaultUser:
    def test_it_gets_rights_and_a_password_once(self):
        User.objects.get_or_create(username="admin")

        password = enable_default_user()

        user = User.objects.get(username="admin")
        assert user.check_password(password)
        assert user.is_staff
        assert user.is_superuser
        assert enable_default_user() is None

    def test_a_superuser_who_can_log_in_is_enough(self):
        User.objects.create_superuser("someone", None, "password")
        admin, _ = User.objects.get_or_create(username="admin")

        assert enable_default_user() is None
        admin.refresh_from_db()
        assert not admin.is_superuser

    def test_it_is_made_again_where_it_was_deleted(self):
        User.objects.filter(username="admin").delete()

        password = enable_default_user()

        user = User.objects.get(username="admin")
        assert user.check_password(password)
        assert user.is_superuser
