"""The form of a search that is tried."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.contrib.admin.widgets import ForeignKeyRawIdWidget
from django.contrib.auth import get_user_model
from django.core.validators import MinValueValidator
from django.http import HttpRequest
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from assistant.db.admin.forms import KeyAutocompleteSelect
from assistant.db.admin.users import users_are_searchable
from assistant.embeddings.documents.forms import OwnerField
from assistant.embeddings.documents.tags import parse_tags
from assistant.embeddings.forms import TagsField
from assistant.embeddings.models import EmbeddingModel, KnowledgeDocument
from assistant.embeddings.rerankers import configured_reranker

__all__ = ["TrialForm"]

LIMIT = 10
MAX_LIMIT = 50
MAX_LENGTH = 2_000
SOURCES = (("messages", _("messages")), ("documents", _("documents")))


class ModelField(forms.ModelChoiceField):
    """An embedding model that is in use."""

    def label_from_instance(self, obj: Any) -> str:
        """Name it and its dimension: two may have one name."""
        return f"{obj.name} ({obj.dimension})"


class TrialForm(forms.Form):
    """A question, for whom, and where it is looked for."""

    q = forms.CharField(
        label=_("Question"),
        max_length=MAX_LENGTH,
        widget=forms.TextInput(attrs={"type": "search", "class": "vLargeTextField"}),
        help_text=_('As people ask it; "quoted phrases" and -exclusions are understood.'),
    )
    user = OwnerField(
        queryset=None,
        label=_("As the user"),
        required=False,
        help_text=_("Finds what this user finds; without one everybody's is searched."),
    )
    sources = forms.MultipleChoiceField(
        label=_("Search in"), required=False, widget=forms.CheckboxSelectMultiple
    )
    tags = TagsField(
        label=_("Tags"), required=False, help_text=_("Documents that have all of these.")
    )
    since = forms.DateField(
        label=_("Since"),
        required=False,
        validators=[MinValueValidator(date(1900, 1, 1))],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Said or changed on that day or later."),
    )
    limit = forms.IntegerField(
        label=_("Hits"), required=False, min_value=1, max_value=MAX_LIMIT, initial=LIMIT
    )
    embedding_model = ModelField(
        queryset=None, label=_("Embedding model"), required=False, empty_label=_("the default")
    )
    rerank = forms.ChoiceField(
        label=_("Re-ranker"),
        required=False,
        choices=(("", _("as it is set")), ("no", _("without"))),
    )

    def __init__(
        self, *args: Any, admin_site: Any, request: HttpRequest, sources: Sequence[str], **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        chosen: Any = self.fields["sources"]
        chosen.choices = [(key, text) for key, text in SOURCES if key in sources]
        chosen.initial = list(sources)
        models: Any = self.fields["embedding_model"]
        models.queryset = EmbeddingModel.objects.live().only("name", "dimension").order_by("name")
        if len(sources) == 1:
            del self.fields["sources"]
        if "documents" not in sources:
            del self.fields["tags"]
        if configured_reranker() is None:
            del self.fields["rerank"]
        self._choose_user(admin_site, request)

    def _choose_user(self, admin_site: Any, request: HttpRequest) -> None:
        users = get_user_model()
        user: Any = self.fields["user"]
        user.queryset = users._default_manager.all()
        column: Any = KnowledgeDocument._meta.get_field("owner")
        may_list = admin_site.is_registered(users) and admin_site.get_model_admin(
            users
        ).has_view_permission(request)
        if may_list and users_are_searchable(admin_site):
            user.widget = KeyAutocompleteSelect(column, admin_site, choices=user.choices)
        elif may_list:
            user.widget = ForeignKeyRawIdWidget(column.remote_field, admin_site)
        else:  # who may not see users may know a key, and learns no name by it
            user.widget = forms.TextInput()
        user.widget.is_required = False

    def clean_tags(self) -> list[str]:
        """Refuse tags that the index cannot hold."""
        return parse_tags(self.cleaned_data["tags"])

    def clean_since(self) -> datetime | None:
        """Return the beginning of the day."""
        day = self.cleaned_data["since"]
        return make_aware(datetime.combine(day, time.min)) if day else None

    def arguments(self) -> dict[str, Any]:
        """Return what a search is called with, its mode apart."""
        found = self.cleaned_data
        arguments = {
            "user": found["user"],
            "tags": found.get("tags") or None,
            "since": found["since"],
            "limit": found["limit"] or LIMIT,
            "embedding_model": found["embedding_model"],
            "rerank": False if found.get("rerank") == "no" else None,
        }
        return arguments
