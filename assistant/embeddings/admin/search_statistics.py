"""What ranking by words knows of all passages, in the admin site."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.db.models.functions import Left
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from assistant.conf import conf
from assistant.db.admin import ReadOnlyAdmin
from assistant.embeddings.models import EmbeddingModel, SearchChange, SearchLexeme, SearchStatistics
from assistant.embeddings.models.statistics import SOURCES

# How many words of a change are shown.
WORDS = 200
# How much of a word a list shows.
LENGTH = 100


class OfModelsAdmin(ReadOnlyAdmin):
    """Rows about a model's passages; the model may be gone."""

    list_filter: ClassVar[Any] = ("embedding_model", "source")
    search_fields: ClassVar[Any] = ("id",)
    search_keys = ("embedding_model_id",)
    search_help_text = _("The key of an embedding model, or a row's number.")
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Fetch the model's name."""
        of_row = EmbeddingModel.objects.filter(pk=models.OuterRef("embedding_model_id")).order_by()
        rows: models.QuerySet[Any] = super().get_queryset(request)
        named: models.QuerySet[Any] = rows.annotate(
            model_name=models.Subquery(of_row.values("name"))
        )
        return named

    def search(self, request: HttpRequest, queryset: models.QuerySet[Any], text: str) -> list[Any]:
        """Look for a row's number."""
        return [int(text)] if text.isascii() and text.isdecimal() and len(text) < 19 else []

    @admin.display(description=_("embedding model"))
    def model_link(self, obj: Any) -> str:
        """Return a link to the model, or its key where it is gone."""
        if obj.model_name is None:
            return str(obj.embedding_model_id)
        return self.object_link(EmbeddingModel(pk=obj.embedding_model_id), obj.model_name)


@admin.register(SearchStatistics)
class SearchStatisticsAdmin(OfModelsAdmin):
    """A row for each model and kind of passage, so there are few."""

    fields = ("source", "model_link", "passages", "bytes", "mean_length", "updated_at")
    list_display = ("source", "model_link", "passages", "mean_length", "updated_at")
    ordering = ("embedding_model_id", "source")
    empty_hint = _("No passages are counted yet. manage.py embed makes passages.")

    @admin.display(description=_("mean length"))
    def mean_length(self, obj: Any) -> str:
        """Return how long a passage is, which is what rankings compare others with."""
        return _("%(count)s bytes") % {"count": round(obj.bytes / max(obj.passages, 1))}


@admin.register(SearchLexeme)
class SearchLexemeAdmin(OfModelsAdmin):
    """In how many passages words are, in the order of their index."""

    fields = ("lexeme", "passages", "source", "model_link")
    list_display = ("short_lexeme", "passages", "source", "model_link")
    search_fields = ("lexeme__startswith",)
    search_help_text = _(
        "The beginning of a word as it is stored, refund for refunds; or the key of a model."
    )
    ordering = ("embedding_model_id", "source", "lexeme")
    empty_hint = _("No words are counted yet. manage.py embed makes passages.")

    def list_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Fetch the beginning of the word."""
        listed: models.QuerySet[Any] = (
            super().list_queryset(queryset).annotate(start=Left("lexeme", LENGTH + 1))
        )
        return listed

    def search(self, request: HttpRequest, queryset: models.QuerySet[Any], text: str) -> list[Any]:
        """Look in the index for each model and kind of passage; a number may be a row's, too."""
        limit = conf.SEARCH_MAX_ROWS
        keys = list(EmbeddingModel.objects.order_by("pk").values_list("pk", flat=True)[:limit])
        rows = queryset.order_by().filter(
            embedding_model_id__in=keys,
            source__in=[source for source, _label in SOURCES],
            lexeme__startswith=text.lower(),
        )
        numbers = super().search(request, queryset, text)
        return [*numbers, *rows.values_list("pk", flat=True)[:limit]]

    @admin.display(description=_("lexeme"))
    def short_lexeme(self, obj: Any) -> str:
        """Return the word, or its beginning."""
        return Truncator(obj.start).chars(LENGTH)


@admin.register(SearchChange)
class SearchChangeAdmin(OfModelsAdmin):
    """What is not added up yet, the latest first; rows come and go."""

    fields = ("source", "model_link", "passages", "bytes", "word_count", "words")
    list_display = ("pk", "source", "model_link", "passages", "bytes", "word_count")
    list_filter = ()
    ordering = ("-pk",)
    empty_hint = _("Everything is added up.")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Leave out the lists of words, but for their length and the first."""
        rows: models.QuerySet[Any] = super().get_queryset(request).defer("lexemes", "counts")
        shown: models.QuerySet[Any] = rows.annotate(
            length=models.F("lexemes__len"),
            first_words=models.F(f"lexemes__0_{WORDS}"),
            first_counts=models.F(f"counts__0_{WORDS}"),
        )
        return shown

    def list_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Fetch no words for a list."""
        nothing = models.Value(None, output_field=models.TextField())
        listed: models.QuerySet[Any] = (
            super().list_queryset(queryset).annotate(first_words=nothing, first_counts=nothing)
        )
        return listed

    @admin.display(description=_("words"))
    def word_count(self, obj: Any) -> int:
        """Return how many words the change is about."""
        return obj.length or 0

    @admin.display(description=_("the first of them"))
    def words(self, obj: Any) -> str:
        """Return the first words with the changes of their counts."""
        pairs = zip(obj.first_words, obj.first_counts, strict=False)
        return ", ".join(f"{word} {count:+}" for word, count in pairs)
