"""The project's settings from the environment."""

import multiprocessing

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import database_from_url, flag, secret_key


@pytest.mark.parametrize("text, value", [("1", True), ("TRUE", True), ("off", False), ("", False)])
def test_flags(monkeypatch, text, value):
    monkeypatch.setenv("DEBUG", text)

    assert flag("DEBUG", default=not value) is value


def test_a_flag_that_is_neither_is_named(monkeypatch):
    monkeypatch.setenv("DEBUG", "maybe")

    with pytest.raises(ImproperlyConfigured, match="DEBUG is 'maybe'"):
        flag("DEBUG", default=True)


def test_a_database_url_becomes_a_pool():
    config = database_from_url("postgresql://me:p%40ss@db.example:6432/assistant?sslmode=require")

    assert config["ENGINE"] == "django.db.backends.postgresql"
    assert (config["HOST"], config["PORT"], config["NAME"]) == ("db.example", 6432, "assistant")
    assert config["PASSWORD"] == "p@ss"
    assert config["OPTIONS"] == {"sslmode": "require", "pool": {"timeout": 10}}
    assert config["CONN_MAX_AGE"] == 0


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://me@db/x",
        "sqlite:///x",
        "postgresql://db",
        "postgresql://db:port/x",
        "://",
    ],
)
def test_another_url_is_an_error_that_shows_the_form(url):
    with pytest.raises(ImproperlyConfigured, match=r"DATABASE_URL .*postgresql://user:password@"):
        database_from_url(url)


def test_a_key_is_made_once_and_private(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY")
    path = tmp_path / "new" / "secret_key"

    key = secret_key(path, required=False)

    assert len(key) >= 50
    assert secret_key(path, required=False) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def make_key(path):
    return secret_key(path, required=False)


def test_processes_that_start_together_share_one_key(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY")

    with multiprocessing.get_context("spawn").Pool(4) as pool:
        keys = pool.map(make_key, [tmp_path / "secret_key"] * 8)

    assert len(set(keys)) == 1


def test_the_environments_key_comes_first(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "given")

    assert secret_key(tmp_path / "secret_key", required=True) == "given"
    assert not (tmp_path / "secret_key").exists()


def test_a_server_wants_a_key_of_its_own(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY")

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is not set"):
        secret_key(tmp_path / "secret_key", required=True)


def test_a_place_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY")
    (tmp_path / "file").write_text("")

    with pytest.raises(ImproperlyConfigured, match="set SECRET_KEY, or DATA_DIR"):
        secret_key(tmp_path / "file" / "secret_key", required=False)
