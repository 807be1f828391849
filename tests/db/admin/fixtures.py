"""Clients of the admin site; each admin package of tests imports these into its conftest."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from tests import factories


@pytest.fixture
def root(db: None) -> Client:
    """Return a client logged in as a superuser."""
    client = Client()
    client.force_login(factories.make_user(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def viewer(db: None) -> Client:
    """Return a client logged in as staff that may view everything and do nothing else."""
    user = factories.make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(user)
    return client
