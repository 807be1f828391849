"""The way from the app's index to the page that tries a search."""

from django import template
from django.contrib import admin
from django.contrib.admin.sites import all_sites

register = template.Library()


@register.simple_tag(takes_context=True)
def assistant_trial_url(context: template.Context) -> str | None:
    """Return the page's address, for those who may open it."""
    # The second: a project without the context processor that puts it there.
    request = context.get("request") or getattr(context, "request", None)
    if request is None:
        return None
    # Django loads this module in every project that has templates, the admin in some alone.
    from assistant.embeddings.admin.trial_pages import trial_url  # noqa: PLC0415

    # The admin's views leave the site's name with the request.
    name = getattr(request, "current_app", admin.site.name)
    site = next((site for site in all_sites if site.name == name), admin.site)
    return trial_url(site, request)
