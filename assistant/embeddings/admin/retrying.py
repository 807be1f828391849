"""What has failed for good, tried again on request."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_permission_codename
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assistant.conf import conf
from assistant.db.admin import TableAdmin
from assistant.db.admin.forms import grouped
from assistant.embeddings.models import EmbeddingQueueItem
from assistant.embeddings.queue.services import retry_failed

__all__ = ["BUTTON", "RetryMixin", "RetryPageMixin"]

# The button on a row's page.
BUTTON = "_retry"


class RetryMixin(TableAdmin):
    """An action that lets workers try again what has failed, for those who may change the rows."""

    actions = ("retry",)
    # The column of the queue that names the rows of this table.
    queue_key = "pk"

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Ask for the permission to change, also where a form changes nothing."""
        codename = get_permission_codename("change", self.opts)
        return bool(request.user.has_perm(f"{self.opts.app_label}.{codename}"))

    @admin.action(description=gettext_lazy("Try again"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """Try the chosen rows again: as many as a list pages through."""
        self.try_again(request, list(queryset.values_list("pk", flat=True)[: conf.LIST_MAX_ROWS]))

    def try_again(self, request: HttpRequest, keys: Sequence[Any]) -> None:
        """Try rows again, log it and say so."""
        queue = EmbeddingQueueItem.objects.failed().filter(**{f"{self.queue_key}__in": keys})
        failed = dict(queue.values_list("pk", self.queue_key))
        count = retry_failed(items=EmbeddingQueueItem.objects.filter(pk__in=failed))
        if not count:
            text = _("Nothing of what was chosen has failed: nothing is to be tried again.")
            self.message_user(request, text, messages.WARNING)
            return
        rows = self.model._base_manager.filter(pk__in=set(failed.values())).order_by("pk")
        self.log_retries(request, self.list_queryset(rows))
        text = ngettext(
            "%(count)s text waits to be tried again.",
            "%(count)s texts wait to be tried again.",
            count,
        )
        self.message_user(request, text % {"count": grouped(count)}, messages.SUCCESS)

    def log_retries(self, request: HttpRequest, rows: models.QuerySet[Any]) -> None:
        """Write the admin's log."""
        LogEntry.objects.log_actions(
            user_id=str(request.user.pk),
            queryset=rows,
            action_flag=CHANGE,
            change_message=_("Tried again."),
        )


class RetryPageMixin(RetryMixin):
    """A button beside it, on the page of a row that nobody edits."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the row, or try it again."""
        may_retry = self.has_retry_permission(request)
        if object_id and may_retry and request.method == "POST" and BUTTON in request.POST:
            return self._refusable(request, partial(self._retry_row, request, object_id))
        context = {"may_retry": may_retry, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    def _retry_row(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        self.try_again(request, [] if row is None else [row.pk])
        return HttpResponseRedirect(request.get_full_path())
