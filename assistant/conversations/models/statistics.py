"""Statistics of conversations, kept by triggers."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.conversations.models.conversations import Conversation
from assistant.db.fields import NumericField, TimestampField
from assistant.db.indexes import Index
from assistant.db.models import UUIDModel


class ConversationStatsManager(models.Manager["ConversationStats"]):
    """Finds a row by what it is about, so that fixtures do not bring a second one."""

    def get_by_natural_key(self, conversation: Any) -> "ConversationStats":
        """Return the statistics of a conversation, given its key."""
        return self.get(conversation_id=conversation)


class ConversationStats(UUIDModel):
    """How many messages and tokens a conversation has, and how long answers took.

    Derived from the messages and written by triggers only: what a client writes into these
    columns is ignored. A conversation without messages may have no row.
    """

    conversation = models.OneToOneField(
        Conversation,
        on_delete=models.CASCADE,
        verbose_name=_("conversation"),
        related_name="stats",
        db_constraint=False,  # the migration adds it, with ON DELETE CASCADE
        db_index=False,
    )
    total_messages = models.BigIntegerField(_("messages"), default=0, db_default=0, editable=False)
    total_tokens = models.BigIntegerField(_("tokens"), default=0, db_default=0, editable=False)
    avg_response_time = models.FloatField(
        _("average response time"),
        blank=True,
        null=True,
        editable=False,
        help_text=_("The mean generation time, in seconds, of the messages that have one."),
    )
    created_at = TimestampField(_("created at"), editable=False)
    updated_at = TimestampField(_("updated at"), editable=False)
    response_count = models.BigIntegerField(
        _("timed messages"), default=0, db_default=0, editable=False
    )
    # numeric: a sum of floats that once held a very large value never recovers.
    response_time_sum = NumericField(
        _("sum of generation times"), default=0, db_default=0, editable=False
    )

    objects = ConversationStatsManager()

    class Meta:
        db_table = "conversation_stats"
        verbose_name = _("conversation statistics")
        verbose_name_plural = _("conversation statistics")
        indexes = [
            # A conversation's statistics.
            Index(fields=["conversation"], name="idx_conversation_stats_conversation_id"),
        ]

    def __str__(self) -> str:
        return f"Statistics of {self.conversation_id}"

    def natural_key(self) -> tuple[str]:
        """Return the conversation's key as text."""
        return (str(self.conversation_id),)
