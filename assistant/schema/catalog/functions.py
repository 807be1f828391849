"""The functions that should be, against those that are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from assistant.schema.catalog.differences import NOTHING, Difference
from assistant.schema.catalog.naming import named
from assistant.schema.catalog.objects import Catalog, Function
from assistant.schema.catalog.snapshots import Snapshot
from assistant.schema.catalog.sources import Source

__all__ = ["compare_functions"]

TEMPORARY = "pg_temp"

RECREATE = "Run the CREATE FUNCTION of {migration} as CREATE OR REPLACE FUNCTION."

# How each is spelled, in CREATE and ALTER FUNCTION; the first are part of what it is.
DEFINING = {"arguments": "arguments ({})", "returns": "RETURNS {}", "language": "LANGUAGE {}"}
ALTERABLE = {
    "volatility": "{}",
    "strict": "{}",
    "parallel": "PARALLEL {}",
    "security": "SECURITY {}",
    "cost": "COST {:g}",
}
STRICT = {True: "STRICT", False: "CALLED ON NULL INPUT"}


def compare_functions(
    snapshot: Snapshot, found: Catalog, *, others: frozenset[str]
) -> Iterator[Difference]:
    """Yield what differs; ``others`` are those that an extension or another schema has."""
    source = Source(snapshot)
    for name, function in snapshot.functions.items():
        what = named("function", name)
        live = found.functions.get(name)
        if name in snapshot.anyones and _is_anothers(snapshot, name, live, others):
            continue
        if live is None:
            yield source.differs(what, "a function", NOTHING)
        else:
            yield from _compare(source, what, function, live)
            yield from _compare_search_path(source, what, live, found)


def _is_anothers(
    snapshot: Snapshot, name: str, live: Function | None, others: frozenset[str]
) -> bool:
    # Ours is marked by its comment.
    if live is None:
        return name in others
    return not (live.comment or "").startswith(f"{snapshot.label}:")


def _compare(
    source: Source, what: str, expected: Function, found: Function
) -> Iterator[Difference]:
    alter = f"Run ALTER FUNCTION {what.removeprefix('function ')}"
    for name, spelled in {**DEFINING, **ALTERABLE}.items():
        ours, theirs = _spelled(spelled, expected, name), _spelled(spelled, found, name)
        if ours != theirs:
            way_out = f"{alter} {ours};" if name in ALTERABLE else RECREATE
            yield source.differs(what, ours, theirs, way_out)
    for setting in sorted({*expected.settings} ^ {*found.settings}):
        name, _, value = setting.partition("=")
        if setting in found.settings:
            way_out = f"{alter} RESET {name};"
            yield source.differs(what, "no other settings", f"SET {name} = {value}", way_out)
        else:
            yield source.differs(what, f"SET {name} = {value}", NOTHING, RECREATE)
    if expected.body != found.body:
        pairs = zip_longest(expected.body, found.body, fillvalue="")
        number, (ours, theirs) = next(
            (number, pair) for number, pair in enumerate(pairs, start=1) if pair[0] != pair[1]
        )
        yield source.differs(what, f"in line {number} of its body {ours!r}", repr(theirs), RECREATE)


def _spelled(spelled: str, function: Function, name: str) -> str:
    value = getattr(function, name)
    return spelled.format(STRICT[value] if name == "strict" else value)


def _compare_search_path(
    source: Source, what: str, live: Function, found: Catalog
) -> Iterator[Difference]:
    # The schema itself first and temporary tables last. Between them is what the host's path had;
    # where that is an extension's schema, functions may need it.
    needed = [found.schema]
    for name in source.snapshot.extensions:
        schema = found.extensions[name].schema if name in found.extensions else found.schema
        if schema not in (found.schema, "pg_catalog"):
            needed.append(schema)
    path = live.search_path
    if path[:1] == (found.schema,) and path[-1:] == (TEMPORARY,) and set(needed) <= set(path):
        return
    expected = ", ".join([*(f'"{schema}"' for schema in needed), TEMPORARY])
    shown = ", ".join(path) or "none"
    signature = what.removeprefix("function ")
    yield source.differs(
        what,
        f"SET search_path = {expected}",
        f"SET search_path = {shown}" if path else "no search_path of its own",
        f"Run ALTER FUNCTION {signature} SET search_path = {expected};",
    )
