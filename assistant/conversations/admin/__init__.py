"""Conversations, messages and statistics in the admin site."""

from assistant.conversations.admin.conversations import ConversationAdmin
from assistant.conversations.admin.messages import MessageAdmin
from assistant.conversations.admin.statistics import ConversationStatsAdmin

__all__ = ["ConversationAdmin", "ConversationStatsAdmin", "MessageAdmin"]
