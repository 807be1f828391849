"""Tables whose rows are made by the system, for looking at only."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from assistant.db.admin.tables import TableAdmin

__all__ = ["ReadOnlyAdmin"]


class ReadOnlyAdmin(TableAdmin):
    """Shows rows; adds, changes and deletes none.

    The permission to delete stays what it is: Django asks for it where a row goes together with
    what it belongs to.
    """

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return False."""
        return False

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """List the table for those who may look at it."""
        return {**super().get_model_perms(request), "delete": False}

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Refuse."""
        raise PermissionDenied

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the row, without a way to delete it."""
        context = {"show_delete": False, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)
