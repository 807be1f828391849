"""Questions to compare two models by: what people have searched for lately."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.db.models.functions import Left, Length

from assistant.conversations.models import Message
from assistant.embeddings.model_changes.errors import ModelChangeError
from assistant.embeddings.models import SearchRecord

__all__ = ["Questions", "read_questions", "recent_questions"]

# Of messages, in characters: neither a word of thanks nor a pasted file.
SHORTEST, LONGEST = 10, 300

# How many of the latest rows are looked at for each question that is wanted.
LOOKED_AT = 20


class Questions(list[str]):
    """Questions, and where they are from."""

    def __init__(self, questions: Iterable[str], source: str) -> None:
        super().__init__(questions)
        self.source = source


def recent_questions(count: int, *, using: str) -> Questions:
    """Return the latest searches, where their texts are recorded, else users' latest messages."""
    searched = SearchRecord.objects.using(using).recent_questions(count)
    if found := _different(searched, count):
        return Questions(found, "recorded searches")
    return Questions(_different(_said(count, using), count), "users' latest messages")


def read_questions(path: str, count: int) -> Questions:
    """Return the questions of a file, one a line."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelChangeError(f"The file of questions {path} cannot be read: {error}") from error
    if not (found := _different((line.replace("\0", "") for line in lines), count)):
        raise ModelChangeError(f"The file {path} holds no question; one a line is expected.")
    return Questions(found, path)


def _said(count: int, using: str) -> Iterator[str]:
    latest = Message.objects.using(using).filter(role="user").order_by("-timestamp")
    rows = latest.values_list(Length("content"), Left("content", LONGEST))
    for length, text in rows[: count * LOOKED_AT]:
        if SHORTEST <= length <= LONGEST:
            yield text


def _different(texts: Iterable[str], count: int) -> list[str]:
    found: dict[str, str] = {}
    for text in texts:
        question = " ".join(text.split())
        if question and len(found) < count:
            found.setdefault(question.casefold(), question)
    return list(found.values())
