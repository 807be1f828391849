"""The admin's form of documents and its field of tags."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistant.db.admin import TableForm
from assistant.db.admin.forms import LongTextarea, grouped
from assistant.embeddings.documents.tags import MAX_TAG_BYTES

__all__ = ["MAX_TAG_BYTES", "KnowledgeDocumentForm", "TagsField"]


class TagsTextarea(LongTextarea):
    """A text area of tags, one a line, which a script shows as chips."""

    # What the script says; it has no words of its own.
    words = {
        "data-add": gettext_lazy("Add a tag and press Enter"),
        "data-remove": gettext_lazy("Remove the tag"),
        "data-added": gettext_lazy("Added the tag"),
        "data-removed": gettext_lazy("Removed the tag"),
        "data-double": gettext_lazy("There already is the tag"),
        "data-as-text": gettext_lazy("Edit as text, one tag a line"),
        "data-as-chips": gettext_lazy("Edit as single tags"),
    }

    class Media:
        css = {"all": ["assistant_embeddings/tags.css"]}
        js = ["assistant_embeddings/tags.js"]

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        tagged = {"rows": 4, "data-assistant-tags": "", "spellcheck": "false"}
        super().__init__(attrs={**tagged, **self.words, **(attrs or {})})


class TagsField(forms.CharField):
    """A list of tags, one a line; a comma is part of a tag."""

    widget = TagsTextarea

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


class KnowledgeDocumentForm(TableForm):
    """A document's form."""

    def clean_tags(self) -> list[str]:
        """Refuse new tags that the index cannot hold; stored ones may be large and compressible."""
        tags: list[str] = self.cleaned_data["tags"]
        if "tags" not in self.changed_data:
            return tags
        for tag in set(tags).difference(self._stored_tags()):
            size = len(tag.encode(errors="surrogatepass"))
            if size > MAX_TAG_BYTES:
                raise ValidationError(
                    _("The tag “%(start)s…” has %(size)s bytes; a tag takes %(limit)s."),
                    code="tag_too_large",
                    params={
                        "start": tag[:20],
                        "size": grouped(size),
                        "limit": grouped(MAX_TAG_BYTES),
                    },
                )
        return tags

    def _stored_tags(self) -> list[str]:
        field: Any = self.fields["tags"]
        tags: list[str] = field.to_python(field.prepare_value(self.initial.get("tags")))
        return tags
