"""What the rows of the queue name, split into chunks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connections

from assistant.embeddings.backends import Backend, BackendUnavailable
from assistant.embeddings.queue.failures import describe
from assistant.embeddings.queue.items import Item, Part, Source
from assistant.embeddings.splitting import split

__all__ = ["Reading", "groups", "read", "read_texts"]

# Chunks that are computed and stored in one transaction; as many locks are held at most.
GROUP = 256

# Answers of assistants are Markdown, and what people type hardly differs from it.
MESSAGE_TYPE = "markdown"


@dataclass
class Reading:
    """The sources of rows, the rows whose source is gone, and what could not be split."""

    sources: list[Source] = field(default_factory=list)
    gone: list[Item] = field(default_factory=list)
    errors: dict[Item, str] = field(default_factory=dict)


def read(items: Sequence[Item], *, backend: Backend | None, using: str) -> Reading:
    """Read and split what rows name."""
    reading = Reading()
    texts = read_texts(items, using=using)
    for item in items:
        key = item.message_id or item.document_id
        if key not in texts:
            reading.gone.append(item)
            continue
        # Gone from the dictionary, a text does not outlive its turn.
        content, content_type, conversation_id = texts.pop(key)
        try:
            chunks = (
                split(content, content_type=content_type, backend=backend)
                if content.strip()
                else []
            )
        except BackendUnavailable:
            raise
        except Exception as error:
            reading.errors[item] = describe(error)
            continue
        reading.sources.append(Source(item, conversation_id, len(content), chunks))
    return reading


def read_texts(items: Sequence[Item], *, using: str) -> dict[UUID, tuple[str, str, UUID | None]]:
    """Return text, content type and conversation of what is there, by its key."""
    messages = [item.message_id for item in items if item.message_id]
    documents = [item.document_id for item in items if item.document_id]
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT id, content, %s, conversation_id FROM messages WHERE id = ANY (%s)"
            " UNION ALL SELECT id, content, content_type, NULL FROM knowledge_base"
            " WHERE id = ANY (%s)",
            [MESSAGE_TYPE, messages, documents],
        )
        return {row[0]: row[1:] for row in cursor.fetchall()}


def groups(sources: Sequence[Source]) -> Iterator[list[Part]]:
    """Yield what is computed and stored together: several sources, or a part of a long one."""
    for kind in (True, False):
        group: list[Part] = []
        room = GROUP
        for source in sources:
            if source.is_message is not kind:
                continue
            count = len(source.chunks)
            if count > GROUP:
                for start in range(0, count, GROUP):
                    yield [Part(source, start, min(start + GROUP, count))]
                continue
            if count > room:
                yield group
                group, room = [], GROUP
            group.append(Part(source, 0, count))
            room -= count
        if group:
            yield group
