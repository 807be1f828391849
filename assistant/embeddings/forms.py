"""The admin's form field of tags."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget

__all__ = ["TagsField"]


class TagsField(forms.CharField):
    """A list of tags, one a line; a comma is part of a tag."""

    widget = AdminTextareaWidget(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        """Write one tag a line."""
        if isinstance(value, list):
            return "\n".join("" if tag is None else str(tag) for tag in value)
        return value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """Return the tags in order, each once, without spaces around them."""
        lines = (line.strip() for line in str(value or "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is shown, so that unusual tags stay as they are until somebody edits."""
        shown = self.prepare_value(initial)
        return bool(self.to_python(shown) != self.to_python(data))
