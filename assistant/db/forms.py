"""Form fields for the columns that :mod:`assistant.db.fields` defines."""

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assistant.db.masks import NOTHING, mask, unmask

__all__ = ["JSONFormField"]


class JSONFormField(forms.JSONField):
    """A JSON text area that keeps ``{}``, prints it indented and says where a mistake is."""

    # Whether secrets are masked, and what masks that come back stand for; hide_secrets_of().
    hides_secrets = False
    stored: Any = NOTHING

    # What counts as "not filled in"; Django's own list has {}, [] and "" too.
    empty_values = [None]

    def __init__(self, *, when_empty: Callable[[], Any] | None = None, **kwargs: Any) -> None:
        """Take what an emptied text area means, such as ``dict``; without it, None."""
        super().__init__(**kwargs)
        self.when_empty = when_empty

    def hide_secrets_of(self, stored: Any = NOTHING) -> None:
        """Show masks in the place of secrets, and take them for what is stored."""
        self.hides_secrets = True
        self.stored = stored

    def clean(self, value: Any) -> Any:
        """Validate, and turn an emptied text area into the empty value."""
        cleaned = super().clean(value)
        return self.when_empty() if cleaned is None and self.when_empty else cleaned

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what to show again after an error: the text as typed."""
        if self.disabled:
            return initial
        return None if data is None else forms.fields.InvalidJSONInput(data)

    def to_python(self, value: Any) -> Any:
        """Parse the text, or name the line and column where it stops being JSON."""
        if value in (None, ""):
            return None
        try:
            if isinstance(value, str):
                json.loads(value, cls=self.decoder)
            parsed = super().to_python(value)
            return unmask(parsed, self.stored) if self.hides_secrets else parsed
        except json.JSONDecodeError as error:
            raise ValidationError(
                _("Not valid JSON: %(message)s at line %(line)d, column %(column)d."),
                code="invalid",
                params={"message": error.msg, "line": error.lineno, "column": error.colno},
            ) from error
        except ValueError as error:  # Python reads integers of up to 4,300 digits
            raise ValidationError(
                _("Numbers may have up to 4,300 digits."), code="json_number_too_long"
            ) from error
        except RecursionError as error:
            raise ValidationError(_("JSON is nested too deeply."), code="json_too_deep") from error

    def prepare_value(self, value: Any) -> Any:
        """Show stored JSON indented, a rejected text as it was typed."""
        if isinstance(value, forms.fields.InvalidJSONInput):
            return value
        if self.hides_secrets:
            value = mask(value)
        return json.dumps(value, indent=2, ensure_ascii=False, cls=self.encoder)
