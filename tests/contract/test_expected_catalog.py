"""The snapshots of the catalog are what the migrations make, on every server and Django."""

import json

from assistant.schema.catalog.snapshots import DIRECTORY
from tests.contract import expected_catalog


def test_snapshots_are_what_the_migrations_make(empty: str, unblocked: None) -> None:
    made = expected_catalog.documents(empty)

    kept = {path.stem: json.loads(path.read_text("utf-8")) for path in DIRECTORY.glob("*.json")}
    assert kept == made, "Run python -m tests.contract.expected_catalog --write"
