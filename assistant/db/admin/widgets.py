"""Widgets that help with what people type."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.admin.widgets import AdminTextInputWidget
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

__all__ = ["SuggestionsInput"]


class SuggestionsInput(AdminTextInputWidget):
    """A text input that suggests values, asked for when it is shown; any other text will do."""

    def __init__(
        self, suggestions: Callable[[], Iterable[str]], attrs: dict[str, Any] | None = None
    ) -> None:
        super().__init__(attrs)
        self.suggestions = suggestions

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the input and the list of its suggestions."""
        key = f"{(attrs or {}).get('id') or f'id_{name}'}_suggestions"
        shown = super().render(name, value, {**(attrs or {}), "list": key}, renderer)
        options = format_html_join(
            "", '<option value="{}"></option>', ((text,) for text in self.suggestions() if text)
        )
        return format_html('{}<datalist id="{}">{}</datalist>', shown, key, options)
