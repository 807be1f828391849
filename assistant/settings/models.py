"""System settings and the configurations of language models."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.db.constraints import KeptUniqueConstraint, json_object_check
from assistant.db.fields import JSONField, JSONObjectField, KeyField, TimestampField
from assistant.db.indexes import Index
from assistant.db.models import UUIDModel
from assistant.db.validators import validate_no_nul


class SystemSetting(models.Model):
    """One setting of the whole system: a key and any JSON value."""

    key = KeyField(_("key"), max_length=255, primary_key=True, validators=[validate_no_nul])
    value = JSONField(_("value"))
    description = models.TextField(
        _("description"), blank=True, null=True, validators=[validate_no_nul]
    )
    updated_at = TimestampField(_("updated at"), editable=False)

    class Meta:
        db_table = "system_settings"
        verbose_name = _("system setting")
        verbose_name_plural = _("system settings")

    def __str__(self) -> str:
        return str(self.key)


class ModelConfig(UUIDModel):
    """A language model that the assistant can use, and how it is called."""

    name = models.CharField(_("name"), max_length=255, validators=[validate_no_nul])
    model_path = models.TextField(
        _("model path"),
        help_text=_("A local folder or the name that the provider knows the model by."),
        validators=[validate_no_nul],
    )
    config = JSONObjectField(_("configuration"))
    is_default = models.BooleanField(_("default"), default=False, db_default=False)
    created_at = TimestampField(_("created at"), editable=False)

    class Meta:
        db_table = "model_configs"
        verbose_name = _("model configuration")
        verbose_name_plural = _("model configurations")
        indexes = [
            # Which model to use: WHERE is_default
            Index(fields=["is_default"], name="idx_model_configs_default"),
        ]
        constraints = [
            json_object_check("config", name="model_configs_config_check"),
            # At most one default; finds it, too.
            KeptUniqueConstraint(
                fields=["is_default"],
                name="model_configs_is_default_key",
                condition=models.Q(is_default=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name
