"""The admin's pages."""

from collections.abc import Iterator

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db import models
from django.test import Client, RequestFactory
from django.urls import reverse


def addresses(client: Client, model: type[models.Model]) -> Iterator[str]:
    """Yield the addresses of a model's pages that a superuser may open."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    request = RequestFactory().get("/")
    request.user = client.get("/admin/").context["user"]
    model_admin = admin.site.get_model_admin(model)
    yield reverse(f"{name}_changelist")
    if model_admin.get_search_fields(request):
        yield reverse(f"{name}_changelist") + "?q=word"
    if model_admin.has_add_permission(request):
        yield reverse(f"{name}_add")
    for row in model._base_manager.all()[:1]:
        arguments = [quote(row.pk)]
        yield reverse(f"{name}_change", args=arguments)
        yield reverse(f"{name}_history", args=arguments)
        yield reverse(f"{name}_delete", args=arguments)
