"""A new model beside those that are there."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from assistant.embeddings.backends import EmbeddingError, embed_texts, load_backend
from assistant.embeddings.model_changes.advice import step_command
from assistant.embeddings.model_changes.errors import ModelChangeError
from assistant.embeddings.model_validation import validate_backend, validate_provider
from assistant.embeddings.models import EmbeddingModel

__all__ = ["add_model"]

# What a backend is tried with.
SAMPLE = "Where are the minutes of the last meeting?"


def add_model(
    embedding_model: EmbeddingModel, *, using: str, is_tried: bool = True
) -> EmbeddingModel:
    """Store a model that is to be built; from its commit on texts are queued for it.

    The backend embeds a text first, unless ``is_tried`` is false, so that a model which cannot be
    had here is not stored.

    Raises ``ModelChangeError``.
    """
    embedding_model.name = embedding_model.name.strip()
    embedding_model.is_default = False
    embedding_model.is_active = True
    embedding_model.status = EmbeddingModel.Status.BUILDING
    _refuse_unreadable(embedding_model.name)
    _refuse_namesake(embedding_model, using=using)
    _validate(embedding_model, using=using)
    if is_tried:
        _try(embedding_model)
    try:
        with transaction.atomic(using=using):
            embedding_model.save(using=using, force_insert=True)
    except IntegrityError as error:  # somebody was faster
        raise ModelChangeError(
            f'"{embedding_model.name}" was not added: {str(error).splitlines()[0]}'
        ) from error
    return embedding_model


def _refuse_unreadable(name: str) -> None:
    """Refuse what nobody could type after another step."""
    if not name:
        raise ModelChangeError("The model was not added. name: it is empty; one word is enough.")
    if not name.isprintable():
        raise ModelChangeError(
            f"{name!r} was not added. name: it has an end of line or another character that is "
            "not shown; letters, digits, signs and spaces are expected."
        )


def _refuse_namesake(model: EmbeddingModel, *, using: str) -> None:
    rows = EmbeddingModel.objects.using(using)
    known = rows.filter(name=model.name).first()
    if known is None:
        return
    way = "choose another name"
    if known.status == EmbeddingModel.Status.RETIRED:
        way += f", or take it back: {step_command('build', known.name, '--again')}"
    raise ModelChangeError(
        f'There is an embedding model "{known.name}" already ({known.dimension} dimensions, '
        f"{known.status}); {way}."
    )


def _validate(model: EmbeddingModel, *, using: str) -> None:
    try:
        model.clean_fields()
        # Who runs a command may run any code.
        validate_backend(model.backend, may_name_code=True)
        validate_provider(model.provider, backend=model.backend)
        model._state.db = using
        model.full_clean()
    except ValidationError as error:
        raise ModelChangeError(f'"{model.name}" was not added. {sentences(error)}') from error


def _try(model: EmbeddingModel) -> None:
    try:
        embed_texts(load_backend(model), model, [SAMPLE])
    except EmbeddingError as error:
        problem = str(error)
    except Exception as error:  # a backend's own
        problem = f"{type(error).__name__}: {error}"
    else:
        return
    first = (problem.splitlines() or [""])[0]
    raise ModelChangeError(
        f'"{model.name}" was not added, for it cannot embed here: {first} '
        "(--no-check adds it all the same, for workers elsewhere)"
    )


def sentences(error: ValidationError) -> str:
    """Return what is wrong in one line, with the names of the fields."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(
        f"{name}: {' '.join(messages)}" if name != "__all__" else " ".join(messages)
        for name, messages in error.message_dict.items()
    )
