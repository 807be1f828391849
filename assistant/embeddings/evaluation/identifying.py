"""Which message or document is meant by an id of the judgements."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import Q

from assistant.conversations.models import Conversation, Message
from assistant.embeddings.models import KnowledgeDocument

__all__ = ["TRIED", "Identified", "identify"]

# So many ids are looked up by one statement.
BATCH = 10_000

TRIED = (
    "the key of a message, document or conversation; a document's source, whole or its end (such "
    "as a file's name, also without what follows its last dot); a document's title"
)

# Both columns have an index; the title's is of its capitals.
BY_SOURCE = """
    SELECT wanted.id, (array_agg(d.id))[1], count(*)
    FROM unnest(%(ids)s::text[]) AS wanted (id)
    JOIN knowledge_base AS d ON d.source = wanted.id
    WHERE {visible} GROUP BY wanted.id
"""
BY_TITLE = """
    SELECT wanted.id, (array_agg(d.id))[1], count(*)
    FROM unnest(%(ids)s::text[]) AS wanted (id)
    JOIN knowledge_base AS d ON upper(d.title) = upper(wanted.id) AND d.title = wanted.id
    WHERE {visible} GROUP BY wanted.id
"""
# Reads every source once: what a path ends with has no index. The names are hashed; of those that
# are the same the rest of the path decides.
BY_END = r"""
    SELECT wanted.id, (array_agg(d.id))[1], count(*)
    FROM (
        SELECT id, path, regexp_replace(path, '^.*[/\\]', '') AS name
        FROM (SELECT id, owner_id, {path} AS path FROM knowledge_base WHERE source <> '') AS d
        WHERE {visible}
    ) AS d
    JOIN (
        SELECT id, '/' || regexp_replace(translate(id, '\', '/'), '^(\./)+', '') AS path,
            regexp_replace(id, '^.*[/\\]', '') AS name
        FROM unnest(%(ids)s::text[]) AS all_wanted (id)
    ) AS wanted ON wanted.name = d.name
    WHERE right('/' || translate(d.path, '\', '/'), length(wanted.path)) = wanted.path
    GROUP BY wanted.id
"""
STEM = r"regexp_replace(source, '([^/\\])\.[^./\\]*$', '\1')"
STATEMENTS = (
    BY_SOURCE,
    BY_END.replace("{path}", "source"),
    BY_END.replace("{path}", STEM),
    BY_TITLE,
)


@dataclass
class Identified:
    """The keys of what was meant, and what could not be told."""

    keys: dict[str, UUID] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    ambiguous: list[str] = field(default_factory=list)


def identify(ids: Iterable[str], *, user: Any = None, using: str) -> Identified:
    """Return the keys of messages, documents and conversations by the ids given, in bulk.

    Only what the user (an instance) may find counts; without one everything does. The ways of
    :data:`TRIED` are gone through in order, and what several documents answer to in one is left to
    the next.
    """
    # The order of the ids is that of the judgements, and of those that are named as missing.
    wanted = list(dict.fromkeys(ids))
    found = Identified(keys=_by_key(wanted, user=user, using=using))
    several: set[str] = set()
    for statement in STATEMENTS:
        for batch in _batches([text for text in wanted if text not in found.keys]):
            for text, key, count in _rows(statement, batch, user=user, using=using):
                if count == 1:
                    found.keys[text] = key
                else:
                    several.add(text)
    for text in wanted:
        if text not in found.keys:
            (found.ambiguous if text in several else found.missing).append(text)
    return found


def _by_key(ids: Sequence[str], *, user: Any, using: str) -> dict[str, UUID]:
    keys = {text: key for text in ids if (key := _uuid(text)) is not None}
    own: list[tuple[Any, Q]] = [
        (KnowledgeDocument, Q(owner=user) | Q(owner=None)),
        (Message, Q(conversation__user=user)),
        (Conversation, Q(user=user)),
    ]
    there: set[UUID] = set()
    for batch in _batches(list(keys.values())):
        for model, is_visible in own:
            rows = model._base_manager.using(using).filter(pk__in=batch)
            if user is not None:
                rows = rows.filter(is_visible)
            there.update(rows.values_list("pk", flat=True))
    return {text: key for text, key in keys.items() if key in there}


def _rows(statement: str, ids: Sequence[str], *, user: Any, using: str) -> list[Any]:
    visible = "true" if user is None else "(d.owner_id IS NULL OR d.owner_id = %(user)s)"
    with connections[using].cursor() as cursor:
        cursor.execute(
            statement.replace("{visible}", visible),
            {"ids": list(ids), "user": user and user.pk},
        )
        rows: list[Any] = cursor.fetchall()
    return rows


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
