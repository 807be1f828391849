"""Retiring a model: its queue, its indexes, its rows.

The row of the model stays, so that what was recorded with it says by which model. Messages and
documents lose nothing: what everybody searches are the default model's passages.
"""

from dataclasses import dataclass
from threading import Event

from django.db import connections, models, transaction

from assistant.embeddings.index_states import INDEXED, index_state
from assistant.embeddings.model_changes.deletion import Deletion, check_retired, clear_documents
from assistant.embeddings.model_changes.errors import ModelChangeError
from assistant.embeddings.model_changes.finding import default_model
from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.queue.following import follow
from assistant.embeddings.queue.reporting import Reporter
from assistant.embeddings.vector_indexes import IndexBusyError, drop_index

__all__ = ["GRACE", "Retired", "check_retirable", "retire_model"]

# Seconds between the word that a model is retired and the first row that goes. Searches that had
# begun before read on meanwhile; one that takes longer finds out, and searches again.
GRACE = 5.0

# Seconds to wait for somebody who builds one of the indexes; he sees no sign of it.
INDEX_WAIT = 60


@dataclass(frozen=True)
class Retired:
    """What went."""

    passages: int
    documents: int  # that have lost a vector of their own
    is_stopped: bool


def retire_model(
    model: EmbeddingModel,
    *,
    using: str,
    grace: float = GRACE,
    reporter: Reporter | None = None,
    stop: Event | None = None,
) -> Retired:
    """Take a model out of use for good; begun again, it goes on where it was stopped.

    Raises ``ModelChangeError`` where it is the default, or taken back meanwhile.
    """
    reporter, stop = reporter or Reporter(), stop or Event()
    if mark_retired(model, using=using):
        reporter.say(f"{model.name}: retired; its vectors go in {grace:g} s.")
        stop.wait(grace)
    passages = documents = 0
    for chunks in INDEXED:
        if not stop.is_set():
            _drop_index(model, chunks, using=using, reporter=reporter)
    for chunks in INDEXED:
        passages += Deletion(model, chunks, using=using, reporter=reporter, stop=stop).run()
    if not stop.is_set():
        documents = _clear_documents(model, using=using, stop=stop)
    return Retired(passages, documents, stop.is_set())


def mark_retired(model: EmbeddingModel, *, using: str) -> bool:
    """Say that a model is retired, which empties its queue; return whether that is new."""
    rows = EmbeddingModel.objects.using(using)
    with transaction.atomic(using=using):
        # As who switches the default does: one of both comes first.
        stored = {row.pk: row for row in rows.order_by("pk").select_for_update(no_key=True)}
        row = stored.get(model.pk)
        if row is None:
            raise ModelChangeError(f'"{model.name}" was deleted meanwhile.')
        check_retirable(row)
        is_new: bool = row.status != EmbeddingModel.Status.RETIRED
        if is_new:
            rows.filter(pk=model.pk).update(status=EmbeddingModel.Status.RETIRED)
    model.refresh_from_db(using=using)
    return is_new


def check_retirable(model: EmbeddingModel) -> None:
    """Refuse the model that everybody searches with."""
    if model.is_default:
        raise ModelChangeError(
            f'"{model.name}" is the default, which everybody searches with, so it cannot be '
            "retired. Activate another model first: manage.py embedding_model activate NAME"
        )


def _drop_index(
    model: EmbeddingModel, chunks: type[models.Model], *, using: str, reporter: Reporter
) -> None:
    def check() -> None:
        with connections[using].cursor() as cursor:
            check_retired(cursor, model)

    check()
    state = index_state(model, chunks, using=using)
    if state.status not in {"missing", "impossible"}:
        reporter.say(
            f"{model.name}: dropping the index {state.name}, when the transactions that use its "
            "table have ended."
        )
    try:
        # Once more there: who takes the model back may have built the index while this waited.
        drop_index(model, chunks, using=using, wait=INDEX_WAIT, check=check)
    except IndexBusyError as error:
        raise ModelChangeError(f"{model.name}: {error}") from error


def _clear_documents(model: EmbeddingModel, *, using: str, stop: Event) -> int:
    """Replace documents' own vectors by the default model's, and take away what is left."""
    default = default_model(using=using)
    if default is not None:
        follow(default, using=using, stop=stop)
    return clear_documents(model, using=using, stop=stop)
