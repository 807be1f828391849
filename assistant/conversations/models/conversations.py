"""Conversations."""

from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.db.constraints import json_object_check, not_negative_check
from assistant.db.fields import JSONObjectField, TimestampField
from assistant.db.indexes import Index, PrefixIndex
from assistant.db.models import UUIDModel
from assistant.db.validators import validate_no_nul


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Filters of conversations."""

    def for_user(self, user: Any) -> "ConversationQuerySet":
        """Keep what belongs to this user (an instance or a key)."""
        return self.filter(user=user)

    def active(self) -> "ConversationQuerySet":
        """Keep what is not switched off."""
        return self.filter(is_active=True)

    def recent_first(self) -> "ConversationQuerySet":
        """Order by the last message or change."""
        return self.order_by("-updated_at", "-id")


class Conversation(UUIDModel):
    """An exchange between one user and an assistant."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        verbose_name=_("user"),
        related_name="assistant_conversations",
        related_query_name="assistant_conversation",
        db_constraint=False,  # the migration adds it, with ON DELETE CASCADE
        db_index=False,
    )
    title = models.CharField(
        _("title"), max_length=500, blank=True, null=True, validators=[validate_no_nul]
    )
    agent_type = models.CharField(
        _("agent type"),
        max_length=100,
        default="chat",
        db_default="chat",
        validators=[validate_no_nul],
    )
    context_length = models.IntegerField(
        _("context length"),
        default=0,
        db_default=0,
        validators=[MinValueValidator(0)],
        help_text=_("In tokens."),
    )
    is_active = models.BooleanField(_("active"), default=True, db_default=True)
    created_at = TimestampField(_("created at"), editable=False)
    updated_at = TimestampField(_("updated at"), editable=False)
    metadata = JSONObjectField(_("metadata"), db_default={})

    objects = ConversationQuerySet.as_manager()

    class Meta:
        db_table = "conversations"
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        indexes = [
            # A user's conversations; the cascade from users.
            Index(fields=["user"], name="idx_conversations_user_id"),
            # The admin's list filtered by kind of agent.
            Index(fields=["agent_type"], name="idx_conversations_agent_type"),
            # Newest first.
            Index(fields=["-created_at"], name="idx_conversations_created_at"),
            # Latest activity first.
            Index(fields=["-updated_at"], name="idx_conversations_updated_at"),
            # The beginning of a title: UPPER(title) LIKE …
            PrefixIndex("title", name="idx_conversations_title_prefix"),
        ]
        constraints = [
            not_negative_check("context_length", name="conversations_context_length_check"),
            json_object_check("metadata", name="conversations_metadata_check"),
        ]

    def __str__(self) -> str:
        return self.title or f"Conversation {self.pk}"
