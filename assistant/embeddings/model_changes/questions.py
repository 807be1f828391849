"""Questions to compare two models by: what people have searched for lately."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db.models.functions import Left, Length

from assistant.conversations.models import Message
from assistant.embeddings.model_changes.errors import ModelChangeError
from assistant.embeddings.models import SearchRecord

__all__ = ["Question", "Questions", "read_questions", "recent_questions"]

# Of messages, in characters: neither a word of thanks nor a pasted file.
SHORTEST, LONGEST = 10, 300

# How many of the latest rows are looked at for each question that is wanted.
LOOKED_AT = 20


@dataclass(frozen=True)
class Question:
    """A question, and what is printed of it, on terminals and into logs."""

    text: str
    shown: str


class Questions(list[Question]):
    """Questions, and where they are from."""

    def __init__(self, questions: Iterable[Question], source: str) -> None:
        super().__init__(questions)
        self.source = source


def recent_questions(count: int, *, using: str) -> Questions:
    """Return the latest searches, where their texts are recorded, else users' latest messages.

    What users write is theirs: messages are shown by their keys.
    """
    searched = SearchRecord.objects.using(using).recent_questions(count)
    if found := _different(_openly(searched), count):
        return Questions(found, "recorded searches")
    return Questions(_different(_said(count, using), count), "users' latest messages")


def read_questions(path: str, count: int) -> Questions:
    """Return the questions of a file, one a line."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelChangeError(f"The file of questions {path} cannot be read: {error}") from error
    texts = (line.replace("\0", "") for line in lines)
    if not (found := _different(_openly(texts), count)):
        raise ModelChangeError(f"The file {path} holds no question; one a line is expected.")
    return Questions(found, path)


def _openly(texts: Iterable[str]) -> Iterator[Question]:
    return (Question(text, " ".join(text.split())) for text in texts)


def _said(count: int, using: str) -> Iterator[Question]:
    latest = Message.objects.using(using).filter(role="user").order_by("-timestamp")
    rows = latest.values_list("pk", Length("content"), Left("content", LONGEST))
    for key, length, text in rows[: count * LOOKED_AT]:
        if SHORTEST <= length <= LONGEST:
            yield Question(text, f"message {key}")


def _different(questions: Iterable[Question], count: int) -> list[Question]:
    found: dict[str, Question] = {}
    for question in questions:
        text = " ".join(question.text.split())
        if text and len(found) < count:
            found.setdefault(text.casefold(), Question(text, question.shown))
    return list(found.values())
