"""The package as others get it: built into a wheel, installed into a directory."""

import fcntl
import importlib.util
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def only_once(directory: Path, label: str) -> Iterator[bool]:
    """Yield whether something is still to be done, while other processes wait for it."""
    done = directory / f"{label}.done"
    with open(directory / f"{label}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not done.exists()
        done.touch()


def build(directory: Path) -> Path:
    """Build the wheel from the checkout, and return where it is."""
    run("hatchling", "build", "--target", "wheel", "--directory", directory)
    [wheel] = directory.glob("*.whl")
    return wheel


def install(wheel: Path, directory: Path) -> Path:
    """Install the wheel alone, from no index, and return the directory."""
    if importlib.util.find_spec("pip"):
        quiet = [
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
            "--root-user-action=ignore",
        ]
        run("pip", "install", *quiet, "--no-deps", "--no-index", "--target", directory, wheel)
    else:
        zipfile.ZipFile(wheel).extractall(directory)
    return directory


def run(module: str, *arguments: str | Path) -> None:
    """Run one of Python's tools on the checkout, and fail with what it says."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
