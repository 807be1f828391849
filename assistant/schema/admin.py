"""Applied migrations in the admin site."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assistant.db.admin import ReadOnlyAdmin
from assistant.db.admin.durations import duration
from assistant.schema.models import SchemaMigration

# How many digits of a checksum a list shows.
LIST_LENGTH = 8

# How the parts of ``versions`` are written.
NAMES = {
    "assistant": "assistant",
    "django": "Django",
    "python": "Python",
    "postgresql": "PostgreSQL",
}


@admin.register(SchemaMigration)
class SchemaMigrationAdmin(ReadOnlyAdmin):
    """What the database's migrations are, of every app."""

    fields = (
        "version",
        "app",
        "name",
        "filename",
        "applied_at",
        "took",
        "checksum",
        "versions",
    )
    list_display = ("version", "app", "name_or_file", "applied_at", "took", "checksum_start")
    list_display_links = ("version", "name_or_file")
    search_fields = ("filename", "name")
    search_keys = ()
    search_help_text = _("The beginning of an app's label or of a migration's name, or a version.")
    ordering = ("-version",)
    empty_hint = _("No migrations yet. manage.py migrate applies them.")

    def list_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Fetch all that is listed: names and checksums are short, whatever their type."""
        return queryset.defer("versions")

    def search(self, request: HttpRequest, queryset: models.QuerySet[Any], text: str) -> list[Any]:
        """Look for a version, too; numbers with leading zeros begin names."""
        found = super().search(request, queryset, text)
        if text.isascii() and text.isdecimal() and not text.startswith("0") and len(text) < 19:
            return [int(text), *found]
        return found

    def shown_json(self, obj: Any, field: "models.Field[Any, Any]") -> str:
        """Write the versions as a line."""
        versions = getattr(obj, field.name)
        if versions is None:
            return str(self.get_empty_value_display())
        if not all(isinstance(version, str) for version in versions.values()):
            return super().shown_json(obj, field)
        ordered = sorted(versions, key=lambda part: [*NAMES, part].index(part))
        return ", ".join(f"{NAMES.get(part, part)} {versions[part]}" for part in ordered)

    @admin.display(description=_("name"), ordering="name")
    def name_or_file(self, obj: SchemaMigration) -> str:
        """Return the migration's name; of what was run before the migrations, the file's."""
        return obj.name or obj.filename

    @admin.display(description=_("duration"), ordering="duration")
    def took(self, obj: SchemaMigration) -> str:
        """Return how long it took, if that is known."""
        if obj.duration is None:
            return str(self.get_empty_value_display())
        return duration(round(obj.duration.total_seconds(), 3)) or ""

    @admin.display(description=_("checksum"), empty_value="-")
    def checksum_start(self, obj: SchemaMigration) -> str | None:
        """Return the first digits of the checksum."""
        return obj.checksum and obj.checksum[:LIST_LENGTH]
