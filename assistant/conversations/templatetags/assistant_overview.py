"""The overview of an admin site's index page."""

from typing import Any

from django import template
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.sites import all_sites
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from assistant.db.admin import Overview, overview_cards

register = template.Library()


@register.inclusion_tag("assistant_conversations/overview.html", takes_context=True)
def assistant_overview(context: template.Context) -> dict[str, Any]:
    """Show how many users, conversations, messages and documents there are, and what is latest.

    Other tables show where their admin class has an ``overview``.
    """
    # The second: a project without the context processor that puts it there.
    request = context.get("request") or getattr(context, "request", None)
    if request is None:
        return {}
    site = _site(request)
    users: type[Model] = get_user_model()
    # Whoever's they are, and whatever their admin class is.
    cards = overview_cards(site, request, {users: Overview(order=10)})
    others = [card for card in cards if card.model is not users]
    return {
        "cards": [(card, _ago(card.activity)) for card in cards],
        "is_empty": bool(others) and all(card.is_empty for card in others),
        "has_demo": apps.is_installed("assistant.demo"),
    }


def _site(request: HttpRequest) -> admin.AdminSite:
    # The admin's views leave the site's name with the request.
    name = getattr(request, "current_app", admin.site.name)
    if name == admin.site.name:
        return admin.site
    return next((site for site in all_sites if site.name == name), admin.site)


def _ago(time: Any) -> str:
    if time is None:
        return ""
    if (timezone.now() - time).total_seconds() < 60:
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(time, depth=1)}
