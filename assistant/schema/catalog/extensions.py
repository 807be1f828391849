"""The extensions that should be there, where functions find them."""

from collections.abc import Iterator

from assistant.embeddings.checks import OLDEST, numbers
from assistant.schema.catalog.differences import NOTHING, Difference
from assistant.schema.catalog.naming import named
from assistant.schema.catalog.objects import Catalog
from assistant.schema.catalog.snapshots import Snapshot
from assistant.schema.catalog.sources import Source

__all__ = ["compare_extensions"]

OLDEST_VERSIONS = {"vector": OLDEST}


def compare_extensions(snapshot: Snapshot, found: Catalog) -> Iterator[Difference]:
    """Yield what is missing or out of reach; an old version is a notice, as in the checks."""
    source = Source(snapshot)
    for name in snapshot.extensions:
        what, live = named("extension", name), found.extensions.get(name)
        if live is None:
            yield source.differs(
                what, "installed", NOTHING, f"As an administrator run CREATE EXTENSION {name};"
            )
            continue
        if not live.reachable:
            yield source.differs(
                what,
                "in a schema of the search_path",
                f'in "{live.schema}"',
                f'Add "{live.schema}" to the search_path (ALTER DATABASE … SET search_path = …), '
                "and grant the role USAGE on it.",
            )
        oldest = OLDEST_VERSIONS.get(name)
        if oldest and numbers(live.version) < numbers(oldest):
            yield source.notices(
                what, f"{oldest} or later", live.version, f"Run ALTER EXTENSION {name} UPDATE;"
            )
