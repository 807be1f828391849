"""A page to try a search as a user: what each mode finds, and why."""

from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assistant.conversations.models import Message
from assistant.db.admin import TableAdmin
from assistant.db.admin.forms import grouped
from assistant.embeddings.admin.search_hits import untitled
from assistant.embeddings.admin.trial_forms import TrialForm
from assistant.embeddings.admin.trials import try_search
from assistant.embeddings.models import ConversationEmbedding, KnowledgeChunk, KnowledgeDocument
from assistant.embeddings.search import Hit

__all__ = ["TrialLinkMixin", "TrialMixin", "sources_to_try", "trial_url"]

NAME = "assistant_embeddings_try_search"
# What is read to be shown of each source: who may view these tables may search them all.
TABLES: dict[str, tuple[Any, ...]] = {
    "messages": (Message, ConversationEmbedding),
    "documents": (KnowledgeDocument, KnowledgeChunk),
}
TITLE_LENGTH = 80


def sources_to_try(site: AdminSite, request: HttpRequest) -> tuple[str, ...]:
    """Return what the reader may search: that whose tables the reader may view."""
    return tuple(
        source
        for source, models in TABLES.items()
        if all(
            site.is_registered(model)
            and site.get_model_admin(model).has_view_or_change_permission(request)
            for model in models
        )
    )


def trial_url(site: AdminSite, request: HttpRequest) -> str | None:
    """Return the page's address, for those who may open it."""
    if not sources_to_try(site, request):
        return None
    try:
        return reverse(f"admin:{NAME}", current_app=site.name)
    except NoReverseMatch:
        return None


class TrialLinkMixin(TableAdmin):
    """Lists that lead to the page."""

    def trial_url(self) -> str | None:
        """Return the page's address, for those who may open it."""
        return None if self.request is None else trial_url(self.admin_site, self.request)


class TrialMixin(TrialLinkMixin):
    """The page itself, which needs no address of a row."""

    trial_template = "admin/assistant_embeddings/trial/page.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the page."""
        view = require_safe(self.admin_site.admin_view(self.trial_view))
        return [path("try/", view, name=NAME), *super().get_urls()]

    def trial_view(self, request: HttpRequest) -> HttpResponse:
        """Show the form, and what the modes find where there is a question."""
        return self._for(request)._trial(request)

    def _trial(self, request: HttpRequest) -> HttpResponse:
        sources = sources_to_try(self.admin_site, request)
        if not sources:
            raise PermissionDenied
        asked = request.GET.copy() if "q" in request.GET else None
        if asked is not None and "sources" not in asked:
            asked.setlist("sources", list(sources))
        form = TrialForm(asked, admin_site=self.admin_site, request=request, sources=sources)
        columns: Any = None
        if form.is_valid():
            arguments = form.arguments()
            columns = try_search(
                form.cleaned_data["q"],
                describe=self._described,
                sources=form.cleaned_data.get("sources") or sources,
                **arguments,
            )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Try a search"),
            "form": form,
            "columns": columns,
            "limit": columns and arguments["limit"],
            "media": self.media + form.media,
        }
        return TemplateResponse(request, self.trial_template, context)

    def _described(self, hit: Hit) -> tuple[str, str]:
        """Return links to a hit's source and to its passage, as far as the reader may open them."""
        source: Any = hit.source
        place = {"start": grouped(hit.start), "end": grouped(hit.end)}
        where = _("characters %(start)s to %(end)s") % place
        if hit.chunk is None:
            where = _("not embedded yet; found as a whole")
        else:
            kind = KnowledgeChunk if hit.kind == "document" else ConversationEmbedding
            where = self.object_link(kind(pk=hit.chunk), where)
        name = _name(hit) if self._may_open(type(source)) else untitled(source)
        return self.object_link(source, name), where


def _name(hit: Hit) -> str:
    source: Any = hit.source
    if hit.kind == "message":
        said = date_format(timezone.localtime(source.timestamp), "SHORT_DATETIME_FORMAT")
        return format_html("{}, {}", source.get_role_display(), said)
    text = str(source)
    return text if len(text) <= TITLE_LENGTH else f"{text[:TITLE_LENGTH]}…"
