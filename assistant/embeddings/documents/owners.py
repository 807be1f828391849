"""Users by what people call them."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist, ValidationError

__all__ = ["find_user"]


def find_user(name: str, *, using: str) -> Any:
    """Return the user with this username or key, or None, in whatever model the host has."""
    model = get_user_model()
    users = model._default_manager.db_manager(using)
    if "\0" in name:
        return None
    try:
        if hasattr(users, "get_by_natural_key"):
            return users.get_by_natural_key(name)
        return users.get(**{model.USERNAME_FIELD: name})
    except (ObjectDoesNotExist, ValidationError, ValueError, TypeError):
        pass
    try:
        return users.get(pk=model._meta.pk.to_python(name))
    except (ObjectDoesNotExist, ValidationError, ValueError, TypeError):
        return None
