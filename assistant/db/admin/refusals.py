"""What the database refuses becomes a message on the page, not a server error."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import ValidationError
from django.db import (
    DatabaseError,
    DataError,
    ProgrammingError,
    connections,
    models,
    router,
    transaction,
)
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

__all__ = ["RefusalsMixin"]

# Something else changed since the form was checked: unique_violation, foreign_key_violation,
# serialization_failure, deadlock_detected. Checked again, the form shows an error or is saved.
WORTH_A_RETRY = {"23505", "23503", "40001", "40P01"}
# Data exceptions, integrity violations, rollbacks, exceeded limits, locks that were not available.
ABOUT_THE_INPUT = ("22", "23", "40", "54", "55")


class RefusalsMixin(ModelAdmin):
    """Saves only what was edited, in one transaction, and reports what was refused.

    Between the check of a form and its saving a name may be taken, a row deleted, a key gone.
    """

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show or save the form."""
        view = partial(super().changeform_view, request, object_id, form_url, extra_context)
        return self._refusable(request, view)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Confirm or execute a deletion."""
        return self._refusable(
            request, partial(super().delete_view, request, object_id, extra_context)
        )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list or execute an action on the chosen rows."""
        if request.method == "POST":
            self._drop_impossible_keys(request)
        return self._refusable(request, partial(super().changelist_view, request, extra_context))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the log of a row."""
        return self._refusable(
            request, partial(super().history_view, request, object_id, extra_context)
        )

    def _refusable(self, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
        try:
            return self._saved(request, view) if request.method == "POST" else view()
        except DataError as error:
            if getattr(error.__cause__, "sqlstate", None):
                raise
            return self._unreadable(request, error)

    def _saved(self, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
        try:
            return self._atomic(view)
        except DatabaseError as error:
            if not _is_worth_a_retry(error):
                return self._refused(request, error)
        try:
            return self._atomic(view)
        except DatabaseError as error:
            return self._refused(request, error)

    def _atomic(self, view: Callable[[], HttpResponse]) -> HttpResponse:
        with transaction.atomic(using=router.db_for_write(self.model)):
            return view()

    def _refused(self, request: HttpRequest, error: DatabaseError) -> HttpResponse:
        cause: Any = error.__cause__
        state = getattr(cause, "sqlstate", None)
        if not (state.startswith(ABOUT_THE_INPUT) if state else _is_stale(error)):
            raise error
        diagnosis = getattr(cause, "diag", None)
        parts = [getattr(diagnosis, f"message_{part}", None) for part in ("primary", "hint")]
        reason = ": ".join(part for part in parts if part) or str(error)
        self.message_user(
            request,
            _("Nothing was saved. The database refused it: %(reason)s") % {"reason": reason},
            messages.ERROR,
        )
        return HttpResponseRedirect(request.get_full_path())

    def _unreadable(self, request: HttpRequest, error: DataError) -> HttpResponse:
        # The driver's own error: infinite times and years that Python does not have.
        text = _(
            "This page cannot be shown: a row holds what Python cannot: %(reason)s. Correct it by "
            "SQL."
        )
        self.message_user(request, text % {"reason": error}, messages.ERROR)
        index = reverse("admin:index", current_app=self.admin_site.name)
        return HttpResponseRedirect(index)

    def _drop_impossible_keys(self, request: HttpRequest) -> None:
        name = helpers.ACTION_CHECKBOX_NAME
        if name in request.POST:
            data = request.POST.copy()
            data.setlist(name, [key for key in data.getlist(name) if self._is_key(key)])
            request.POST = data  # type: ignore[assignment]

    def _is_key(self, text: str) -> bool:
        try:
            self.opts.pk.to_python(text)
        except ValidationError:
            return False
        return "\0" not in text

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Insert a row, or write the edited columns of one that is still there.

        Columns that were not edited keep what others wrote meanwhile. Django's own save would
        overwrite a row that took the key, and bring a deleted one back.
        """
        if not change:
            obj.save(force_insert=True)
            return
        columns = {field.name for field in self.opts.concrete_fields}
        if edited := columns.intersection(form.changed_data):
            obj.save(update_fields=edited)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the rest and check the foreign keys before anything is called saved."""
        super().save_related(request, form, formsets, change)
        self._check_foreign_keys()

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        """Delete a row."""
        self.delete_queryset(request, self.model._base_manager.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """Delete rows, locked in the order of their keys before anything that belongs to them."""
        rows = self.model._base_manager.filter(pk__in=queryset.order_by().values("pk"))
        list(rows.order_by("pk").select_for_update().values_list("pk"))
        super().delete_queryset(request, queryset)
        self._check_foreign_keys()

    def _check_foreign_keys(self) -> None:
        # They are deferred to the end of the transaction, by when "saved" would be promised.
        connections[router.db_for_write(self.model)].check_constraints()


def _is_worth_a_retry(error: DatabaseError) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    return state in WORTH_A_RETRY if state else _is_stale(error)


def _is_stale(error: DatabaseError) -> bool:
    # Django's own, without the driver's error as a cause: an update that met no row, or a
    # deletion that met a row which protects another.
    return error.__cause__ is None and not isinstance(error, ProgrammingError)
