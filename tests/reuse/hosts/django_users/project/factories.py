"""The project's users, for its tests."""

from itertools import count
from typing import Any

from django.contrib.auth.models import User

numbers = count(1)


def make_user(**fields: Any) -> User:
    """Return a stored user, whose name to log in with is ``name``."""
    username = fields.pop("name", f"user-{next(numbers)}")
    return User.objects.create_user(username, **fields)
