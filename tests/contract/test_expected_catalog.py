"""The snapshots of the catalog are what the migrations make, on every server and Django."""

from assistant.schema.catalog.snapshots import DIRECTORY
from tests.contract import expected_catalog


def test_snapshots_are_what_the_migrations_make(empty: str, unblocked: None) -> None:
    made = expected_catalog.texts(empty)

    kept = {path.stem: path.read_text(encoding="utf-8") for path in DIRECTORY.glob("*.json")}
    assert kept == made, "Run python -m tests.contract.expected_catalog --write"
