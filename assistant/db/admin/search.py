"""Searches whose cost does not grow with the table."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from assistant.conf import conf
from assistant.db.search import HIGHLIGHT_END, HIGHLIGHT_START

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin as ModelAdminClass

    ModelAdmin = ModelAdminClass[Any]
else:
    from django.contrib.admin import ModelAdmin

__all__ = ["SearchMixin", "WordSearchMixin", "highlighted"]


# How many characters of a search are looked for as words; PostgreSQL's stack takes a few thousand
# words.
MAX_SEARCH = 2_000


class SearchMixin(ModelAdmin):
    """Searches by key, or by the beginning of a text in any case.

    Each search field has an index of its own for that, which an OR over several tables would not
    use: so the keys are looked up first, at most ``ASSISTANT["SEARCH_MAX_ROWS"]`` a field.
    """

    # Columns of type uuid that a search for a whole uuid looks in.
    search_keys: tuple[str, ...] = ("id",)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Look for a uuid in the key columns, for anything else by :meth:`search`."""
        text = search_term.replace("\0", " ").strip()
        if not text:
            return queryset, False
        key = _uuid(text) if self.search_keys else None
        if key is None:
            keys = self.search(request, queryset, text)
            return queryset.filter(pk__in=keys[: conf.SEARCH_MAX_ROWS]), False
        conditions: list[Any] = [(name, key) for name in self.search_keys]
        return queryset.filter(models.Q.create(conditions, connector=models.Q.OR)), False

    def search(self, request: HttpRequest, queryset: models.QuerySet[Any], text: str) -> list[Any]:
        """Return the keys of rows one of whose search fields begins with the text."""
        return keys_beginning_with(queryset, text, self.get_search_fields(request))

    def with_excerpts(self, queryset: models.QuerySet[Any], text: str) -> models.QuerySet[Any]:
        """Annotate what a list shows of the rows that were found."""
        return queryset


class WordSearchMixin(SearchMixin):
    """Searches a long text by words, through its full-text index."""

    # The text, and the indexed time by which the newest matches are kept, if there is one.
    text_field = "content"
    newest_by: str | None = None

    def search(self, request: HttpRequest, queryset: models.QuerySet[Any], text: str) -> list[Any]:
        """Return the keys of the newest rows with these words, and of those that begin so."""
        own: Any = queryset
        keys = own.newest_matching(text[:MAX_SEARCH], by=self.newest_by, limit=conf.SEARCH_MAX_ROWS)
        others = [name for name in self.get_search_fields(request) if name != self.text_field]
        return list(dict.fromkeys([*keys_beginning_with(queryset, text, others), *keys]))

    def with_excerpts(self, queryset: models.QuerySet[Any], text: str) -> models.QuerySet[Any]:
        """Annotate the passages in which the words were found."""
        own: Any = queryset
        rows: models.QuerySet[Any] = own.with_excerpts(
            text[:MAX_SEARCH], field=self.text_field, length=conf.SEARCH_EXCERPT_LENGTH
        )
        return rows


def keys_beginning_with(queryset: models.QuerySet[Any], text: str, fields: Any) -> list[Any]:
    """Return the keys of rows one of whose fields begins with the text, one query for all.

    A lookup such as ``username__startswith`` is taken as it is.
    """
    limit = conf.SEARCH_MAX_ROWS
    rows = queryset.order_by()
    parts = [
        rows.filter(**{_prefix_lookup(field): text}).values_list("pk", flat=True)[:limit]
        for field in fields
    ]
    if not parts:
        return []
    first, *others = parts
    return list(first.union(*others) if others else first)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _prefix_lookup(field: str) -> str:
    return field if field.endswith("__startswith") else f"{field}__istartswith"


def highlighted(excerpt: str) -> SafeString:
    """Return an excerpt as HTML, the words that were found marked."""
    first, *others = excerpt.split(HIGHLIGHT_START)
    parts = (part.partition(HIGHLIGHT_END) for part in others)
    return format_html(
        "{}{}",
        first.replace(HIGHLIGHT_END, ""),
        format_html_join(
            "",
            "<mark>{}</mark>{}",
            ((word, rest.replace(HIGHLIGHT_END, "")) for word, _, rest in parts),
        ),
    )
