"""The admin's pages."""

from collections.abc import Iterator

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.auth import get_user
from django.db import models
from django.test import Client, RequestFactory
from django.urls import reverse


def addresses(client: Client, model: type[models.Model]) -> Iterator[str]:
    """Yield the addresses of a model's pages that a superuser may open."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    request = RequestFactory().get("/")
    request.session = client.session
    request.user = get_user(request)
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


def closed_pages(client: Client, model: type[models.Model]) -> dict[str, int]:
    """Open a model's pages; return the status of those that do not open though they should."""
    answers = {address: client.get(address).status_code for address in addresses(client, model)}
    # What goes with its conversation only has no page to be deleted on.
    return {
        address: status
        for address, status in answers.items()
        if status != 200 and not (status == 403 and address.endswith("/delete/"))
    }
