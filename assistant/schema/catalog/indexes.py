"""Indexes: what they should be, and what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.schema.catalog import statements
from assistant.schema.catalog.differences import NOTHING, Difference
from assistant.schema.catalog.objects import Index
from assistant.schema.catalog.sources import Source, extra

__all__ = ["compare_index", "extra_index"]


# Of one embedding model's vectors; a command builds them, and no migration.
OF_VECTORS = re.compile(r"idx_(conversation_embeddings|knowledge_chunks)_vector_[0-9a-f]{12}")


def compare_index(
    source: Source, what: str, name: str, expected: Index, found: Index | None
) -> Iterator[Difference]:
    """Yield what differs in one index; of a constraint's, the constraint's line tells the rest."""
    definition, quoted = expected.definition, statements.quoted(name)
    if found is None:
        if not expected.of_constraint:
            create = statements.concurrently(definition)
            yield source.differs(what, definition, NOTHING, f"Run {create}")
    elif found.definition != definition:
        if not expected.of_constraint:
            mend = f"DROP INDEX CONCURRENTLY {quoted}; {statements.concurrently(definition)}"
            yield source.differs(what, definition, found.definition, f"Run {mend}")
    elif not found.valid:
        yield _invalid(source, what, quoted)


def extra_index(source: Source, what: str, found: Index) -> Iterator[Difference]:
    """Yield an index that no migration makes: one that is not unique does no harm."""
    name = what.split()[1]
    if found.of_constraint:
        return  # which is told of itself
    if OF_VECTORS.fullmatch(name):
        if not found.valid:
            yield _invalid(source, what, statements.quoted(name))
        return
    if found.unique:
        yield from extra(source, what, found)
    else:
        way_out = "It changes no results: keep it if it is yours."
        yield source.notices(what, NOTHING, found.definition, way_out)


def _invalid(source: Source, what: str, quoted: str) -> Difference:
    mend = f"REINDEX INDEX CONCURRENTLY {quoted};"
    return source.differs(what, "valid", "invalid (not used)", f"Run {mend}")
