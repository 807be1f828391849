"""Other projects: copied out of the repository, each command in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.contract.databases import server_parameters

HOSTS = Path(__file__).with_name("hosts")

# What would tell the process about this project's tests.
OURS = ("PYTEST_", "DATABASE_URL", "DATA_DIR", "DJANGO_", "TEST_DATA_DIR", "PYTHON")


@dataclass(frozen=True)
class Project:
    """A project beside an installed package, on a database; ``options`` as in libpq."""

    directory: Path
    package: Path
    database: str
    options: str = ""
    variables: dict[str, str] = field(default_factory=dict)

    def manage(self, *arguments: str, fails: bool = False) -> str:
        """Run a management command and return what it writes."""
        return self._run("manage.py", *arguments, fails=fails)

    def commands(self, *lines: str) -> str:
        """Run management commands one after the other in one process."""
        code = "import django, sys; from django.core.management import call_command as call; "
        code += "django.setup(); [call(*line.split()) for line in sys.argv[1:]]"
        return self._run("-c", code, *lines)

    def script(self, name: str) -> str:
        """Run one of the project's scripts with Django set up, and return what it writes."""
        code = f"import django, runpy; django.setup(); runpy.run_path({name!r})"
        return self._run("-c", code)

    def start(self) -> str:
        """Import the WSGI application, as a server does, and return what is written."""
        return self._run("-c", "import project.wsgi")

    def test(self, *arguments: str) -> str:
        """Run the project's own tests by pytest, in the database as it is."""
        return self._run("-m", "pytest", "-q", "-p", "no:cacheprovider", "--reuse-db", *arguments)

    def _run(self, *arguments: str, fails: bool = False) -> str:
        inherited = {key: text for key, text in os.environ.items() if not key.startswith(OURS)}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.directory,
            env={
                **inherited,
                "PYTHONPATH": os.pathsep.join([str(self.directory), str(self.package)]),
                "PYTHONDONTWRITEBYTECODE": "1",
                "DJANGO_SETTINGS_MODULE": "project.settings",
                "HOST_DATABASE": json.dumps(self._database()),
                **self.variables,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, said
        return said

    def _database(self) -> dict[str, Any]:
        parameters = server_parameters()
        options = " ".join(filter(None, [parameters.pop("options", ""), self.options]))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.database,
            "OPTIONS": {**parameters, **({"options": options} if options else {})},
            # Its tests run in the database that was made for it.
            "TEST": {"NAME": self.database},
        }


def copy(name: str, directory: Path) -> Path:
    """Copy a project, with the checks that all share, and return where it is."""
    project = shutil.copytree(HOSTS / name, directory / name)
    shutil.copytree(HOSTS / "checks", project / "checks", dirs_exist_ok=True)
    return project
