"""Which embedding model is the default."""

from django.core.exceptions import ValidationError
from django.db import models, router, transaction
from django.utils.translation import gettext_lazy as _

from assistant.embeddings.models import EmbeddingModel

__all__ = ["set_default_embedding_model"]


def set_default_embedding_model(*, embedding_model: EmbeddingModel) -> list[EmbeddingModel]:
    """Make an embedding model the default, and return those that were until now.

    Vectors that name no model are the default model's from then on; stored vectors keep theirs.
    A model that was being built is in use then. One transaction, in which nobody else switches. A
    model that is the default already stays so, and the list is empty.

    Raises ``EmbeddingModel.DoesNotExist`` where its row is gone, and ``ValidationError`` where
    the model is not active, or retired.
    """
    using = embedding_model._state.db or router.db_for_write(EmbeddingModel)
    stored: models.QuerySet[EmbeddingModel] = EmbeddingModel._base_manager.using(using)
    with transaction.atomic(using=using):
        # All of the few rows there are, so that two who switch always meet; writers of vectors
        # only need the keys and do not wait.
        rows = {row.pk: row for row in stored.order_by("pk").select_for_update(no_key=True)}
        chosen = rows.get(embedding_model.pk)
        if chosen is None:
            raise EmbeddingModel.DoesNotExist(
                f"Embedding model {embedding_model.pk} cannot become the default: it is not "
                "stored, or was deleted. Choose one that is stored."
            )
        if not chosen.is_active:
            raise ValidationError(
                _(
                    "The embedding model “%(name)s” is not active, so it cannot be the default. "
                    "Make it active first."
                ),
                code="inactive",
                params={"name": chosen.name},
            )
        if chosen.status == EmbeddingModel.Status.RETIRED:
            raise ValidationError(
                _(
                    "The embedding model “%(name)s” is retired, so it cannot be the default. "
                    "Change its status first."
                ),
                code="retired",
                params={"name": chosen.name},
            )
        former = [row for row in rows.values() if row.is_default and row.pk != chosen.pk]
        stored.filter(pk__in=[row.pk for row in former]).update(is_default=False)
        if not chosen.is_default or chosen.status != EmbeddingModel.Status.ACTIVE:
            stored.filter(pk=chosen.pk).update(is_default=True, status=EmbeddingModel.Status.ACTIVE)
    embedding_model.is_default = True
    embedding_model.status = EmbeddingModel.Status.ACTIVE
    for row in former:
        row.is_default = False
    return former
