"""The admin pages of settings and conversations, without embeddings."""

from checks.pages import closed_pages
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client

from assistant.conversations.models import Conversation

root = User.objects.create_superuser("root")
client = Client()
client.force_login(root)

conversation = Conversation.objects.create(user=root)
conversation.messages.create(role="user", content="Hello")

for model in admin.site._registry:
    assert closed_pages(client, model) == {}, model
