"""Embedding models in the admin site."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistant.db.admin import TableAdmin
from assistant.db.admin.defaults import DefaultMixin
from assistant.db.admin.forms import JSONTextarea
from assistant.db.admin.widgets import SuggestionsInput
from assistant.embeddings.admin.backend_states import BACKENDS, backend_state
from assistant.embeddings.admin.facts import facts, index_name, index_text, short_count
from assistant.embeddings.admin.model_forms import EmbeddingModelForm
from assistant.embeddings.admin.model_states import (
    BoundedCount,
    ModelState,
    failed_of,
    has_vectors,
    live_text,
)
from assistant.embeddings.admin.queue_filters import MODEL_VAR, STATE_VAR
from assistant.embeddings.admin.trial_pages import TrialLinkMixin
from assistant.embeddings.model_changes.activation import refuse_worse
from assistant.embeddings.model_changes.errors import IncompleteModelError
from assistant.embeddings.models import EmbeddingModel, EmbeddingQueueItem
from assistant.embeddings.services import set_default_embedding_model

# How far a list counts each model's rows of the queue.
MAX_COUNTED = 500

# What is told of a stored model and changes by itself.
STATE = ("live_state", "backend_state", "coverage", "queue", "vector_indexes", "backfilled_at")


@admin.register(EmbeddingModel)
class EmbeddingModelAdmin(TrialLinkMixin, DefaultMixin, TableAdmin):
    """Models that turn text into vectors."""

    form = EmbeddingModelForm

    fieldsets = (
        (gettext_lazy("State"), {"fields": STATE}),
        (
            None,
            {
                "fields": (
                    "name",
                    "backend",
                    "model_path",
                    "provider",
                    "dimension",
                    "distance",
                    "description",
                )
            },
        ),
        (gettext_lazy("Use"), {"fields": ("is_active", "status", "is_default", "created_at")}),
    )
    readonly_fields = (*STATE, "created_at")
    list_display = (
        "name",
        "default_mark",
        "live_state",
        "backend",
        "dimension",
        "queue_size",
        "created_at",
    )
    list_filter = ("is_active", "status", "is_default")
    search_fields = ("name",)
    search_help_text = gettext_lazy("A key or the beginning of a name.")
    ordering = ("name",)

    class Media:
        css = {"all": ["assistant_embeddings/defaults.css", "assistant_embeddings/states.css"]}

    def set_default(self, obj: EmbeddingModel) -> list[EmbeddingModel]:
        """Switch in the database, unless searches would miss what they find now."""
        try:
            refuse_worse(obj, using=obj._state.db or "default")
        except IncompleteModelError as error:
            raise ValidationError(str(error), code="incomplete") from error
        return set_default_embedding_model(embedding_model=obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the dimension and the distance once vectors have them."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "dimension", "distance"] if obj and has_vectors(obj) else fields

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Tell the form who fills it in."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.may_name_code = getattr(request.user, "is_superuser", False)
        return form

    def formfield_for_dbfield(
        self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Suggest the backends that come along; options are few lines."""
        if db_field.name == "provider":
            kwargs["widget"] = JSONTextarea(attrs={"rows": 4})
        if db_field.name == "backend":
            kwargs["widget"] = SuggestionsInput(lambda: BACKENDS)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def list_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Count the queue, as far as it is shown."""
        own = models.OuterRef("pk")
        waiting = EmbeddingQueueItem.objects.waiting().filter(embedding_model=own)
        failed = failed_of(own, MAX_COUNTED + 1)
        limit = MAX_COUNTED + 1
        rows: models.QuerySet[Any] = super().list_queryset(queryset)
        counted: models.QuerySet[Any] = rows.annotate(
            waiting_count=BoundedCount(waiting.values("pk")[:limit]),
            failed_count=BoundedCount(failed.values("pk")[:limit]),
        )
        return counted

    @admin.display(description=gettext_lazy("state"))
    def live_state(self, obj: EmbeddingModel) -> str:
        """Say whether it is kept in step with the texts."""
        return live_text(obj)

    @admin.display(description=gettext_lazy("queue"))
    def queue_size(self, obj: Any) -> str:
        """Return how many texts wait and have failed, as links."""
        links = [self._queue_link(obj, "waiting", short_count(obj.waiting_count, MAX_COUNTED))]
        if obj.failed_count:
            text = _("%(count)s failed") % {"count": short_count(obj.failed_count, MAX_COUNTED)}
            links.append(self._queue_link(obj, "failed", text))
        return format_html_join(" · ", "{}", ((link,) for link in links))

    @admin.display(description=gettext_lazy("backend"))
    def backend_state(self, obj: EmbeddingModel) -> str:
        """Say whether it can be loaded where this page is made."""
        state = backend_state(obj)
        return format_html("{} {}", "✔" if state.is_ready else "✘", state.text)

    @admin.display(description=gettext_lazy("coverage"))
    def coverage(self, obj: EmbeddingModel) -> str:
        """Return how many texts have vectors."""
        kinds = self._state(obj).coverage
        return facts((str(kind.kind._meta.verbose_name_plural), str(kind)) for kind in kinds)

    @admin.display(description=gettext_lazy("queue"))
    def queue(self, obj: EmbeddingModel) -> str:
        """Return how many texts wait, are due and have failed, as links to the queue."""
        state = self._state(obj)
        texts = {"count": state.waiting, "due": state.due}
        waiting = _("%(count)s waiting (%(due)s due)") % texts
        failed = _("%(count)s failed") % {"count": state.failed}
        return format_html(
            "{} · {}",
            self._queue_link(obj, "waiting", waiting),
            self._queue_link(obj, "failed", failed),
        )

    @admin.display(description=gettext_lazy("vector indexes"))
    def vector_indexes(self, obj: EmbeddingModel) -> str:
        """Return the state of the index of each table."""
        return facts((index_name(state), index_text(state)) for state in self._state(obj).indexes)

    def _state(self, obj: Any) -> ModelState:
        if not hasattr(obj, "_admin_state"):
            obj._admin_state = ModelState(obj)
        found: ModelState = obj._admin_state
        return found

    def _queue_link(self, obj: EmbeddingModel, state: str, text: str) -> str:
        filters = {MODEL_VAR: obj.pk, STATE_VAR: state}
        return self.list_link(EmbeddingQueueItem, text, **filters)
