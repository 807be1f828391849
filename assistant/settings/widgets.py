"""The admin's input of a setting's value: a choice of its kind, and what that kind needs."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assistant.db.admin.forms import JSONTextarea, LongTextarea
from assistant.settings.kinds import Kind

__all__ = ["Typed", "ValueWidget"]


class Typed(NamedTuple):
    """A text and the kind it is to be read as; no kind stands for any JSON."""

    kind: str
    text: str


def text_area(text: str) -> forms.Widget:
    """Return the input of texts; one line would lose the others."""
    return LongTextarea(attrs={"rows": min(text.count("\n") + 3, 20)})


def number_input(text: str) -> forms.Widget:
    """Return the input of numbers; browsers empty it of those that no double holds."""
    try:
        is_in_range = math.isfinite(float(text or 0))
    except ValueError:
        is_in_range = False
    if is_in_range:
        return forms.NumberInput(attrs={"step": "any", "class": "vTextField"})
    return AdminTextInputWidget(attrs={"inputmode": "decimal"})


def yes_or_no(text: str) -> forms.Widget:
    """Return the input of true and false, neither being chosen before somebody does."""
    choices = [("true", _("Yes")), ("false", _("No"))]
    chosen = text in ("true", "false")
    return forms.Select(choices=choices if chosen else [("", "---------"), *choices])


def nothing(text: str) -> forms.Widget:
    """Return an input that takes nothing."""
    return AdminTextInputWidget(attrs={"disabled": True, "placeholder": _("Nothing (null)")})


INPUTS: dict[str, Callable[[str], forms.Widget]] = {
    Kind.TEXT: text_area,
    Kind.NUMBER: number_input,
    Kind.BOOLEAN: yes_or_no,
    Kind.JSON: lambda text: JSONTextarea(),
    Kind.NULL: nothing,
}


class ValueWidget(forms.MultiWidget):
    """A select of the kind beside the input of that kind.

    Without JavaScript the input stays what it is when another kind is chosen; the text in it is
    then read as the chosen kind.
    """

    use_fieldset = False
    needs_multipart_form = True
    is_secret = False

    class Media:
        css = {"all": ["assistant_settings/value.css"]}
        js = ["assistant_settings/value.js"]

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        select = forms.Select(
            choices=Kind.choices,
            attrs={
                "aria-label": _("Kind of value"),
                "class": "assistant-value-kind",
                "data-yes": _("Yes"),
                "data-no": _("No"),
                "data-nothing": _("Nothing (null)"),
            },
        )
        super().__init__({"type": select, "": JSONTextarea()}, attrs)

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """Let the label be the input's."""
        return f"{id_}_1" if id_ else id_

    def decompress(self, value: Any) -> Any:
        """Return kind and text."""
        return value if isinstance(value, Typed) else Typed(Kind.JSON, "")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Use the input that the kind needs."""
        kind, text = self.decompress(value)
        if kind not in INPUTS:
            kind = Kind.JSON
        chosen = INPUTS[kind](text)
        if self.is_secret:
            chosen.attrs |= {"autocomplete": "off", "placeholder": _("(not shown)")}
        self.widgets = [self.widgets[0], chosen]
        return super().get_context(name, Typed(kind, text), attrs)

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        """Keep the two together, whatever the form's layout."""
        inputs = super().render(name, value, attrs, renderer)
        return format_html('<div class="assistant-value">{}</div>', inputs)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return kind and text, or None where neither was sent."""
        text = data.get(name)
        kind = data.get(f"{name}_type")
        return None if text is None and kind is None else Typed(kind or "", text or "")

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Tell whether neither was sent; an input of nothing sends nothing."""
        return name not in data and f"{name}_type" not in data
