"""Which migrations the database has."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SchemaMigration(models.Model):
    """A migration that is applied: a row of a view over Django's own table, of every app.

    ``version`` counts them in the order in which they were applied. In an adopted database the
    SQL files that made it come first; they have a file's name and nothing after the time.
    """

    version = models.BigIntegerField(_("version"), primary_key=True)
    filename = models.TextField(_("file"))
    applied_at = models.DateTimeField(_("applied at"))
    app = models.TextField(_("app"), null=True)
    name = models.TextField(_("name"), null=True)
    checksum = models.TextField(
        _("checksum"),
        null=True,
        help_text=_("SHA-256 of the migration and its SQL files as they were applied."),
    )
    duration = models.DurationField(
        _("duration"),
        null=True,
        help_text=_("Unknown where it was applied without this app."),
    )
    versions = models.JSONField(
        _("versions"),
        null=True,
        help_text=_("Of the code and the server that applied it."),
    )

    class Meta:
        managed = False
        db_table = "schema_migrations"
        verbose_name = _("migration")
        verbose_name_plural = _("migrations")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.filename
