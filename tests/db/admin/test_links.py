"""Links lead where their reader may go."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from assistant.conversations.models import Conversation, ConversationStats, Message
from assistant.embeddings.models import ConversationEmbedding
from tests import factories
from tests.db.admin.pages import page

USERS = "/admin/assistant_accounts/user/"
CONVERSATIONS = "/admin/assistant_conversations/conversation/"
MESSAGES = "/admin/assistant_conversations/message/"

# Each page, and where it would lead.
each_page = pytest.mark.parametrize(
    "model,name,others",
    [
        pytest.param(Conversation, "changelist", [USERS, MESSAGES], id="conversations"),
        # Their foreign keys are links of Django's own, whoever reads them.
        pytest.param(Conversation, "change", [MESSAGES], id="conversation"),
        pytest.param(Message, "changelist", [CONVERSATIONS], id="messages"),
        pytest.param(Message, "change", [f"{CONVERSATIONS}%s/change/?message="], id="message"),
        pytest.param(ConversationStats, "changelist", [CONVERSATIONS], id="list of statistics"),
        pytest.param(ConversationStats, "change", [CONVERSATIONS], id="statistics"),
        pytest.param(ConversationEmbedding, "changelist", [CONVERSATIONS], id="list of embeddings"),
        pytest.param(ConversationEmbedding, "change", [CONVERSATIONS, MESSAGES], id="embedding"),
    ],
)


@pytest.fixture(autouse=True)
def _rows(db: None) -> None:
    message = factories.make_message()
    factories.make_embedding(conversation=message.conversation, message=message)


def found(others: list[str], text: str) -> list[str]:
    key = Conversation.objects.get().pk
    return [other for other in others if f'href="{other.replace("%s", str(key))}' in text]


def text_of(client: Client, model: type, name: str) -> str:
    target = model if name == "changelist" else model.objects.get()
    response = client.get(page(target, name))
    assert response.status_code == 200
    return response.text


@each_page
def test_who_may_view_one_table_gets_no_link_to_the_others(
    client: Client, model: type, name: str, others: list[str]
) -> None:
    user = factories.make_user(is_staff=True)
    codename = f"view_{model._meta.model_name}"
    user.user_permissions.set(Permission.objects.filter(codename=codename))
    client.force_login(user)

    text = text_of(client, model, name)

    assert found(others, text) == []


@each_page
def test_who_may_view_all_gets_the_links(
    viewer: Client, model: type, name: str, others: list[str]
) -> None:
    text = text_of(viewer, model, name)

    assert found(others, text) == others


def test_a_message_offers_no_place_to_who_may_not_go_there(client: Client) -> None:
    user = factories.make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_message"))
    client.force_login(user)

    assert "Show what was said" not in text_of(client, Message, "change")


def test_one_reader_is_not_taken_for_another(root: Client, client: Client) -> None:
    user = factories.make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_conversation"))
    client.force_login(user)

    for reader, sees in ((root, True), (client, False), (root, True)):
        assert (f'href="{USERS}' in text_of(reader, Conversation, "changelist")) is sees
