"""What became of recorded searches: which hits were opened, and how they were rated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models, router, transaction

from assistant.embeddings.models import SearchEvent, SearchRecord
from assistant.embeddings.search.hits import Hit
from assistant.embeddings.search.requests import user_key

__all__ = ["MAX_RATING", "record_opened", "record_rating"]

MAX_RATING = 3

# A user who is not given; None is one: of searches of everything.
UNSAID: Any = object()


@dataclass(frozen=True)
class _Found:
    """A hit as the record has it."""

    source: UUID
    chunk: UUID | None
    rank: int


def record_opened(
    *, record: Any, hit: Any, user: Any = UNSAID, using: str | None = None
) -> SearchEvent | None:
    """Record that a hit of a recorded search was opened; the first time counts.

    ``record`` is a SearchRecord or its key, as ``Hits.record`` says; where that is None, because
    searches are not recorded, nothing is. ``hit`` is a Hit, or the key of its source or chunk.
    With ``user`` (an instance or a key) only a search of theirs is taken.

    Raises ``ValueError`` where there is no such record, and where the hit is not one of its hits.
    """
    return _store(record, hit, user=user, using=using, kind=SearchEvent.Kind.OPENED)


def record_rating(
    *, record: Any, hit: Any, rating: int, user: Any = UNSAID, using: str | None = None
) -> SearchEvent | None:
    """Record how good a hit of a recorded search is: 0 for of no use to 3 for the very answer.

    A later rating takes an earlier one's place. All else is as for :func:`record_opened`.
    """
    if isinstance(rating, bool) or not isinstance(rating, int) or not 0 <= rating <= MAX_RATING:
        raise ValueError(
            f"rating is {rating!r}: a whole number from 0, of no use, to {MAX_RATING}, the very "
            "answer, is expected."
        )
    kind = SearchEvent.Kind.RATED
    return _store(record, hit, user=user, using=using, kind=kind, rating=rating)


def _store(
    record: Any, hit: Any, *, user: Any, using: str | None, kind: str, rating: int | None = None
) -> SearchEvent | None:
    if record is None:
        return None
    hints = {"instance": record} if isinstance(record, SearchRecord) else {}
    alias = using or router.db_for_write(SearchEvent, **hints)
    with transaction.atomic(using=alias):
        stored = _locked(record, user=user, using=alias)
        found = _find(stored, hit)
        events: models.QuerySet[SearchEvent] = SearchEvent._base_manager.using(alias)
        event, _made = events.update_or_create(
            record=stored,
            source=found.source,
            chunk=found.chunk,
            kind=kind,
            defaults={} if rating is None else {"rating": rating},
            create_defaults={"rating": rating, "rank": found.rank},
        )
    return event


def _locked(record: Any, *, user: Any, using: str) -> Any:
    """Return the record, kept from being deleted until its event is stored."""
    key = _uuid(record.pk if isinstance(record, SearchRecord) else record, name="record")
    rows: models.QuerySet[Any] = SearchRecord._base_manager.using(using).filter(pk=key)
    whose = ""
    if user is not UNSAID:
        rows = rows.filter(user=user_key(user))
        whose = " of this user"
    found = rows.only("hits").select_for_update(no_key=True).first()
    if found is None:
        raise ValueError(
            f"There is no recorded search {key}{whose}: it may have been deleted, as searches are "
            "after RECORD_DAYS days."
        )
    return found


def _find(record: Any, hit: Any) -> _Found:
    """Return the best of the record's hits that is meant."""
    if isinstance(hit, Hit):
        source, chunk = str(hit.source.pk), str(hit.chunk) if hit.chunk else None
    else:
        source, chunk = str(_uuid(hit, name="hit")), None
    numbered = list(enumerate(record.hits, start=1))
    if isinstance(hit, Hit):
        exact = [pair for pair in numbered if _keys(pair[1]) == (source, chunk)]
        meant = exact or [pair for pair in numbered if pair[1].get("source") == source]
    else:
        meant = [pair for pair in numbered if source in _keys(pair[1])]
    if not meant:
        raise ValueError(
            f"{source} is not among the {len(numbered)} hits of search {record.pk}: a Hit of that "
            "search, or the key of the source or chunk of one, is expected."
        )
    rank, described = meant[0]
    found = described.get("chunk")
    return _Found(UUID(described["source"]), UUID(found) if found else None, rank)


def _keys(described: Mapping[str, Any]) -> Sequence[Any]:
    return (described.get("source"), described.get("chunk"))


def _uuid(key: Any, *, name: str) -> UUID:
    try:
        return key if isinstance(key, UUID) else UUID(str(key))
    except ValueError as error:
        expected = (
            "a SearchRecord or its key" if name == "record" else "a Hit or the key of its source"
        )
        raise ValueError(f"{name} is {key!r}: {expected} is expected.") from error
