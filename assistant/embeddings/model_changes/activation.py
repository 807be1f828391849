"""Activating a model: from one moment to the next every search uses it."""

from django.core.exceptions import ValidationError

from assistant.embeddings.model_changes.adding import sentences
from assistant.embeddings.model_changes.advice import step_command
from assistant.embeddings.model_changes.completeness import Completeness
from assistant.embeddings.model_changes.errors import IncompleteModelError, ModelChangeError
from assistant.embeddings.model_changes.finding import default_model
from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.services import set_default_embedding_model

__all__ = ["activate_model", "refuse_incomplete", "refuse_worse"]


def refuse_incomplete(model: EmbeddingModel, *, using: str) -> None:
    """Raise ``IncompleteModelError`` where searches with a model would miss texts, or be slow.

    A few texts that wait in the queue are no reason: while people write there nearly always are.
    """
    completeness = Completeness(model, using)
    if problems := completeness.problems():
        raise IncompleteModelError(
            f'"{model.name}" is not complete: {"; ".join(problems)}. '
            f"First: {completeness.way_out()} (or, as it is: "
            f"{step_command('activate', model.name, '--force')})"
        )


def refuse_worse(model: EmbeddingModel, *, using: str) -> None:
    """Refuse an incomplete model as above, but only where another one has vectors to lose."""
    if not model.is_active or model.status == EmbeddingModel.Status.RETIRED:
        return  # which it is refused for anyway
    former = default_model(using=using)
    if former and former.pk != model.pk and Completeness(former, using).has_vectors():
        refuse_incomplete(model, using=using)


def activate_model(
    model: EmbeddingModel, *, using: str, is_forced: bool = False
) -> list[EmbeddingModel]:
    """Make a complete model the default, and return those that were until now.

    They stay live, so that going back is the same step. Documents' own vectors are not touched:
    ``queue.following`` brings them after.

    Raises ``ModelChangeError``; what is not complete is an ``IncompleteModelError``.
    """
    model.refresh_from_db(using=using)
    if not is_forced and model.is_active and model.status != EmbeddingModel.Status.RETIRED:
        refuse_incomplete(model, using=using)
    try:
        return set_default_embedding_model(embedding_model=model)
    except ValidationError as error:
        way = step_command("build", model.name, "--again")
        raise ModelChangeError(f"{sentences(error)} To build it again: {way}") from error
    except EmbeddingModel.DoesNotExist as error:
        raise ModelChangeError(f'"{model.name}" was deleted meanwhile.') from error
