"""Every page of every registered model, with rows in it."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from project.factories import make_user

from assistant.conversations.models import Conversation
from assistant.embeddings.models import KnowledgeDocument
from checks.pages import closed_pages
from checks.rows import MODELS, make_one_of_each


@pytest.fixture(autouse=True)
def rows(db: None) -> Conversation:
    return make_one_of_each()


@pytest.mark.parametrize("model", admin.site._registry)
def test_pages_of_a_model_open(root: Client, model: type) -> None:
    assert closed_pages(root, model) == {}
    assert model._base_manager.exists() or model not in MODELS


def test_all_tables_have_pages() -> None:
    assert set(MODELS) <= set(admin.site._registry)
    models = [
        model
        for config in apps.get_app_configs()
        if config.name.startswith("assistant.")
        for model in config.get_models()
        if not model._meta.swapped
    ]
    assert set(models) == set(MODELS)
    assert not [model for model in admin.site._registry if model._meta.swapped]


def test_the_user_of_a_conversation_is_looked_up_by_name(root: Client) -> None:
    user = make_user(name="ada@example.org")

    answer = root.get(
        "/admin/autocomplete/",
        {
            "app_label": "assistant_conversations",
            "model_name": "conversation",
            "field_name": "user",
            "term": "ada@",
        },
    )

    assert [each["id"] for each in answer.json()["results"]] == [str(user.pk)]


def test_conversations_are_found_by_the_name_of_their_user(root: Client) -> None:
    user = make_user(name="ada@example.org")
    mine = Conversation.objects.create(user=user)

    answer = root.get("/admin/assistant_conversations/conversation/", {"q": "ada@example"})

    assert list(answer.context["cl"].result_list) == [mine]
    assert "ada@example.org" in answer.text


def test_a_search_is_tried_as_a_user(root: Client) -> None:
    ada, eve = make_user(name="ada@example.org"), make_user(name="eve@example.org")
    for user in (ada, eve):
        KnowledgeDocument.objects.create(title="Mine", content="zebras run", owner=user)

    address = reverse("admin:assistant_embeddings_try_search")
    answer = root.get(address, {"q": "zebras", "user": str(ada.pk)})

    assert answer.context["form"].errors == {}
    columns = {column.mode: column for column in answer.context["columns"]}
    assert [item.hit.source.owner for item in columns["keyword"].found] == [ada]
    assert "ada@example.org" in answer.text
    assert "<mark>zebras</mark> run" in answer.text
    assert address in root.get("/admin/assistant_embeddings/").text


def test_a_conversation_is_made_and_deleted_on_the_pages(root: Client) -> None:
    inlines = {
        f"tickets-{name}": "0"
        for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")
    }
    data = {
        "user": make_user().pk,
        "title": "By hand",
        "agent_type": "chat",
        "context_length": "0",
        "is_active": "on",
        "metadata": "{}",
        **inlines,
    }

    root.post("/admin/assistant_conversations/conversation/add/", data)
    made = Conversation.objects.get(title="By hand")
    address = f"/admin/assistant_conversations/conversation/{made.pk}/delete/"
    root.post(address, {"post": "yes"})

    assert not Conversation.objects.filter(title="By hand").exists()
