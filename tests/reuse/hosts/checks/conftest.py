"""A superuser who has logged in."""

import pytest
from django.test import Client

from project.factories import make_user


@pytest.fixture
def root(db: None) -> Client:
    """Return a browser in which a superuser has logged in through the page for that."""
    make_user(name="root@example.org", password="secret", is_staff=True, is_superuser=True)
    client = Client()
    answer = client.post(
        "/admin/login/?next=/admin/", {"username": "root@example.org", "password": "secret"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    return client
