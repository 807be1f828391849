"""Clients of the admin site."""

from tests.db.admin.fixtures import root, viewer

__all__ = ["root", "viewer"]
