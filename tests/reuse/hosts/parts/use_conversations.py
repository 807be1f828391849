"""Conversations without settings and embeddings."""

from django.contrib.auth import get_user_model
from django.core.management import call_command

from assistant.conversations.models import Conversation, ConversationStats
from assistant.conversations.services import add_message, ingest_messages

user = get_user_model().objects.create(username="ada")
conversation = Conversation.objects.create(user=user)
add_message(conversation=conversation, role="user", content="Hello", token_count=2)
ingest_messages([{"conversation": conversation, "role": "assistant", "content": "Hi"}])

stats = ConversationStats.objects.get()
assert (stats.total_messages, stats.total_tokens) == (2, 2)
assert list(conversation.messages.in_order().values_list("role", flat=True)) == [
    "user",
    "assistant",
]
call_command("conversation_stats", "verify")

user.delete()
assert not ConversationStats.objects.exists()
