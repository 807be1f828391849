"""Links from a table's pages to those of other tables."""

from copy import copy
from typing import TYPE_CHECKING, Any, Self

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.contrib.auth import get_user_model
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from assistant.db.admin.forms import grouped

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin as ModelAdminClass

    ModelAdmin = ModelAdminClass[Any]
else:
    from django.contrib.admin import ModelAdmin

__all__ = ["LinksMixin", "object_link"]


class LinksMixin(ModelAdmin):
    """Links to the pages that the reader may open; what is shown of a row knows no request.

    So each list and each page is made by a copy of the admin class's one instance, which does.
    """

    request: HttpRequest | None = None

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list to this reader."""
        return super(LinksMixin, self._for(request)).changelist_view(request, extra_context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the page to this reader."""
        view = super(LinksMixin, self._for(request)).changeform_view
        return view(request, object_id, form_url, extra_context)

    def _for(self, request: HttpRequest) -> Self:
        own = copy(self)
        own.request = request
        return own

    def object_link(self, obj: models.Model, text: str, *, query: str = "") -> str:
        """Return a link to a row's page, or the text alone for those who may not open it."""
        if not self._may_open(type(obj)):
            return text
        return object_link(self.admin_site, obj, text, query=query)

    def changelist_link(self, model: type[models.Model], count: int, /, **filters: Any) -> str:
        """Return a count that links to the list of what was counted, for those who may open it."""
        return self.list_link(model, grouped(count), **filters)

    def list_link(self, model: type[models.Model], text: str, /, **filters: Any) -> str:
        """Return a text that links to a list, for those who may open it."""
        if not self._may_open(model):
            return text
        query = f"?{urlencode(filters)}"
        return _link(self.admin_site, model, "changelist", text, query=query)

    def user_link(self, key: Any) -> str:
        """Return a link to a user, by the name that the host's users log in with."""
        users = get_user_model()
        if key is None:
            return str(self.get_empty_value_display())
        found = users._base_manager.filter(pk=key).values_list(users.USERNAME_FIELD, flat=True)
        return self.object_link(users(pk=key), str(found.first() or key))

    def _may_open(self, model: type[models.Model]) -> bool:
        if self.request is None or not self.admin_site.is_registered(model):
            return True
        return self.admin_site.get_model_admin(model).has_view_or_change_permission(self.request)


def object_link(site: AdminSite, obj: models.Model, text: str, *, query: str = "") -> str:
    """Return a link to a row's page, or the text alone where there is none."""
    return _link(site, type(obj), "change", text, args=[quote(str(obj.pk))], query=query)


def _link(
    site: AdminSite,
    model: type[models.Model],
    page: str,
    text: str,
    *,
    args: list[str] | None = None,
    query: str = "",
) -> str:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
    try:
        url = reverse(name, args=args, current_app=site.name)
    except NoReverseMatch:
        return text
    return format_html('<a href="{}{}">{}</a>', url, query, text)
