"""The operating system account that the server runs as."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.db.embedded.errors import EmbeddedConfigurationError
from assistant.db.embedded.programs import run


@dataclass(frozen=True)
class ServerUser:
    """An account; PostgreSQL refuses to run as root."""

    uid: int
    gid: int
    name: str

    @property
    def is_other(self) -> bool:
        """Return whether a process has to switch to this account."""
        return self.uid != os.geteuid()

    def process_options(self) -> dict[str, Any]:
        """Return the arguments that make `subprocess` run a program as this account."""
        if not self.is_other:
            return {}
        try:
            groups = os.getgrouplist(pwd.getpwuid(self.uid).pw_name, self.gid)
        except KeyError:
            groups = [self.gid]
        return {"user": self.uid, "group": self.gid, "extra_groups": groups}

    def can(self, test: str, path: Path) -> bool:
        """Return whether ``test -r``, ``-w`` or ``-x`` (`test`) holds for this account."""
        try:
            # A real process: permissions are more than mode bits (ACLs, mounts, namespaces).
            return (
                run(
                    ["/bin/sh", "-c", 'test "$0" "$1"', test, str(path)],
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    **self.process_options(),
                ).returncode
                == 0
            )
        except (PermissionError, subprocess.SubprocessError) as error:
            raise EmbeddedConfigurationError(
                f"PostgreSQL does not run as root, and this root may not switch to the account "
                f"{self.name} ({error}). Run as an ordinary user."
            ) from error


def server_user(*owners: int) -> ServerUser:
    """Return the account for the server: the caller's or, for root, the first of `owners`
    that is not root, else ``postgres``, else ``nobody``."""
    uid = os.geteuid()
    if uid != 0:
        return _by_uid(uid)
    for owner in owners:
        if owner != 0:
            return _by_uid(owner)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return ServerUser(entry.pw_uid, entry.pw_gid, name)
    raise EmbeddedConfigurationError(
        "PostgreSQL does not run as root, and there is no account postgres or nobody to run it. "
        "Run as an ordinary user."
    )


def _by_uid(uid: int) -> ServerUser:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return ServerUser(uid, os.getegid() if uid == os.geteuid() else uid, str(uid))
    return ServerUser(uid, entry.pw_gid, entry.pw_name)
