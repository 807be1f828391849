"""What is in the wheel."""

import zipfile
from pathlib import Path

from tests.reuse.wheel import ROOT

# What running the checkout leaves between its files.
LEFT = {"__pycache__"}


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_it_holds_every_file_of_the_package_and_nothing_else(built: Path) -> None:
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "assistant").rglob("*")
        if path.is_file() and not LEFT.intersection(path.parts)
    }

    packed = {name for name in names(built) if ".dist-info/" not in name}

    assert packed == files


def test_it_holds_files_of_each_kind(built: Path) -> None:
    packed = names(built)

    assert "assistant/py.typed" in packed
    assert (
        sum(name.endswith(".sql") for name in packed)
        == len(list((ROOT / "assistant").rglob("*.sql")))
        > 0
    )


def test_it_says_what_it_is(built: Path) -> None:
    with zipfile.ZipFile(built) as archive:
        [metadata] = [name for name in archive.namelist() if name.endswith("/METADATA")]
        text = archive.read(metadata).decode()

    assert "Name: django-ai-assistant-backend" in text
    assert any(name.endswith("/licenses/LICENSE") for name in names(built))


def test_it_is_installed_with_its_files(package: Path) -> None:
    for path in (ROOT / "assistant").rglob("*.sql"):
        installed = package / path.relative_to(ROOT)
        assert installed.read_bytes() == path.read_bytes()
