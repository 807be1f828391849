"""How a question is recognised without being kept."""

from django.utils.crypto import salted_hmac

__all__ = ["hash_question"]

SALT = "assistant.embeddings.question"


def hash_question(question: str) -> str:
    """Return the HMAC-SHA256 of a question, whatever its case and spaces.

    The key is the project's ``SECRET_KEY``: who has the database alone cannot try questions, and
    with another key the same question has another hash.
    """
    text = " ".join(question.casefold().split())
    return salted_hmac(SALT, text.encode("utf-8", "replace"), algorithm="sha256").hexdigest()
