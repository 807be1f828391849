"""Times, tokens and other numbers of the demo's rows: made up, but the same every time."""

import hashlib
from datetime import UTC, date, datetime, time, timedelta

from assistant.demo.content import Dialogue, model_configs

__all__ = ["chance", "generation_time", "moment", "schedule", "tokens"]


def chance(*names: object) -> float:
    """Return a number from 0 to below 1 that depends on the names only."""
    digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def moment(today: date, *, days_ago: int, minutes: float = 0) -> datetime:
    """Return the time so many days before today and so many minutes into that day."""
    return datetime.combine(today, time(), UTC) + timedelta(days=-days_ago, minutes=minutes)


def tokens(text: str) -> int:
    """Return about how many tokens a text has."""
    return max(1, round(len(text.encode()) / 3.8))


def generation_time(dialogue: Dialogue, number: int) -> float:
    """Return how many seconds the dialogue's model took for an answer."""
    (speed,) = (
        model["tokens_per_second"] for model in model_configs() if model["name"] == dialogue.model
    )
    waiting = 0.2 + chance("wait", dialogue.slug, number)
    return round(waiting + tokens(dialogue.turns[number].content) / float(speed), 3)


def schedule(dialogue: Dialogue, today: date) -> list[datetime]:
    """Return when each message was said: the last of them before today."""
    size = -(-len(dialogue.turns) // dialogue.sittings) or 1
    days_ago = dialogue.days_ago
    times: list[datetime] = []
    for number, turn in enumerate(dialogue.turns):
        if number and number % size == 0:
            days_ago -= dialogue.days_between
        days_ago -= turn.days_later
        if number % size == 0 or turn.days_later:
            late = 40 * chance("start", dialogue.slug, number)
            said = moment(today, days_ago=days_ago, minutes=dialogue.at + late)
        elif turn.role == "assistant":
            said += timedelta(seconds=1 + generation_time(dialogue, number))
        else:  # reading, thinking, writing
            reading = len(dialogue.turns[number - 1].content) / 40
            writing = min(len(turn.content) / 5, 120)
            pause = 90 * chance("pause", dialogue.slug, number)
            said += timedelta(seconds=5 + min(reading, 120) + writing + pause)
        times.append(said)
    return times
