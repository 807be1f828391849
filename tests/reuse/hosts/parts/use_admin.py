"""The admin pages of the apps that are here."""

from checks.pages import closed_pages
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client

root = User.objects.create_superuser("root")
client = Client()
client.force_login(root)

if apps.is_installed("assistant.conversations"):
    from assistant.conversations.models import Conversation

    conversation = Conversation.objects.create(user=root)
    conversation.messages.create(role="user", content="Hello")
if apps.is_installed("assistant.embeddings"):
    from assistant.embeddings.models import KnowledgeDocument

    KnowledgeDocument.objects.create(title="T", content="Words")

for model in admin.site._registry:
    assert closed_pages(client, model) == {}, model
