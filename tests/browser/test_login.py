"""Logging in and out."""

from tests import factories
from tests.browser.person import Person


def log_in(person: Person, password: str) -> None:
    person.fill("#id_username", "ada")
    person.fill("#id_password", password)
    person.follow("#login-form [type=submit]")


def test_the_password_opens_the_site_and_another_does_not(person: Person) -> None:
    factories.make_user(username="ada", password="right", is_staff=True, is_superuser=True)

    person.open("/")
    assert person.path == "/admin/login/"
    log_in(person, "wrong")
    assert "correct username and password" in person.text_of(".errornote")
    assert person.path == "/admin/login/"

    log_in(person, "right")
    assert person.path == "/admin/"
    assert "Log out".lower() in person.text_of("#user-tools").lower()

    person.follow("#logout-form button")
    person.open("/admin/")
    assert person.path == "/admin/login/"
