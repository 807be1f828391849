"""Ways in: one message, or many."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from assistant.conversations.ingestion import BATCH_SIZE, Ingestion, IngestResult
from assistant.conversations.models import Conversation, Message

__all__ = ["add_message", "ingest_messages"]


def add_message(*, conversation: Conversation, role: str, content: str, **fields: Any) -> Message:
    """Store one message and return it; the database keeps the conversation's statistics.

    ``fields`` are further columns of the message, such as ``token_count`` (tokens),
    ``generation_time`` (seconds) or ``model_name``.

    Raises ``ValidationError``, with the fields it is about, where a value is not allowed, and
    ``IntegrityError`` at the end of the transaction where the conversation is gone.
    """
    message = Message(conversation=conversation, role=role, content=content, **fields)
    # Not full_clean(): the database checks its constraints itself, without queries of ours.
    message.clean_fields(exclude=["conversation"])
    message.save(using=conversation._state.db, force_insert=True)
    return message


def ingest_messages(
    rows: Iterable[Mapping[str, Any] | Message],
    *,
    batch_size: int = BATCH_SIZE,
    skip: int = 0,
    skip_existing: bool = False,
    using: str = DEFAULT_DB_ALIAS,
    progress: Callable[[IngestResult], None] | None = None,
) -> IngestResult:
    """Store many messages through COPY, in bounded memory, and return how many.

    ``rows`` are unsaved messages or mappings from column to value: ``conversation`` (or
    ``conversation_id``), ``role`` and ``content``, and whichever others are known. What a row
    leaves out, or gives as None, gets the column's default. The rows are read once, as they are
    needed, and each batch of at most ``batch_size`` is a transaction: stored with its statistics,
    or not at all. ``progress`` is called after each.

    To go on after an error or a crash, call again with the same rows and ``skip`` set to the
    error's ``stored`` (the count of rows to pass over), or, where rows bring an ``id``, with
    ``skip_existing``, which passes over rows whose id is stored.

    Raises :class:`~assistant.conversations.ingestion.IngestError`, which knows the number of the
    offending row and how many rows before its batch are stored.
    """
    ingestion = Ingestion(using=using, batch_size=batch_size, skip_existing=skip_existing)
    return ingestion.run(rows, skip=skip, progress=progress)
