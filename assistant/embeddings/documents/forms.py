"""The form that takes files."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import ForeignKeyRawIdWidget
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from assistant.conf import conf
from assistant.db.admin.forms import KeyAutocompleteSelect
from assistant.embeddings.documents.tags import parse_tags
from assistant.embeddings.forms import TagsField
from assistant.embeddings.models import KnowledgeDocument

__all__ = ["UploadForm"]


class FilesInput(forms.ClearableFileInput):
    """Django's, for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, of which one may be empty: that is the reader's to tell."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Return the files."""
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files or [None]]


class OwnerField(forms.ModelChoiceField):
    """A user, by key."""

    def to_python(self, value: Any) -> Any:
        """Refuse what no key can be."""
        if "\0" in str(value):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


class UploadForm(forms.Form):
    """Files, whose they are, and their tags."""

    uploads = FilesField(label=_("Files"), allow_empty_file=True, max_length=500)
    owner = OwnerField(
        queryset=None,
        label=_("Owner"),
        required=False,
        help_text=_("Who alone finds them; without an owner everybody does."),
    )
    tags = TagsField(label=_("Tags"), required=False, help_text=_("One a line."))

    def __init__(self, *args: Any, admin_site: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["uploads"].help_text = _(
            "Text, Markdown, HTML, source code, PDF or Office, up to %(size)s each. A file takes "
            "the place of the owner's document of the same name."
        ) % {"size": filesizeformat(conf.INGEST_MAX_BYTES)}
        users = get_user_model()
        owner: Any = self.fields["owner"]
        owner.queryset = users._default_manager.all()
        column: Any = KnowledgeDocument._meta.get_field("owner")
        searchable = admin_site.is_registered(users) and bool(
            admin_site.get_model_admin(users).search_fields
        )
        owner.widget = (
            KeyAutocompleteSelect(column, admin_site, choices=owner.choices)
            if searchable
            else ForeignKeyRawIdWidget(column.remote_field, admin_site)
        )
        owner.widget.is_required = False

    def clean_tags(self) -> list[str]:
        """Refuse tags that the index cannot hold."""
        return parse_tags(self.cleaned_data["tags"])
