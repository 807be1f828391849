"""The project's own models beside the apps'."""

import pytest
from checks.rows import make_conversation
from django.contrib import admin
from django.db import IntegrityError, connection, transaction
from django.test import Client
from people.models import Company
from tickets.admin import ConversationWithTicketsAdmin
from tickets.models import Bookmark, Ticket

from assistant.conversations.models import Conversation

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation() -> Conversation:
    """Return a conversation with a bookmark."""
    conversation = make_conversation()
    Bookmark.objects.create(conversation=conversation)
    return conversation


def delete_by_sql(conversation: Conversation) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM conversations WHERE id = %s", [conversation.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_bookmarks_go_with_their_conversation_in_the_database(conversation: Conversation) -> None:
    delete_by_sql(conversation)

    assert not Bookmark.objects.exists()


def test_a_ticket_keeps_its_conversation_from_sql(conversation: Conversation) -> None:
    Ticket.objects.create(conversation=conversation, title="Call back")

    with pytest.raises(IntegrityError, match="tickets_ticket"), transaction.atomic():
        delete_by_sql(conversation)


def test_a_company_takes_its_members_and_their_conversations(conversation: Conversation) -> None:
    ticket = Ticket.objects.create(conversation=conversation, title="Call back")

    Company.objects.get().delete()

    ticket.refresh_from_db()
    assert ticket.conversation is None
    assert not Conversation.objects.exists()
    assert not Bookmark.objects.exists()


def test_the_projects_admin_class_has_taken_over(root: Client, conversation: Conversation) -> None:
    Ticket.objects.create(conversation=conversation, title="Call back")

    answer = root.get(f"/admin/assistant_conversations/conversation/{conversation.pk}/change/")

    assert type(admin.site.get_model_admin(Conversation)) is ConversationWithTicketsAdmin
    assert "Call back" in answer.text


def test_the_pages_of_deletion_name_what_goes_along(
    root: Client, conversation: Conversation
) -> None:
    address = f"/admin/assistant_conversations/conversation/{conversation.pk}/delete/"

    assert "bookmark" in root.get(address).text.lower()
    root.post(address, {"post": "yes"})

    assert not Bookmark.objects.exists()
