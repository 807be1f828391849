"""Users in the admin site."""

import json
from typing import Any

import pytest
from django.contrib.admin import AdminSite
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistant.accounts.admin import UserAdmin
from assistant.accounts.models import User
from tests import factories
from tests.db.admin.pages import NUL, errors, log_of, notices, page

PASSWORD = "a long enough pass phrase"
LIST = "/admin/assistant_accounts/user/"


def new_user(**fields: Any) -> dict[str, Any]:
    passwords = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    return {"username": "ada", "email": "ada@example.org", **passwords, **fields}


def edited(user: User, **fields: Any) -> dict[str, Any]:
    stored = {"username": user.username, "email": user.email or "", "is_active": "on"}
    preferences = json.dumps(user.preferences)
    shown = {"preferences": preferences, "initial-preferences": preferences}
    return {**stored, **shown, **fields}


def test_a_user_is_added_with_a_password_and_logged(root: Client) -> None:
    response = root.post(page(User, "add"), new_user())

    user = User.objects.get(username="ada")
    assert response.url == page(user, "change")
    assert user.check_password(PASSWORD)
    assert user.email == "ada@example.org"
    assert not user.is_staff
    assert [entry.is_addition() for entry in log_of(user)] == [True]


def test_a_user_is_added_without_a_password(root: Client) -> None:
    root.post(page(User, "add"), new_user(usable_password="false", password1="", password2=""))

    assert not User.objects.get(username="ada").has_usable_password()


@pytest.mark.parametrize(
    "fields, name",
    [
        pytest.param({"username": "taken"}, "username", id="name-taken"),
        pytest.param({"username": "TAKEN"}, "username", id="name-taken-in-other-case"),
        pytest.param({"username": ""}, "username", id="no-name"),
        pytest.param({"username": NUL}, "username", id="nul-in-name"),
        pytest.param({"username": "x" * 256}, "username", id="long-name"),
        pytest.param({"username": "\ufdfa" * 100}, "username", id="name-that-grows"),
        pytest.param({"email": NUL}, "email", id="nul-in-email"),
        pytest.param({"email": "nobody"}, "email", id="no-email"),
        pytest.param({"email": f"{'x' * 250}@example.org"}, "email", id="long-email"),
        pytest.param({"password2": "another"}, "password2", id="passwords-differ"),
        pytest.param({"password1": NUL, "password2": NUL}, "password1", id="nul-in-password"),
        pytest.param({"password1": "1", "password2": "1"}, "password2", id="weak-password"),
        pytest.param({"password1": ""}, "password1", id="no-password"),
    ],
)
def test_what_the_add_form_refuses(root: Client, fields: dict[str, Any], name: str) -> None:
    factories.make_user(username="taken")
    before = User.objects.count()

    response = root.post(page(User, "add"), new_user(**fields))

    assert name in errors(response)
    assert User.objects.count() == before


@pytest.mark.parametrize(
    "fields, name, message",
    [
        pytest.param({"username": "taken"}, "username", "already exists", id="name-taken"),
        pytest.param({"username": NUL}, "username", "Null characters", id="nul-in-name"),
        pytest.param({"email": NUL}, "email", "Null characters", id="nul-in-email"),
        pytest.param({"preferences": "{"}, "preferences", "line 1, column 2", id="no-json"),
        pytest.param({"preferences": "[]"}, "preferences", "JSON object", id="list"),
        pytest.param({"preferences": '{"a": NaN}'}, "preferences", "nan", id="nan"),
        pytest.param({"preferences": '{"a": -Infinity}'}, "preferences", "-inf", id="infinity"),
        pytest.param({"preferences": '{"a": 1e999}'}, "preferences", "inf", id="overflow"),
        pytest.param({"preferences": r'{"a": "\u0000"}'}, "preferences", "Null", id="nul"),
        pytest.param({"preferences": r'{"\u0000": 1}'}, "preferences", "Null", id="nul-key"),
        pytest.param({"preferences": r'{"a": "\ud800"}'}, "preferences", "surrogate", id="lone"),
        pytest.param(
            {"preferences": "[" * 10_000 + "]" * 10_000}, "preferences", "deep", id="deep"
        ),
        pytest.param(
            {"preferences": '{"a":' * 300 + "1" + "}" * 300}, "preferences", "200", id="levels"
        ),
        pytest.param({"groups": "99999999"}, "groups", "99999999", id="no-group"),
        pytest.param({"groups": "garbage"}, "groups", "garbage", id="garbage-group"),
        pytest.param({"groups": "9" * 50}, "groups", "999", id="huge-group"),
    ],
)
def test_what_the_change_form_refuses(
    root: Client, fields: dict[str, Any], name: str, message: str
) -> None:
    factories.make_user(username="taken")
    user = factories.make_user(preferences={"theme": "dark"})

    response = root.post(page(user, "change"), edited(user, **fields))

    assert message in " ".join(errors(response)[name])
    stored = User.objects.get(pk=user.pk)
    assert stored.username == user.username
    assert stored.email == user.email
    assert stored.preferences == user.preferences
    assert not log_of(user)


def test_a_change_writes_the_edited_columns_only_and_is_logged(root: Client) -> None:
    user = factories.make_user(email="old@example.org", preferences={"theme": "dark"})
    group = Group.objects.create(name="editors")

    with CaptureQueriesContext(connection) as queries:
        data = edited(user, email="", groups=[group.pk])
        response = root.post(page(user, "change"), data)

    assert response.status_code == 302
    updates = [q["sql"] for q in queries if q["sql"].startswith('UPDATE "users"')]
    assert len(updates) == 1
    assert updates[0].startswith('UPDATE "users" SET "email" = NULL WHERE')
    assert list(user.groups.all()) == [group]
    assert json.loads(log_of(user)[0].change_message) == [
        {"changed": {"fields": ["Email address", "Groups"]}}
    ]


def test_the_password_page_sets_one_and_is_logged(root: Client) -> None:
    user = factories.make_user()
    address = f"{LIST}{user.pk}/password/"

    assert root.get(address).status_code == 200
    passwords = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    response = root.post(address, {**passwords, "set-password": "Set password"})

    assert response.url == page(user, "change")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert len(log_of(user)) == 1


@pytest.mark.parametrize("key", ["garbage", "%00", "00000000-0000-0000-0000-000000000000"])
def test_the_password_page_of_nobody(root: Client, key: str) -> None:
    assert root.get(f"{LIST}{key}/password/").status_code == 404


@pytest.mark.parametrize("text", ["AD", "ada", "ADA@EX"], ids=["start", "name", "email"])
def test_search_by_the_beginning_of_name_and_email(root: Client, text: str) -> None:
    ada = factories.make_user(username="ada", email="ada@example.org")

    response = root.get(LIST, {"q": text})

    assert ada in response.context["cl"].result_list
    assert len(response.context["cl"].result_list) <= 2  # the default user begins with "ad" too


def test_the_hash_of_a_password_is_on_no_page(root: Client, viewer: Client) -> None:
    user = factories.make_user(password=PASSWORD)

    for client in (root, viewer):
        for address in (LIST, page(user, "change")):
            assert user.password not in client.get(address).text


def test_the_way_to_another_password_is_shown_to_those_who_may(
    root: Client, viewer: Client
) -> None:
    address = page(factories.make_user(), "change")

    assert "../password/" in root.get(address).text
    assert "password" not in viewer.get(address).context["adminform"].readonly_fields
    assert "../password/" not in viewer.get(address).text


@pytest.mark.parametrize("lookup", ["password__startswith", "groups__name", "preferences__a"])
def test_the_list_is_not_an_oracle(root: Client, lookup: str) -> None:
    assert root.get(LIST, {lookup: "x"}).status_code == 400


def test_permissions_take_the_same_queries_however_many(root: Client, viewer: Client) -> None:
    user = factories.make_user()
    counts = {}
    for permissions in (Permission.objects.all()[:2], Permission.objects.all()[:30]):
        user.user_permissions.set(permissions)
        for client in (root, viewer):
            client.get(page(user, "change"))
            with CaptureQueriesContext(connection) as queries:
                client.get(page(user, "change"))
            counts.setdefault(client, []).append(len(queries))
            names = [q for q in queries if 'FROM "django_content_type"' in q["sql"]]
            assert len(names) <= 1

    assert all(len(set(numbers)) == 1 for numbers in counts.values()), counts.values()


def test_a_superuser_deletes_the_own_account(root: Client) -> None:
    user = User.objects.get(is_superuser=True)

    response = root.post(page(user, "delete"), {"post": "yes"})

    assert response.status_code == 302
    assert not User.objects.filter(pk=user.pk).exists()


def test_a_host_with_its_own_users_does_not_get_these_pages(settings: Any) -> None:
    settings.AUTH_USER_MODEL = "auth.User"
    site = AdminSite()

    site.register(User, UserAdmin)

    assert not site.is_registered(User)


def test_deleting_a_user_counts_what_goes_along(root: Client) -> None:
    user = factories.make_user()
    conversation = factories.make_conversation(user=user)
    for _ in range(3):
        factories.make_message(conversation=conversation)

    response = root.get(page(user, "delete"))

    counts = dict(response.context["model_count"])
    assert counts == {
        "users": 1,
        "conversations": 1,
        "messages": 3,
        "conversation statistics": 1,
    }
    assert notices(root.post(page(user, "delete"), {"post": "yes"}, follow=True)) == [
        f"The user “{user}” was deleted successfully."
    ]


def test_a_user_leads_to_the_own_conversations_by_a_bounded_count(
    root: Client, viewer: Client
) -> None:
    user = factories.make_user()
    factories.make_conversation(user=user)
    address = f"/admin/assistant_conversations/conversation/?user__exact={user.pk}"

    for client in (root, viewer):
        text = client.get(page(user, "change")).text
        assert f'<a href="{address}">1 conversation</a>' in text


def test_the_conversations_of_a_user_are_not_fetched(root: Client) -> None:
    user = factories.make_user()
    numbers = []
    for _ in range(2):
        factories.make_conversation(user=user)
        with CaptureQueriesContext(connection) as queries:
            root.get(page(user, "change"))
        numbers.append(len(queries))

    assert numbers[0] == numbers[1]
