"""What is searched for, checked before anything is asked of the database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.timezone import is_naive, make_aware

__all__ = ["MODES", "SOURCES", "SearchRequest", "make_request", "user_key"]

MODES = ("hybrid", "vector", "keyword")
SOURCES = ("messages", "documents")

# What is read of a question: models read the first few hundred words, and each further word is
# work for the keyword leg.
MAX_LENGTH = 10_000
MAX_HITS = 1_000


@dataclass(frozen=True)
class SearchRequest:
    """A search whose arguments make sense."""

    question: str
    user: Any  # a key, or None for everybody's
    sources: tuple[str, ...]
    conversation: Any
    tags: tuple[str, ...]
    since: datetime | None
    limit: int
    mode: str
    filters: Mapping[str, Any] = field(default_factory=dict)
    embedding_model: UUID | None = None  # None for the default one


def make_request(  # noqa: PLR0913
    question: str,
    *,
    user: Any,
    sources: Iterable[str],
    conversation: Any,
    tags: Sequence[str] | None,
    since: datetime | None,
    limit: int,
    mode: str,
    filters: Mapping[str, Any] | None,
    embedding_model: Any = None,
) -> SearchRequest:
    """Check and normalise; what makes no sense is a ValueError or TypeError that says so."""
    if mode not in MODES:
        raise ValueError(f"mode is {mode!r}: one of {', '.join(MODES)} is expected.")
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MAX_HITS:
        raise ValueError(f"limit is {limit!r}: a whole number from 1 to {MAX_HITS} is expected.")
    return SearchRequest(
        question=_question(question),
        user=user_key(user),
        sources=_sources(sources),
        conversation=_key("conversation", "a conversation", conversation),
        tags=_tags(tags),
        since=_since(since),
        limit=limit,
        mode=mode,
        filters=dict(filters or {}),
        embedding_model=_key("embedding_model", "an embedding model", embedding_model),
    )


def _question(question: str) -> str:
    if not isinstance(question, str):
        raise TypeError(f"The query is {type(question).__name__}: a text is expected.")
    # PostgreSQL's text has no NUL, and UTF-8 no lone surrogates.
    text = question.replace("\0", " ").encode("utf-8", "replace").decode()[:MAX_LENGTH].strip()
    if not text:
        raise ValueError("The query is empty: say what to search for.")
    return text


def user_key(user: Any) -> Any:
    """Return the user's key; None only where None was given."""
    if user is None:
        return None
    if isinstance(user, Model) or hasattr(user, "is_authenticated"):
        # Somebody without a key must find nothing of others: never take it for "everybody".
        if getattr(user, "pk", None) is None:
            raise ValueError(
                "user is nobody: an anonymous or unsaved user has nothing to find. Ask for a "
                "login, or give user=None to search everything."
            )
        return user.pk
    try:
        return get_user_model()._meta.pk.to_python(user)
    except ValidationError as error:
        raise ValueError(
            f"user is {user!r}: a user or a user's key is expected, or None to search everything."
        ) from error


def _sources(sources: Iterable[str]) -> tuple[str, ...]:
    chosen = (sources,) if isinstance(sources, str) else tuple(dict.fromkeys(sources))
    unknown = [source for source in chosen if source not in SOURCES]
    if unknown or not chosen:
        said = ", ".join(map(repr, unknown)) or "nothing"
        raise ValueError(f"sources has {said}: some of {', '.join(SOURCES)} are expected.")
    return chosen


def _key(name: str, expected: str, value: Any) -> UUID | None:
    """Return the key of a row of ours, given as an instance or as a key."""
    key = value.pk if isinstance(value, Model) else value
    if key is None and value is None:
        return None
    try:
        return key if isinstance(key, UUID) else UUID(str(key))
    except ValueError as error:
        raise ValueError(f"{name} is {value!r}: {expected} or its key is expected.") from error


def _tags(tags: Sequence[str] | None) -> tuple[str, ...]:
    if isinstance(tags, str):
        raise TypeError(f"tags is {tags!r}: a list of texts is expected, such as [{tags!r}].")
    found = tuple(tags or ())
    for tag in found:
        if not isinstance(tag, str) or "\0" in tag:
            raise ValueError(f"tags has {tag!r}: texts without NUL characters are expected.")
    return found


def _since(since: datetime | None) -> datetime | None:
    if since is None:
        return None
    if not isinstance(since, datetime):
        raise TypeError(f"since is {since!r}: a datetime is expected.")
    return make_aware(since) if is_naive(since) else since
