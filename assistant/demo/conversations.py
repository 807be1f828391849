"""The demo's conversations and their messages."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connections

from assistant.conversations.models import Conversation, Message
from assistant.conversations.services import ingest_messages
from assistant.demo.content import Dialogue, dialogues
from assistant.demo.numbers import chance, generation_time, moment, schedule, tokens
from assistant.demo.runs import Run, demo_id

__all__ = [
    "ANY_DAY",
    "conversation_ids",
    "first_day",
    "load_conversations",
    "message_id",
    "message_ids",
]

# For what does not depend on the day.
ANY_DAY = date(2000, 1, 1)

# How an agent's answers are generated.
TEMPERATURES = {"code": 0.2, "data": 0.1, "research": 0.4, "support": 0.3, "writing": 0.9}


def conversation_ids() -> list[UUID]:
    """Return the keys of the demo's conversations."""
    return [demo_id("conversation", dialogue.slug) for dialogue in dialogues()]


def message_id(dialogue: Dialogue, number: int) -> UUID:
    """Return the key of a message, by its place in the conversation."""
    return demo_id("message", dialogue.slug, number)


def message_ids() -> list[UUID]:
    """Return the keys of the demo's messages."""
    return [message_id(item, number) for item in dialogues() for number in range(len(item.turns))]


def first_day(run: Run) -> date:
    """Return the day of the first load, which all times are relative to; today if this is it."""
    rows = Conversation.objects.using(run.using).filter(pk__in=conversation_ids())
    days = [run.today]
    for record in rows.values_list("metadata__demo", flat=True):
        try:
            days.append(date.fromisoformat(record["loaded_on"]))
        except (KeyError, TypeError, ValueError):  # edited since
            continue
    return min(days)


def load_conversations(run: Run, users: dict[str, Any]) -> None:
    """Add the conversations and messages that are missing."""
    stored = Conversation.objects.using(run.using)
    # Locked: those that are there must not go while messages are added to them.
    rows = stored.filter(pk__in=conversation_ids()).order_by("pk").select_for_update(no_key=True)
    present = set(rows.values_list("pk", flat=True))
    missing = [item for item in dialogues() if demo_id("conversation", item.slug) not in present]
    # Messages that are added move updated_at to now, if it is less. So that the latest come first
    # all the same, they are told apart by microseconds, which are over before the end of the load.
    now = transaction_time(run)
    new = [
        conversation(run, dialogue, users[dialogue.user], now + timedelta(microseconds=number))
        for number, dialogue in enumerate(sorted(missing, key=last_said), start=1)
    ]
    stored.bulk_create(sorted(new, key=lambda row: row.pk))
    result = ingest_messages(
        (row for dialogue in dialogues() for row in messages(run, dialogue)),
        skip_existing=True,
        using=run.using,
    )
    run.counts["conversations"] += len(missing)
    run.counts["messages"] += result.stored


def last_said(dialogue: Dialogue) -> datetime:
    """Return when the dialogue ended, counted from any day."""
    times = schedule(dialogue, ANY_DAY)
    return times[-1] if times else started(dialogue, ANY_DAY)


def started(dialogue: Dialogue, today: date) -> datetime:
    """Return when the dialogue began."""
    return moment(today, days_ago=dialogue.days_ago, minutes=dialogue.at)


def transaction_time(run: Run) -> datetime:
    """Return the database's now()."""
    with connections[run.using].cursor() as cursor:
        cursor.execute("SELECT now()")
        (now,) = cursor.fetchone()
    return now  # type: ignore[no-any-return]


def conversation(run: Run, dialogue: Dialogue, user: Any, updated_at: datetime) -> Conversation:
    """Return a conversation that keeps its user's key and the day of the first load."""
    return Conversation(
        pk=demo_id("conversation", dialogue.slug),
        user=user,
        title=dialogue.title,
        agent_type=dialogue.agent_type,
        context_length=dialogue.context_length,
        is_active=dialogue.is_active,
        created_at=started(dialogue, run.today),
        updated_at=updated_at,
        metadata={
            **dialogue.metadata,
            "demo": {"loaded_on": run.today.isoformat(), "user": str(user.pk)},
        },
    )


def messages(run: Run, dialogue: Dialogue) -> Iterator[dict[str, Any]]:
    """Yield the messages of a conversation as columns."""
    times = schedule(dialogue, run.today)
    for number, (turn, time) in enumerate(zip(dialogue.turns, times, strict=True)):
        row: dict[str, Any] = {
            "id": message_id(dialogue, number),
            "conversation_id": demo_id("conversation", dialogue.slug),
            "role": turn.role,
            "content": turn.content,
            "timestamp": time,
        }
        if turn.role != Message.Role.SYSTEM:
            row["token_count"] = tokens(turn.content)
        if turn.role == Message.Role.ASSISTANT:
            row |= generation(dialogue, number)
        yield row


def generation(dialogue: Dialogue, number: int) -> dict[str, Any]:
    """Return how an answer was generated."""
    long = len(dialogue.turns[number].content) > 3000
    return {
        "model_name": dialogue.model,
        "generation_time": generation_time(dialogue, number),
        "temperature": TEMPERATURES.get(dialogue.agent_type, 0.7),
        "generation_config": {
            "max_tokens": 4096 if long else 1024,
            "top_p": 0.95,
            "stop": ["</answer>"] if dialogue.agent_type == "data" else [],
            "stream": dialogue.agent_type != "support",
            "seed": int(chance("seed", dialogue.slug, number) * 100_000),
        },
    }
