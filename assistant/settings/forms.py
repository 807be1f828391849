"""The admin's form field of a setting's value."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assistant.db.forms import JSONFormField
from assistant.db.masks import NOTHING, mask, unmask
from assistant.settings.kinds import Kind, kind_of, read_boolean, read_number
from assistant.settings.widgets import Typed, ValueWidget

__all__ = ["ValueField"]


class ValueField(JSONFormField):
    """Any JSON, typed as what it is: a text without quotes, a number, yes or no."""

    widget = ValueWidget
    is_secret = False

    def keep_secret(self) -> None:
        """Show nothing of the stored value, and keep it where nothing is typed."""
        self.is_secret = True
        self.widget.is_secret = True
        self.help_text = _(
            "A secret: what is stored is not shown. Leave the field empty to keep it, type to "
            "replace it, or choose “Nothing” to clear it."
        )

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Return what to show again after an error."""
        return initial if self.disabled else data

    def prepare_value(self, value: Any) -> Any:
        """Return the kind of a value and the text to edit."""
        if isinstance(value, Typed):
            return value
        if value is None and self.stored is NOTHING:
            return Typed(Kind.TEXT, "")  # a new setting
        kind = kind_of(value)
        if self.is_secret or kind == Kind.NULL:
            return Typed(kind, "")
        if kind == Kind.TEXT:
            return Typed(kind, mask(value) if self.hides_secrets else value)
        return Typed(kind, super().prepare_value(value))

    def to_python(self, value: Any) -> Any:
        """Read the text as what its kind says."""
        if not isinstance(value, Typed):
            if value is None:
                raise self._required()
            return value
        kind, text = value
        if kind and kind not in Kind.values:
            raise ValidationError(_("Choose a kind of value from the list."), code="invalid_kind")
        if kind == Kind.NULL:
            return None
        if not text.strip():
            if self.is_secret and not text:
                if kind in ("", kind_of(self.stored)):
                    return self.stored
                raise self._required()  # another kind, or the stored one is another by now
            if kind != Kind.TEXT:
                raise self._required()
        if kind == Kind.TEXT:
            return self._read_text(text)
        if kind == Kind.NUMBER:
            return read_number(text)
        return read_boolean(text) if kind == Kind.BOOLEAN else super().to_python(text)

    def validate(self, value: Any) -> None:
        """Allow null, which is a value like others; a missing one is refused before."""

    def _required(self) -> ValidationError:
        return ValidationError(_("This field is required."), code="required")

    def _read_text(self, text: str) -> str:
        text = _with_line_feeds(text)
        if not self.hides_secrets:
            return text
        stored = self.stored
        if isinstance(stored, str) and text == _with_line_feeds(mask(stored)):
            return stored  # with the line ends that it has
        return str(unmask(text))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare values of any kind; 1 is neither 1.0 nor true."""
        if self.disabled:
            return False
        try:
            value = self.to_python(data)
        except ValidationError:
            return True
        return json.dumps(value, sort_keys=True) != json.dumps(initial, sort_keys=True)


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
