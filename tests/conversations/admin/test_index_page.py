"""The overview on the admin site's index page."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.template import Context, Engine, RequestContext, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories

INDEX = "/admin/"


def counts(text: str) -> dict[str, str]:
    """Return what the cards say, by their titles."""
    cards = re.findall(r'title">([^<]*)</span>\s*<span class="[^"]*count">([^<]*)<', text)
    return dict(cards)


def test_counts_and_last_activity_above_the_list_of_apps(root: Client) -> None:
    message = factories.make_message(timestamp=timezone.now() - timedelta(minutes=3, seconds=5))
    factories.make_document()

    text = root.get(INDEX).text

    users = {"Users": "3"}  # the default one, who is logged in and who speaks
    assert counts(text) == users | {
        "Conversations": "1",
        "Messages": "1",
        "Knowledge documents": "1",
    }
    assert re.search(r"Last message: <time [^>]*>3\xa0minutes ago</time>", text)
    assert re.search(r"Last activity: <time [^>]*>just now</time>", text)
    assert re.search(r"Last change: <time [^>]*>just now</time>", text)
    assert 'href="/admin/assistant_conversations/message/"' in text
    assert text.index("assistant-overview-card") < text.index('id="content-main"')
    assert 'id="recent-actions-module"' in text
    assert str(message.pk) not in text


def test_without_rights_there_is_no_overview(client: Client, db: None) -> None:
    factories.make_message()
    client.force_login(factories.make_user(is_staff=True))

    response = client.get(INDEX)

    assert response.status_code == 200
    assert "assistant-overview" not in response.text


def test_rights_to_some_tables(client: Client, db: None) -> None:
    user = factories.make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_knowledgedocument"))
    client.force_login(user)
    factories.make_document()
    factories.make_message()

    assert counts(client.get(INDEX).text) == {"Knowledge documents": "1"}


def test_a_viewer_sees_all_counts(viewer: Client) -> None:
    assert list(counts(viewer.get(INDEX).text)) == [
        "Users",
        "Conversations",
        "Messages",
        "Knowledge documents",
    ]


def test_a_stranger_is_sent_to_the_login_page(client: Client, db: None) -> None:
    assert client.get(INDEX).url == "/admin/login/?next=/admin/"


def test_an_empty_database_says_what_to_do_next(root: Client) -> None:
    empty = root.get(INDEX).text
    factories.make_message()

    filled = root.get(INDEX).text

    assert "add_message()" in empty
    assert "assistant-overview-empty" in empty
    assert "assistant-overview-empty" not in filled


@pytest.mark.parametrize("installed", [True, False])
def test_the_demo_is_offered_where_it_is_installed(
    root: Client, monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    is_installed = {"assistant.demo": installed}.get
    monkeypatch.setattr("django.apps.apps.is_installed", is_installed)

    text = Template("{% load assistant_overview %}{% assistant_overview %}").render(context(root))

    assert ("manage.py load_demo" in text) is installed


def context(client: Client, **attributes: Any) -> Context:
    """Return what a template of an admin page has."""
    request = RequestFactory().get(INDEX)
    request.user = client.get(INDEX).wsgi_request.user
    for name, value in attributes.items():
        setattr(request, name, value)
    return Context({"request": request})


def test_the_tag_on_a_page_outside_the_admin(root: Client) -> None:
    text = Template("{% load assistant_overview %}{% assistant_overview %}").render(context(root))

    assert counts(text)["Messages"] == "0"


def test_the_tag_without_the_context_processor_of_the_request(root: Client) -> None:
    libraries = {
        "assistant_overview": "assistant.conversations.templatetags.assistant_overview",
        "i18n": "django.templatetags.i18n",
        "static": "django.templatetags.static",
    }
    engine = Engine(app_dirs=True, libraries=libraries)
    template = engine.from_string("{% load assistant_overview %}{% assistant_overview %}")
    request = context(root)["request"]

    assert counts(template.render(RequestContext(request)))["Messages"] == "0"
    assert template.render(Context()).strip() == ""


def test_the_tag_on_another_admin_site(root: Client) -> None:
    site = admin.AdminSite(name="other")
    site.register(Group)

    text = Template("{% load assistant_overview %}{% assistant_overview %}").render(
        context(root, current_app="other")
    )

    assert text.strip() == ""


def test_the_page_takes_the_same_queries_however_many_rows(root: Client) -> None:
    numbers = []
    root.get(INDEX)
    for _ in range(2):
        factories.make_message()
        factories.make_document()
        with CaptureQueriesContext(connection) as queries:
            root.get(INDEX)
        numbers.append(len([query for query in queries if "count(*)" in query["sql"]]))
        numbers.append(len(queries))

    assert numbers[0] == 1
    assert numbers[:2] == numbers[2:]


def test_times_that_python_cannot_hold_do_not_break_the_page(root: Client) -> None:
    user = factories.make_user()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversations (user_id, updated_at)"
            " VALUES (%s, 'infinity'), (%s, '-infinity'), (%s, '0100-01-01 BC')",
            [user.pk] * 3,
        )
        cursor.execute(
            "INSERT INTO knowledge_base (title, content, updated_at) VALUES ('x', 'x', 'infinity')"
        )

    text = root.get(INDEX).text

    assert counts(text)["Conversations"] == "3"
    assert "<time" not in text


def test_nothing_inline_and_nothing_from_other_hosts(root: Client) -> None:
    factories.make_message()

    text = root.get(INDEX).text
    overview = text[text.index('<link rel="stylesheet" href="/static/assistant_conv') :]
    overview = overview[: overview.index("</section>")]

    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|https?://", overview)
