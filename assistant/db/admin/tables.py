"""The base of every table's admin page."""

from copy import deepcopy
from functools import partial
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _

from assistant.conf import conf
from assistant.db.admin.deletions import DeletionsMixin
from assistant.db.admin.filters import indexed_values
from assistant.db.admin.forms import (
    BaseModelForm,
    JSONTextarea,
    KeyAutocompleteSelect,
    LongTextarea,
    LongTextFormField,
    TableForm,
    grouped,
)
from assistant.db.admin.large import LargeValuesMixin
from assistant.db.admin.links import LinksMixin
from assistant.db.admin.overview import Overview
from assistant.db.admin.refusals import RefusalsMixin
from assistant.db.admin.related import RelatedListsMixin
from assistant.db.admin.widgets import SuggestionsInput
from assistant.db.forms import JSONFormField

__all__ = ["TableAdmin"]

# The height of the text areas of descriptions and paths, in lines.
NOTE_ROWS = 3


class TableAdmin(LinksMixin, RefusalsMixin, RelatedListsMixin, LargeValuesMixin, DeletionsMixin):
    """A table's pages: bounded, safe against bad input, and saving only what was edited."""

    form: type[BaseModelForm] = TableForm
    formfield_overrides = {
        models.TextField: {"form_class": LongTextFormField, "widget": LongTextarea},
        models.JSONField: {"widget": JSONTextarea},
    }
    # Texts that are kept as they are, spaces at both ends included.
    verbatim_fields: tuple[str, ...] = ()
    # Short texts of columns with an index, whose values so far the form suggests.
    suggested_fields: tuple[str, ...] = ()
    # How the table shows in the overview of the index page, if it does.
    overview: Overview | None = None

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out of the page for a new row what only a stored one has."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None:
            return fieldsets
        made = set(self.get_readonly_fields(request, obj))
        for _title, options in fieldsets:
            options["fields"] = [field for field in options["fields"] if field not in made]
        return [(title, options) for title, options in fieldsets if options["fields"]]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Mask the secrets in JSON."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        for name in form.base_fields:
            field = deepcopy(form.base_fields[name])  # it may be its class's own
            if isinstance(field, JSONFormField):
                field.hide_secrets_of(*([] if obj is None else [getattr(obj, name)]))
                form.base_fields[name] = field
        return form

    def formfield_for_dbfield(
        self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Store no text as NULL where the column allows it, as Django does for short texts.

        And tell the limit of texts that people paste documents into; others get a small text area.
        """
        if isinstance(db_field, models.TextField) and db_field.null:
            kwargs["empty_value"] = None
        if db_field.name in self.verbatim_fields:
            limit = _("Up to %(limit)s bytes; larger texts go in through SQL or Django's ORM.")
            kwargs["help_text"] = limit % {"limit": grouped(conf.MAX_FORM_BYTES)}
            kwargs["strip"] = False
        elif isinstance(db_field, models.TextField):
            kwargs.setdefault("widget", LongTextarea(attrs={"rows": NOTE_ROWS}))
        if db_field.name in self.suggested_fields:
            kwargs["widget"] = SuggestionsInput(partial(indexed_values, self.model, db_field))
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(
        self, db_field: "models.ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Use an autocomplete that survives keys which are none."""
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = KeyAutocompleteSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Take from the query string what the fields can hold."""
        initial = super().get_changeform_initial_data(request)
        return {name: value for name, value in initial.items() if self._can_hold(name, value)}

    def _can_hold(self, name: str, value: Any) -> bool:
        try:
            field = self.opts.get_field(name)
        except FieldDoesNotExist:
            return True
        if isinstance(field, models.DateTimeField):
            return False  # its widget wants a datetime, not a text
        try:
            field.to_python(value)  # type: ignore[union-attr]
        except (ValidationError, ValueError, TypeError, AttributeError):
            return False
        return "\0" not in str(value)
