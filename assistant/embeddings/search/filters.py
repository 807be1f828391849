"""Filters of searches that other apps bring."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from assistant.embeddings.querysets import ChunkQuerySet

__all__ = ["Filter", "register_filter", "registered_filters", "unregister_filter"]


class Filter(Protocol):
    """Narrows the passages that a search may find.

    Called once for each kind of passage. ``source`` is the kind: "messages" (the rows are
    ``ConversationEmbedding``) or "documents" (``KnowledgeChunk``). Returns the queryset with
    further ``filter()``, ``exclude()`` or ``none()``; an unfit value is a ``ValueError`` whose
    text the caller sees.
    """

    def __call__(self, queryset: ChunkQuerySet, value: Any, *, source: str) -> ChunkQuerySet: ...


_filters: dict[str, Filter] = {}


def register_filter(name: str, narrow: Filter | None = None) -> Callable[[Filter], Filter] | Filter:
    """Register a filter under a name, as a function call or as a decorator.

    ``search(…, filters={name: value})`` applies it. Best called in ``AppConfig.ready()``. A name
    that another function has is a ``ValueError``.
    """
    if narrow is None:
        return lambda function: _register(name, function)
    return _register(name, narrow)


def _register(name: str, narrow: Filter) -> Filter:
    if not name.isidentifier():
        raise ValueError(f"A filter's name is an identifier, such as project, not {name!r}.")
    if _filters.setdefault(name, narrow) is not narrow:
        raise ValueError(f"There is a filter {name!r} already. Choose another name.")
    return narrow


def unregister_filter(name: str) -> None:
    """Forget a filter, if there is one of that name."""
    _filters.pop(name, None)


def registered_filters() -> Iterator[str]:
    """Yield the names there are."""
    yield from sorted(_filters)


def apply_filters(
    queryset: ChunkQuerySet, values: Mapping[str, Any], *, source: str
) -> ChunkQuerySet:
    """Apply registered filters; a name that is not registered is a ``ValueError``."""
    for name, value in values.items():
        if name not in _filters:
            known = ", ".join(registered_filters()) or "none"
            raise ValueError(f"There is no filter {name!r}. Registered are: {known}.")
        queryset = _filters[name](queryset, value, source=source)
    return queryset
