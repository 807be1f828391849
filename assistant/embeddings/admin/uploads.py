"""Uploading files to the knowledge base."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import helpers
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect

from assistant.db.admin import TableAdmin
from assistant.embeddings.documents.finding import printable
from assistant.embeddings.documents.forms import UploadForm
from assistant.embeddings.documents.uploads import Uploaded, ingest_uploads

__all__ = ["UploadMixin"]

# Files that are named in messages, of each outcome.
MAX_NAMED = 20


class UploadMixin(TableAdmin):
    """A page that takes files, beside the one that takes a text."""

    upload_template = "admin/assistant_embeddings/knowledgedocument/upload.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the page."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_upload"
        view = self.admin_site.admin_view(self.upload_view)
        return [path("upload/", view, name=name), *super().get_urls()]

    @method_decorator(csrf_protect)
    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Show the form, or store what it brings."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = UploadForm(*sent, admin_site=self.admin_site)
        if sent and form.is_valid():
            self._store(request, form)
            changelist = reverse(
                f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist",
                current_app=self.admin_site.name,
            )
            return HttpResponseRedirect(
                changelist if self.has_view_or_change_permission(request) else request.path
            )
        shown: Any = form  # Django's stubs know forms of models alone
        fieldsets = [(None, {"fields": list(form.fields)})]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Upload files"),
            "adminform": helpers.AdminForm(shown, fieldsets, {}),
            "errors": form.errors,
            "media": self.media + form.media,
            "has_view_permission": self.has_view_permission(request),
        }
        return TemplateResponse(request, self.upload_template, context)

    def _store(self, request: HttpRequest, form: UploadForm) -> None:
        done, notes = ingest_uploads(
            form.cleaned_data["uploads"],
            owner=form.cleaned_data["owner"],
            tags=form.cleaned_data["tags"],
            may_change=self.has_change_permission(request),
        )
        for item in done:
            self._log(request, item)
        self._tell(request, done)
        for note in notes:
            self.message_user(request, note, messages.WARNING)

    def _log(self, request: HttpRequest, item: Uploaded) -> None:
        if item.outcome not in ("added", "changed"):
            return
        row = self.model._base_manager.only("pk", "title").filter(pk=item.pk).first()
        if row is not None:
            log = self.log_addition if item.outcome == "added" else self.log_change
            log(request, row, _("Uploaded %(name)s.") % {"name": printable(item.name)})

    def _tell(self, request: HttpRequest, done: list[Uploaded]) -> None:
        texts = {
            "added": _("Added"),
            "changed": _("Replaced"),
            "unchanged": _("There already, unchanged"),
        }
        for outcome, level in (
            ("added", messages.SUCCESS),
            ("changed", messages.SUCCESS),
            ("unchanged", messages.INFO),
        ):
            names = [printable(item.name) for item in done if item.outcome == outcome]
            if names:
                shown = ", ".join(names[:MAX_NAMED]) + (", …" if len(names) > MAX_NAMED else "")
                self.message_user(request, f"{texts[outcome]}: {shown}.", level)
        failed = [item for item in done if item.outcome == "failed"]
        for item in failed[:MAX_NAMED]:
            text = _("%(name)s was not stored: %(reason)s.")
            values: dict[str, Any] = {"name": printable(item.name), "reason": item.reason}
            self.message_user(request, text % values, messages.ERROR)
        if len(failed) > MAX_NAMED:
            more = _("%(count)s more were not stored.") % {"count": len(failed) - MAX_NAMED}
            self.message_user(request, more, messages.ERROR)
