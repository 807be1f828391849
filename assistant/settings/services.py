"""Which model is the default."""

from django.db import connections, models, router, transaction

from assistant.settings.models import ModelConfig

__all__ = ["set_default_model_config"]


def set_default_model_config(*, model_config: ModelConfig) -> list[ModelConfig]:
    """Make a model configuration the default, and return those that were until now.

    One transaction, in which nobody else switches. A configuration that is the default already
    stays so, and the list is empty.

    Raises ``ModelConfig.DoesNotExist`` where its row is gone.
    """
    using = model_config._state.db or router.db_for_write(ModelConfig)
    configs: models.QuerySet[ModelConfig] = ModelConfig._base_manager.using(using)
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            # Before any row, as the table's triggers do.
            cursor.execute("SELECT lock_default_model_config()")
        wanted = models.Q(pk=model_config.pk) | models.Q(is_default=True)
        rows = list(configs.filter(wanted).order_by("pk").select_for_update().defer("config"))
        if model_config.pk not in {row.pk for row in rows}:
            raise ModelConfig.DoesNotExist(
                f"Model configuration {model_config.pk} cannot become the default: it is not "
                "stored, or was deleted. Choose one that is stored."
            )
        former = [row for row in rows if row.is_default and row.pk != model_config.pk]
        # The database demotes the others.
        configs.filter(pk=model_config.pk, is_default=False).update(is_default=True)
    model_config.is_default = True
    for row in former:
        row.is_default = False
    return former
