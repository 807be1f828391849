"""Form fields and widgets of the admin pages."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AutocompleteSelect
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from assistant.conf import conf

if TYPE_CHECKING:
    BaseModelForm = forms.ModelForm[Any]
else:
    BaseModelForm = forms.ModelForm

__all__ = [
    "JSONTextarea",
    "KeyAutocompleteSelect",
    "LongTextFormField",
    "LongTextarea",
    "TableForm",
    "grouped",
]


def grouped(number: int) -> str:
    """Write a number with the language's thousands separators."""
    return number_format(number, force_grouping=True)


class LongTextarea(AdminTextareaWidget):
    """A text area whose form is sent as it is: the other encoding triples what is not ASCII."""

    needs_multipart_form = True


class JSONTextarea(LongTextarea):
    """A text area for JSON."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"spellcheck": "false", **(attrs or {})})


class LongTextFormField(forms.CharField):
    """A text of any number of lines, up to ``conf.MAX_FORM_BYTES``.

    Browsers send line ends as CR LF; the text keeps LF, and one that differs from the stored text
    in line ends only has not changed.
    """

    def to_python(self, value: Any) -> Any:
        """Normalise line ends and refuse what is too large."""
        text = super().to_python(value)
        if not isinstance(text, str):
            return text
        text = _with_line_feeds(text)
        size = len(text.encode(errors="surrogatepass"))
        if size > conf.MAX_FORM_BYTES:
            raise ValidationError(
                _(
                    "This text has %(size)s bytes; a form takes %(limit)s. Store larger texts "
                    "through SQL or Django's ORM."
                ),
                code="too_large",
                params={"size": grouped(size), "limit": grouped(conf.MAX_FORM_BYTES)},
            )
        return text

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what a browser would send back untouched."""
        return super().has_changed(self._as_sent(initial), self._as_sent(data))

    def _as_sent(self, text: Any) -> Any:
        if not isinstance(text, str):
            return text
        text = _with_line_feeds(text)
        return text.strip() if self.strip else text


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


class KeyAutocompleteSelect(AutocompleteSelect):
    """Django's autocomplete, but a key that is none selects nothing instead of failing."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        """Leave out what cannot be a key."""
        target = self.field.target_field

        def is_key(text: str) -> bool:
            try:
                target.to_python(text)
            except ValidationError:
                return False
            return "\0" not in str(text)

        return super().optgroups(name, [text for text in value if is_key(text)], attr)


class TableForm(forms.ModelForm):
    """The form of a change page."""
