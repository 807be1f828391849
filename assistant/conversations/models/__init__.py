"""The tables of what was said."""

from assistant.conversations.models.conversations import Conversation
from assistant.conversations.models.messages import Message
from assistant.conversations.models.statistics import ConversationStats

__all__ = ["Conversation", "ConversationStats", "Message"]
