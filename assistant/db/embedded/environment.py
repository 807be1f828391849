"""Environments: what the server gets, and what must not misdirect a client."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

#: What of libpq's environment says where, how or as whom to connect.
MISDIRECTING = (
    "PGCHANNELBINDING",
    "PGDATABASE",
    "PGGSSENCMODE",
    "PGHOST",
    "PGHOSTADDR",
    "PGLOADBALANCEHOSTS",
    "PGMAXPROTOCOLVERSION",
    "PGMINPROTOCOLVERSION",
    "PGPASSFILE",
    "PGPASSWORD",
    "PGPORT",
    "PGREQUIREAUTH",
    "PGREQUIREPEER",
    "PGREQUIRESSL",
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGSSLMODE",
    "PGSSLNEGOTIATION",
    "PGTARGETSESSIONATTRS",
    "PGUSER",
)

_locks = {"masking": threading.RLock()}


def for_server(install: Path) -> dict[str, str]:
    """Return the environment of the server and of initdb: nothing of the caller's session."""
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    libraries = os.environ.get("LD_LIBRARY_PATH")
    if libraries:
        # Some systems find even libz by it; the wheel's own libraries still come first.
        environment["LD_LIBRARY_PATH"] = f"{install / 'lib'}{os.pathsep}{libraries}"
    return environment


def for_client(**variables: str) -> dict[str, str]:
    """Return this environment without libpq's variables, plus the given ones."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PG")},
        **variables,
    }


@contextlib.contextmanager
def masked() -> Iterator[None]:
    """Hide variables that would misdirect libpq: an unknown PGSERVICE fails every connection."""
    if not any(name in os.environ for name in MISDIRECTING):
        yield
        return
    with _locks["masking"]:
        hidden = {name: os.environ.pop(name) for name in MISDIRECTING if name in os.environ}
        try:
            yield
        finally:
            os.environ.update(hidden)


def _renew() -> None:
    # Another thread of the parent may have held it at the fork.
    _locks["masking"] = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
