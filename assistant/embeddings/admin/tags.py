"""Tags in lists: as chips, each a link to the rows that have it."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from assistant.db.admin.filters import ExactFilter
from assistant.db.admin.forms import grouped

__all__ = ["TagFilter", "first_tags", "tag_chips"]

# How many tags a list shows, and how much of each.
MAX_TAGS = 8
TAG_LENGTH = 40
# How much of each it fetches: whole tags, which it links to, but for those that fit no address.
MAX_LINKED = 500


class Chips(models.Func):
    """The beginnings of an array's first texts, whatever its dimensions; NULLs are left out."""

    template = (
        "ARRAY(SELECT left(tag, %(length)s) FROM unnest(%(expressions)s) WITH ORDINALITY"
        " AS tags (tag, number) WHERE tag IS NOT NULL ORDER BY number LIMIT %(limit)s)"
    )
    output_field = ArrayField(models.TextField())


class Cardinality(models.Func):
    """How many items an array has."""

    function = "cardinality"
    output_field = models.IntegerField()


def first_tags(column: str) -> dict[str, models.Func]:
    """Return the annotations that :func:`tag_chips` needs."""
    return {
        "tags_start": Chips(column, length=MAX_LINKED + 1, limit=MAX_TAGS),
        "tags_count": Cardinality(column),
    }


class TagFilter(ExactFilter):
    """The one tag that a link from a list filters by, through the index on the tags."""

    def has_output(self) -> bool:
        """Show the filter only while it is used; all tags there are would be a scan."""
        return self.value is not None

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        """Keep what has the tag."""
        if self.value is None:
            return queryset
        return queryset.filter(**{f"{self.field_path}__contains": [self.value]})

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield "All" and the tag."""
        yield self._all(changelist)
        if self.value is not None:
            yield self._choice(changelist, self.value, Truncator(self.value).chars(TAG_LENGTH))


def tag_chips(site: Any, opts: Any, tags: Iterable[str], count: int) -> str:
    """Return tags as chips that link to the list filtered by the tag."""
    shown = list(tags)
    name = f"admin:{opts.app_label}_{opts.model_name}_changelist"
    address = reverse(name, current_app=site.name)
    chips = format_html_join(" ", "{}", ((_chip(address, tag),) for tag in shown))
    if count > len(shown):
        more = _("and %(count)s more") % {"count": grouped(count - len(shown))}
        chips = format_html("{} <span>{}</span>", chips, more)
    return format_html('<span class="assistant-tags-list">{}</span>', chips) if chips else ""


def _chip(address: str, tag: str) -> str:
    text = Truncator(tag).chars(TAG_LENGTH)
    if len(tag) > MAX_LINKED:
        return format_html('<span class="assistant-tag">{}</span>', text)
    query = urlencode({"tags__exact": tag})
    return format_html('<a class="assistant-tag" href="{}?{}">{}</a>', address, query, text)
