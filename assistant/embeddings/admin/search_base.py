"""What the pages of recorded searches and of their events share."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth import get_permission_codename, get_user_model
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from assistant.db.admin import ReadOnlyAdmin

__all__ = ["FoundFilter", "OfUsersAdmin"]


class FoundFilter(SimpleListFilter):
    """What found nothing, which has an index."""

    title = gettext_lazy("hits")
    parameter_name = "found"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        """Return the one choice."""
        return [("nothing", gettext_lazy("Found nothing"))]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> models.QuerySet[Any]:
        """Keep what found nothing."""
        if self.value() is None:
            return queryset
        if self.value() != "nothing":
            raise IncorrectLookupParameters
        return queryset.filter(hit_count=0)


class OfUsersAdmin(ReadOnlyAdmin):
    """Rows that go with a user."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let them go with their user, too; they have no page to delete them."""
        opts = get_user_model()._meta
        may_delete_users = f"{opts.app_label}.{get_permission_codename('delete', opts)}"
        return super().has_delete_permission(request, obj) or bool(
            request.user.has_perm(may_delete_users)
        )
