"""The page of a conversation: its messages in order, a page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models.functions import Left, Length
from django.http import QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assistant.conf import conf
from assistant.conversations.admin.paging import PAGE_VAR, PageLinks, whole_number
from assistant.conversations.markdown import render
from assistant.conversations.models import Conversation, Message
from assistant.db.admin.durations import duration
from assistant.db.admin.forms import grouped
from assistant.db.admin.large import OctetLength
from assistant.db.admin.links import LinksMixin

__all__ = ["Thread", "ThreadMessage", "place_link"]

# Like PAGE_VAR, a name of the query string that Django's change page does not look at.
MESSAGE_VAR = "message"

# What a page shows of its messages altogether, in characters: Markdown takes time. Where they are
# longer the longest are cut first, to the same length, but not below what is shown unfolded.
PAGE_LENGTH = 100_000
# As high as THREAD_FOLD_LENGTH characters of prose, where the lines are short.
FOLD_LINES = 40
# How many models are named.
MAX_MODELS = 5

# The time, but not the indexed column: to find the few messages of one conversation PostgreSQL
# would walk the index of all messages' times, where it takes them to be spread evenly.
MOMENT = models.ExpressionWrapper(
    models.F("timestamp") + timedelta(0), output_field=models.DateTimeField()
)


@dataclass(frozen=True)
class ThreadMessage:
    """A message as the page shows it."""

    message: Message
    html: SafeString
    is_long: bool
    # What is not shown of it, in words.
    rest: str
    url: str

    @property
    def tokens(self) -> str:
        """Say how many tokens it has, where that is known."""
        count = self.message.token_count
        if count is None:
            return ""
        return ngettext("%(count)s token", "%(count)s tokens", count) % {"count": grouped(count)}

    @property
    def seconds(self) -> str:
        """Say how long its generation took, where that is known."""
        return duration(self.message.generation_time) or ""


class Thread:
    """A page of a conversation's messages, and what all of them have in common."""

    def __init__(self, *, conversation: Conversation, query: QueryDict, site: AdminSite) -> None:
        self.conversation = conversation
        self.query = query
        self.site = site
        self.rows = Message.objects.filter(conversation=conversation)

    @cached_property
    def total(self) -> int:
        """Return how many messages there are: triggers keep count."""
        if hasattr(self.conversation, "stats"):
            return self.conversation.stats.total_messages
        return self.rows.count()

    @cached_property
    def page(self) -> Page:
        """Return the page that the query string asks for, or the nearest."""
        paginator = Paginator(range(self.total), conf.THREAD_PAGE_SIZE)
        place = self._place_of(self.query.get(MESSAGE_VAR, ""))
        if place is not None:
            number = place // paginator.per_page + 1
        else:
            number = whole_number(self.query.get(PAGE_VAR, ""))
        return paginator.page(min(max(number, 1), paginator.num_pages))

    def _place_of(self, text: str) -> int | None:
        # How many messages come before this one.
        try:
            message = self.rows.only("timestamp").filter(pk=UUID(text)).first()
        except ValueError:
            return None
        return None if message is None else self.rows.before(message).count()

    @cached_property
    def messages(self) -> list[ThreadMessage]:
        """Return the messages of the page."""
        # Their keys first, so that sorting moves no content.
        start = (self.page.number - 1) * self.page.paginator.per_page
        end = start + self.page.paginator.per_page
        keys = self.rows.order_by(MOMENT, "id").values_list("pk", flat=True)[start:end]
        found = list(self._with_beginnings(list(keys)))
        limit = fair_length([len(row.start) for row in found])
        return [self._shown(row, min(limit, conf.THREAD_MAX_LENGTH)) for row in found]

    def _with_beginnings(self, keys: list[UUID]) -> models.QuerySet[Any]:
        # Counting the characters of megabytes takes long; their bytes are known.
        size = OctetLength("content")
        length = models.Case(
            models.When(models.Q(size__lte=conf.MAX_FORM_BYTES), Length("content"))
        )
        rows: models.QuerySet[Any] = (
            Message.objects.filter(pk__in=keys)
            .in_order()
            .defer("content", "generation_config")
            .annotate(size=size, length=length, start=Left("content", conf.THREAD_MAX_LENGTH + 1))
        )
        return rows

    def _shown(self, row: Any, limit: int) -> ThreadMessage:
        text = row.start[:limit]
        rest = ""
        if row.length is None:
            rest = _("The beginning of %(size)s bytes") % {"size": grouped(row.size)}
        elif row.length > limit:
            rest = _("%(count)s more characters") % {"count": grouped(row.length - limit)}
        is_long = len(text) > conf.THREAD_FOLD_LENGTH or text.count("\n") > FOLD_LINES
        return ThreadMessage(row, render(text), is_long, rest, self._url(row))

    def _url(self, message: Message) -> str:
        name = "admin:assistant_conversations_message_change"
        try:
            return reverse(name, args=[quote(str(message.pk))], current_app=self.site.name)
        except NoReverseMatch:
            return ""

    @property
    def add_url(self) -> str:
        """Return the address of the form for a new message of this conversation."""
        try:
            url = reverse("admin:assistant_conversations_message_add", current_app=self.site.name)
        except NoReverseMatch:
            return ""
        return f"{url}?conversation={self.conversation.pk}"

    @cached_property
    def first_and_last(self) -> dict[str, Any]:
        """Return the times of the first and the last message, ``first`` and ``last``."""
        return self.rows.aggregate(first=models.Min(MOMENT), last=models.Max(MOMENT))

    @cached_property
    def model_counts(self) -> list[tuple[str, int]]:
        """Return the models with most answers and how many; none where counting takes long."""
        if self.total > conf.LIST_MAX_ROWS:
            return []
        named = self.rows.filter(model_name__gt="")
        counted = named.values_list("model_name").annotate(count=models.Count("pk"))
        return list(counted.order_by("-count", "model_name")[:MAX_MODELS])

    @property
    def extent(self) -> str:
        """Say which messages the page shows, out of how many."""
        numbers = (self.page.start_index(), self.page.end_index(), self.total)
        names = ("first", "last", "total")
        texts = dict(zip(names, map(grouped, numbers), strict=True))
        return _("%(first)s to %(last)s of %(total)s messages") % texts

    @property
    def links(self) -> PageLinks:
        """Return the addresses of the other pages."""
        return PageLinks(self.page, self.query, drop=MESSAGE_VAR, fragment="thread")


def fair_length(lengths: Iterable[int]) -> int:
    """Return the length to cut texts to so that together they fit :data:`PAGE_LENGTH`."""
    left = PAGE_LENGTH
    ordered = sorted(lengths)
    for index, length in enumerate(ordered):
        share = left // (len(ordered) - index)
        if length > share:
            return max(share, conf.THREAD_FOLD_LENGTH)
        left -= length
    return PAGE_LENGTH


def place_link(model_admin: LinksMixin, message: Message, text: str) -> str:
    """Return a link to a message's place in its conversation."""
    conversation = Conversation(pk=message.conversation_id)
    query = f"?{MESSAGE_VAR}={message.pk}#message-{message.pk}"
    return model_admin.object_link(conversation, text, query=query)
