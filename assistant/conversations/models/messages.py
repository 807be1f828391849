"""Messages."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from assistant.conversations.models.conversations import Conversation
from assistant.db.constraints import (
    finite_check,
    json_object_check,
    not_negative_check,
    time_check,
)
from assistant.db.expressions import ToSearchVector
from assistant.db.fields import JSONObjectField, TimestampField
from assistant.db.indexes import GinIndex, Index
from assistant.db.models import UUIDModel
from assistant.db.search import FullTextQuerySet
from assistant.db.validators import validate_finite, validate_no_nul


class MessageQuerySet(FullTextQuerySet):
    """Filters of messages."""

    search_vector = ToSearchVector("content")

    def in_order(self) -> "MessageQuerySet":
        """Order as they were said."""
        return self.order_by("timestamp", "id")

    def before(self, message: "Message") -> "MessageQuerySet":
        """Keep what comes before this one in that order."""
        same_time = models.Q(timestamp=message.timestamp, id__lt=message.pk)
        return self.filter(models.Q(timestamp__lt=message.timestamp) | same_time)


class Message(UUIDModel):
    """One message of a conversation.

    Triggers keep the conversation's statistics and its ``updated_at`` whoever writes.
    """

    class Role(models.TextChoices):
        USER = "user", _("user")
        ASSISTANT = "assistant", _("assistant")
        SYSTEM = "system", _("system")

    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.CASCADE,
        verbose_name=_("conversation"),
        related_name="messages",
        db_constraint=False,  # the migration adds it, with ON DELETE CASCADE
        db_index=False,
    )
    role = models.CharField(_("role"), max_length=50, choices=Role)
    content = models.TextField(_("content"), validators=[validate_no_nul])
    token_count = models.IntegerField(
        _("tokens"), blank=True, null=True, validators=[MinValueValidator(0)]
    )
    timestamp = TimestampField(_("time"))
    model_name = models.CharField(
        _("model"), max_length=255, blank=True, null=True, validators=[validate_no_nul]
    )
    generation_time = models.FloatField(
        _("generation time"),
        blank=True,
        null=True,
        validators=[validate_finite, MinValueValidator(0)],
        help_text=_("In seconds."),
    )
    temperature = models.FloatField(
        _("temperature"), blank=True, null=True, validators=[validate_finite]
    )
    generation_config = JSONObjectField(_("generation configuration"), db_default={})

    objects = MessageQuerySet.as_manager()

    class Meta:
        db_table = "messages"
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            # A conversation's messages; the cascade and the recount of its statistics.
            Index(fields=["conversation"], name="idx_messages_conversation_id"),
            # The admin's list filtered by role.
            Index(fields=["role"], name="idx_messages_role"),
            # Latest first, over all conversations.
            Index(fields=["-timestamp"], name="idx_messages_timestamp"),
            # What a model has answered.
            Index(fields=["model_name"], name="idx_messages_model_name"),
            # Messages that hold a word: to_search_vector(content) @@ query
            GinIndex(ToSearchVector("content"), name="idx_messages_content_fts"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=["user", "assistant", "system"]),
                name="messages_role_check",
                violation_error_message=_("The role is one of user, assistant and system."),
            ),
            not_negative_check("token_count", name="messages_token_count_check"),
            finite_check("generation_time", name="messages_generation_time_check", negative=False),
            finite_check("temperature", name="messages_temperature_check"),
            time_check("timestamp", name="messages_timestamp_check"),
            json_object_check("generation_config", name="messages_generation_config_check"),
        ]

    def __str__(self) -> str:
        if "content" in self.get_deferred_fields():  # it may be large, and was left out on purpose
            return f"{self.role} message {self.pk}"
        return f"{self.role}: {Truncator(self.content).chars(60)}"
