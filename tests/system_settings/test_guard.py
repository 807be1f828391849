"""The app that is called settings is not taken for a settings module."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from assistant import settings as app
from assistant.settings.guard import refuse_settings_module

ROOT = Path(__file__).parents[2]


def python(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with a settings module in the environment."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**kept, "DJANGO_SETTINGS_MODULE": module, "SECRET_KEY": "x"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("module", ["assistant.settings", "assistant.settings.models"])
@pytest.mark.parametrize(
    "arguments",
    [("-m", "django", "check"), ("-m", "django", "migrate"), ("-c", "import config.wsgi")],
    ids=["check", "migrate", "wsgi"],
)
def test_named_as_the_settings_it_says_so_last(module, arguments):
    result = python(module, *arguments)

    last = result.stderr.strip().splitlines()[-1]
    assert result.returncode != 0
    assert f"DJANGO_SETTINGS_MODULE is {module!r}, which is an app" in last
    assert "config.settings" in last


CONFIGURED = """
from django.conf import settings
settings.configure(INSTALLED_APPS=["assistant.settings"])
import django
django.setup()
from django.core.checks import run_checks
print([problem.id for problem in run_checks() if problem.id.startswith("assistant.")])
"""


def test_where_settings_are_configured_by_hand_a_check_says_so():
    result = python("assistant.settings", "-c", CONFIGURED)

    assert result.stdout.strip() == "['assistant.E004']", result.stderr


@pytest.mark.parametrize("module", ["", "myassistant.settings", "assistant.settings_local"])
def test_with_other_names_it_imports_without_django_being_set_up(module):
    result = python(module, "-c", "import assistant.settings.apps, assistant.settings; print(1)")

    assert result.stdout == "1\n", result.stderr


def test_a_configured_django_imports_it_as_ever(monkeypatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "assistant.settings")

    refuse_settings_module()


def test_unconfigured_it_refuses(monkeypatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "assistant.settings")
    monkeypatch.setattr("assistant.settings.guard.settings", type("Lazy", (), {"configured": 0}))

    with pytest.raises(ImproperlyConfigured, match="which is an app"):
        refuse_settings_module()


def test_a_setting_asked_of_the_app_names_djangos_settings():
    with pytest.raises(AttributeError, match=r"from django\.conf import settings"):
        app.DEBUG  # noqa: B018


def test_another_name_is_just_not_there():
    with pytest.raises(AttributeError) as error:
        app.nothing  # noqa: B018

    assert str(error.value) == "module 'assistant.settings' has no attribute 'nothing'"
    assert not hasattr(app, "default_app_config")
