"""What commands are told of users, models and tags, found in the database."""

from collections.abc import Sequence
from typing import Any

from django.core.management import CommandError

from assistant.embeddings.documents.owners import find_user
from assistant.embeddings.model_changes.errors import ModelChangeError
from assistant.embeddings.model_changes.finding import find_model
from assistant.embeddings.models import EmbeddingModel

__all__ = ["model_option", "tags_option", "user_option"]


def user_option(name: str | None, *, using: str) -> Any:
    """Return the user of ``--user``, or None where it was not given."""
    if name is None:
        return None
    user = find_user(name, using=using)
    if user is None:
        raise CommandError(f"There is no user {name!r}: --user takes a username or a key.")
    return user


def model_option(name: str | None, *, using: str) -> EmbeddingModel | None:
    """Return the model of ``--model``, or None where it was not given."""
    if name is None:
        return None
    try:
        return find_model(name, using=using)
    except ModelChangeError as error:
        raise CommandError(f"--model: {error}") from error


def tags_option(text: str | None) -> Sequence[str]:
    """Return the tags of ``--tags A,B``."""
    return [tag.strip() for tag in (text or "").split(",") if tag.strip()]
