"""Links from a row's page to the lists of what belongs to it."""

import re
from html import unescape
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from assistant.accounts.models import User
from assistant.conversations.admin import ConversationAdmin
from assistant.conversations.models import Conversation, Message
from assistant.db.admin import RelatedListsMixin
from assistant.db.admin.related import MAX_COUNTED
from tests import factories
from tests.db.admin.pages import page


def links(text: str) -> dict[str, str]:
    """Return the texts and addresses of a page's related lists."""
    found = re.search(r"field-related_lists.*?</fieldset>", text, re.DOTALL)
    pairs = re.findall(r'<a href="([^"]*\?[^"]*)">([^<]*)</a>', found[0]) if found else []
    return {label: unescape(address) for address, label in pairs}


def test_a_user_leads_to_the_own_conversations(root: Client) -> None:
    user = factories.make_user()
    conversations = [factories.make_conversation(user=user) for _ in range(2)]
    factories.make_conversation()

    found = links(root.get(page(user, "change")).text)
    response = root.get(found["2 conversations"])

    assert list(found) == [
        "2 conversations",
        "0 knowledge documents",
        "0 recorded searches",
    ]
    assert set(response.context["cl"].result_list) == set(conversations)


def test_every_link_leads_to_the_rows_it_counts(root: Client) -> None:
    message = factories.make_message()
    embedding = factories.make_embedding(conversation=message.conversation, message=message)
    model = embedding.embedding_model
    factories.make_document(embedding_model=model, embedding_vector=[1, 2, 3])
    factories.make_embedding()
    factories.make_message()

    for row, expected in (
        (message.conversation, ["1 message", "1 conversation embedding"]),
        (message, ["1 conversation embedding"]),
        (
            model,
            [
                "0 evaluations of search",
                "0 knowledge chunks",
                "0 recorded searches",
                "1 conversation embedding",
                "1 knowledge document",
            ],
        ),
    ):
        found = links(root.get(page(row, "change")).text)
        assert sorted(found) == sorted(expected)
        for address in found.values():
            listed = len(root.get(address).context["cl"].result_list)
            empty = ("knowledgechunk", "searchrecord", "searchevaluation")
            assert listed == int(not any(name in address for name in empty)), address


def test_none_are_counted_too(root: Client) -> None:
    assert "0 conversations" in links(root.get(page(factories.make_user(), "change")).text)


def test_counts_end(root: Client) -> None:
    conversation = factories.make_conversation()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messages (conversation_id, role, content) "
            "SELECT %s, 'user', 'x' FROM generate_series(1, %s)",
            [conversation.pk, MAX_COUNTED + 1],
        )

    assert "500+ messages" in links(root.get(page(conversation, "change")).text)


def test_one_query_for_all_lists_of_a_row(root: Client) -> None:
    message = factories.make_message()

    with CaptureQueriesContext(connection) as queries:
        root.get(page(message.conversation, "change"))

    assert len([query for query in queries if "AS t)" in query["sql"]]) == 1


def test_rows_are_counted_for_the_page_only(root: Client) -> None:
    conversation = factories.make_conversation()

    with CaptureQueriesContext(connection) as queries:
        root.get(page(conversation, "history"))
        root.post(page(conversation, "change"), {"title": "New"}, follow=False)
        root.get(page(Conversation, "add"))

    assert len([query for query in queries if "AS t)" in query["sql"]]) <= 1  # the form's errors


def test_new_rows_have_no_links(root: Client) -> None:
    for model in (User, Conversation, Message):
        assert "related_lists" not in root.get(page(model, "add")).text


def test_rows_to_which_nothing_refers_have_no_links(root: Client) -> None:
    assert "related_lists" not in root.get(page(factories.make_setting(), "change")).text


def test_only_lists_that_the_user_may_view_are_linked(client: Client, db: None) -> None:
    staff = factories.make_user(is_staff=True)
    names = ["view_user", "view_conversation", "view_conversationembedding"]
    staff.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(staff)
    message = factories.make_message()

    conversation = links(client.get(page(message.conversation, "change")).text)

    assert list(conversation) == ["0 conversation embeddings"]
    assert list(links(client.get(page(staff, "change")).text)) == ["0 conversations"]


class PlainAdmin(RelatedListsMixin, admin.ModelAdmin):
    """A host's own admin class."""


class UnfilteredAdmin(ConversationAdmin):
    """A host's own list of conversations, which no user filters."""

    list_filter = ()
    search_keys = ("id",)


@pytest.mark.parametrize(
    "other, expected", [(ConversationAdmin, True), (UnfilteredAdmin, False), (None, False)]
)
def test_a_hosts_admin_class_gets_the_links_by_the_mixin(
    db: None, other: Any, expected: bool
) -> None:
    site = admin.AdminSite()
    site.register(User, PlainAdmin)
    if other is not None:
        site.register(Conversation, other)
    request = RequestFactory().get("/")
    request.user = factories.make_user(is_staff=True, is_superuser=True)
    user = factories.make_user()
    plain = site.get_model_admin(User)

    for _ in range(2):  # what is shown does not add up
        shown = [
            field
            for _name, options in plain.get_fieldsets(request, user)
            for field in options["fields"]
        ].count("related_lists")
        assert shown == int(expected)
    new = [field for _, options in plain.get_fieldsets(request) for field in options["fields"]]
    assert "related_lists" not in new
    assert plain.get_form(request, user)
