"""Reading the environment, with errors that name the variable and the way out."""

import os
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

# Seconds to wait for a connection: a server that is not there should not take psycopg's 30 to say.
POOL_TIMEOUT = 10

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def flag(name: str, *, default: bool) -> bool:
    """Return a yes-or-no variable."""
    text = os.environ.get(name)
    if text is None:
        return default
    if text.lower() not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} is {text!r}: set it to 1 or 0.")
    return text.lower() in TRUE


def integer(name: str, *, default: int) -> int:
    """Return a variable that is a whole number."""
    text = os.environ.get(name) or str(default)
    try:
        return int(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is {text!r}: set it to a whole number.") from error


def database_from_url(url: str) -> dict[str, Any]:
    """Return Django's settings for a PostgreSQL server, through psycopg's connection pool."""
    try:
        config: dict[str, Any] = dict(dj_database_url.parse(url))
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(_url_help("cannot be read")) from error
    if config["ENGINE"] != "django.db.backends.postgresql" or not config.get("NAME"):
        raise ImproperlyConfigured(_url_help("does not name a PostgreSQL database"))
    options: dict[str, Any] = config.get("OPTIONS", {})
    config["OPTIONS"] = {**options, "pool": {"timeout": POOL_TIMEOUT}}
    config["CONN_MAX_AGE"] = 0  # the pool keeps the connections
    return config


def _url_help(problem: str) -> str:
    return (
        f"DATABASE_URL {problem}; expected postgresql://user:password@host:5432/name "
        "(special characters in the password percent-encoded)."
    )


def secret_key(path: Path, *, required: bool) -> str:
    """Return ``SECRET_KEY``; on the embedded server, one made once and kept in ``path``."""
    if key := os.environ.get("SECRET_KEY"):
        return key
    if required:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set; with DATABASE_URL it must be. To make one: python -c "
            '"import secrets; print(secrets.token_urlsafe(50))"'
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _create_or_read(path)
    except OSError as error:
        raise ImproperlyConfigured(
            f"Cannot keep a secret key in {path} ({error.strerror}): "
            "set SECRET_KEY, or DATA_DIR to a directory that can be written."
        ) from error


def _create_or_read(path: Path) -> str:
    # Written aside and linked into place: of several processes that start at once all get the
    # same key, and none ever reads half of one.
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(get_random_secret_key())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return path.read_text(encoding="utf-8")
