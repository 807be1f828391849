"""A project whose users are Django's own, with integer keys."""

from tests.contract.host.base import *  # noqa: F403

AUTH_USER_MODEL = "auth.User"
