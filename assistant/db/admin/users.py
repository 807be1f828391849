"""Fields of forms that name one of the host's users."""

from django.contrib.admin import AdminSite
from django.contrib.auth import get_user_model

__all__ = ["users_are_searchable"]


def users_are_searchable(site: AdminSite) -> bool:
    """Tell whether an autocomplete of users works: where the admin site has a search for them."""
    users = get_user_model()
    return site.is_registered(users) and bool(site.get_model_admin(users).search_fields)
