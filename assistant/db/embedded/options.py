"""The ``EMBEDDED`` settings of a database, checked."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.db.embedded.errors import EmbeddedConfigurationError

VERSIONS = (16, 18)
DEFAULT_VERSION = 18
DEFAULT_TIMEOUT = 60.0

#: Where the server listens and keeps its files is decided here, not in the settings.
OWN_SETTINGS = frozenset(
    {
        "config_file",
        "data_directory",
        "external_pid_file",
        "hba_file",
        "ident_file",
        "listen_addresses",
        "log_destination",
        "logging_collector",
        "port",
        "unix_socket_directories",
        "unix_socket_group",
        "unix_socket_permissions",
    }
)
OWN_CONNECTION_OPTIONS = (
    "dbname",
    "host",
    "hostaddr",
    "passfile",
    "password",
    "pool",
    "port",
    "service",
    "user",
)


@dataclass(frozen=True)
class Options:
    """Where the data is, which PostgreSQL serves it, and how."""

    data_dir: Path
    version: int = DEFAULT_VERSION
    settings: tuple[tuple[str, str], ...] = field(default=())
    timeout: float = DEFAULT_TIMEOUT


def options(
    *, data_dir: Any, version: Any = None, settings: Any = None, timeout: Any = None
) -> Options:
    """Return checked options, or raise `EmbeddedConfigurationError` naming the wrong one."""
    return Options(
        data_dir=_data_dir(data_dir),
        version=_version(DEFAULT_VERSION if version is None else version),
        settings=_settings({} if settings is None else settings),
        timeout=_timeout(DEFAULT_TIMEOUT if timeout is None else timeout),
    )


def from_database(database: Mapping[str, Any]) -> Options:
    """Return the options of one entry of ``DATABASES``."""
    for key in ("HOST", "PORT", "USER", "PASSWORD"):
        if database.get(key):
            raise EmbeddedConfigurationError(
                f"DATABASES: {key} is set, but the embedded server has its own. Remove {key}, or "
                'use "ENGINE": "django.db.backends.postgresql" for a server of yours.'
            )
    for key in OWN_CONNECTION_OPTIONS:
        if (database.get("OPTIONS") or {}).get(key):
            raise EmbeddedConfigurationError(
                f'DATABASES: OPTIONS["{key}"] does not work with the embedded server. Remove it'
                + (" and use CONN_MAX_AGE for connections that last." if key == "pool" else ".")
            )
    embedded = database.get("EMBEDDED")
    if not isinstance(embedded, Mapping) or not embedded.get("DATA_DIR"):
        raise EmbeddedConfigurationError(
            'DATABASES: EMBEDDED["DATA_DIR"] is missing: the directory for the embedded '
            'server\'s data, for example "EMBEDDED": {"DATA_DIR": BASE_DIR / ".data"}.'
        )
    unknown = sorted(map(str, set(embedded) - {"DATA_DIR", "VERSION", "SETTINGS", "TIMEOUT"}))
    if unknown:
        raise EmbeddedConfigurationError(
            f"DATABASES: EMBEDDED has the unknown key {unknown[0]!r}; "
            "it takes DATA_DIR, VERSION, SETTINGS and TIMEOUT."
        )
    return options(
        data_dir=embedded["DATA_DIR"],
        version=embedded.get("VERSION"),
        settings=embedded.get("SETTINGS"),
        timeout=embedded.get("TIMEOUT"),
    )


def _data_dir(value: Any) -> Path:
    if not isinstance(value, str | os.PathLike) or not isinstance(os.fspath(value), str):
        raise EmbeddedConfigurationError(f"DATA_DIR must be a path, not {value!r}.")
    path = Path(value).expanduser()
    if any(ord(character) < 32 or ord(character) == 127 for character in str(path)):
        raise EmbeddedConfigurationError(f"DATA_DIR {str(path)!r} has a control character.")
    if not path.is_absolute():
        # Against the working directory the same project would have several databases.
        raise EmbeddedConfigurationError(
            f'DATA_DIR "{path}" is relative. Make it absolute, for example BASE_DIR / "{path}".'
        )
    return Path(os.path.realpath(path))


def _version(value: Any) -> int:
    if str(value) not in map(str, VERSIONS) or isinstance(value, float):
        raise EmbeddedConfigurationError(
            f"VERSION {value!r} is unknown: the embedded PostgreSQL is "
            f"{' or '.join(map(str, VERSIONS))}."
        )
    return int(value)


def _settings(value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        raise EmbeddedConfigurationError(f"SETTINGS must be a dict, not {value!r}.")
    checked = {}
    for name, setting in value.items():
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", name):
            raise EmbeddedConfigurationError(f"SETTINGS: {name!r} is not a setting's name.")
        if name.lower() in OWN_SETTINGS:
            raise EmbeddedConfigurationError(f"SETTINGS: {name} is set by the engine itself.")
        text = ("on" if setting else "off") if isinstance(setting, bool) else setting
        if not isinstance(text, str | int | float) or "\0" in str(text):
            raise EmbeddedConfigurationError(f"SETTINGS: {name} cannot be {setting!r}.")
        checked[name.lower()] = str(text)
    return tuple(sorted(checked.items()))


def _timeout(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise EmbeddedConfigurationError(f"TIMEOUT must be seconds above 0, not {value!r}.")
    return float(value)
