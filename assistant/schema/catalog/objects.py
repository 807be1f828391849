"""The objects of a catalog, as plain values that compare and go into JSON."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = [
    "OR",
    "Catalog",
    "Column",
    "Constraint",
    "Extension",
    "Function",
    "Index",
    "Rule",
    "Table",
    "Trigger",
]

# Between types of which an expected column may have any.
OR = " or "


@dataclass(frozen=True)
class Column:
    """A column; ``storage`` and ``collation`` only where they are not the type's own."""

    type: str  # an expected one may be none: any
    not_null: bool = False
    default: str | None = None
    generated: str | None = None  # its expression, then STORED or VIRTUAL
    identity: str | None = None  # ALWAYS or BY DEFAULT
    storage: str | None = None
    collation: str | None = None


@dataclass(frozen=True)
class Constraint:
    """A constraint, but for NOT NULL; ``definition`` is without NOT VALID.

    ``kind`` is ``check``, ``foreign key``, ``primary key``, ``unique`` or ``exclude``;
    ``enabled`` is False where the triggers that keep a foreign key are off.
    """

    kind: str
    definition: str
    validated: bool = True
    enabled: bool = True


@dataclass(frozen=True)
class Index:
    """An index; ``definition`` is its CREATE INDEX without storage parameters."""

    definition: str
    unique: bool = False
    valid: bool = True
    of_constraint: bool = False


@dataclass(frozen=True)
class Trigger:
    """A trigger; ``enabled`` is ``yes``, ``no``, ``replica`` or ``always``."""

    definition: str
    enabled: str = "yes"


@dataclass(frozen=True)
class Rule:
    """A rule; ``enabled`` as a trigger's."""

    definition: str
    enabled: str = "yes"


@dataclass(frozen=True)
class Table:
    """A table or a view, ``definition`` being the view's query; columns in their order.

    ``kind`` is ``table``, ``partitioned table``, ``view``, ``materialized view`` or ``foreign
    table``; ``persistence`` is ``logged``, ``unlogged`` or ``temporary``.
    """

    kind: str = "table"
    persistence: str = "logged"
    row_security: bool = False
    definition: str | None = None
    columns: dict[str, Column] = field(default_factory=dict)
    constraints: dict[str, Constraint] = field(default_factory=dict)
    indexes: dict[str, Index] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)


@dataclass(frozen=True)
class Function:
    """A function; ``search_path`` is the one it pins, ``settings`` are the others it sets."""

    arguments: str  # with their names and defaults
    returns: str
    language: str
    body: tuple[str, ...]  # lines
    volatility: str = "VOLATILE"
    strict: bool = False
    parallel: str = "UNSAFE"
    security: str = "INVOKER"
    cost: float = 100
    search_path: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    comment: str | None = None


@dataclass(frozen=True)
class Extension:
    """An installed extension; ``reachable`` where the search path has its schema."""

    version: str
    schema: str
    reachable: bool = True


@dataclass(frozen=True)
class Catalog:
    """What one schema holds; functions by ``name(types of arguments)``, without extensions'."""

    schema: str
    tables: dict[str, Table] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    extensions: dict[str, Extension] = field(default_factory=dict)
