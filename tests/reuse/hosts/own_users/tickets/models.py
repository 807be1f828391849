"""Tickets and bookmarks, which point at conversations."""

from django.db import models


class Ticket(models.Model):
    """Something to do that a conversation led to; stays when the conversation goes."""

    conversation = models.ForeignKey(
        "assistant_conversations.Conversation",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="tickets",
    )
    title = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.title


class Bookmark(models.Model):
    """A conversation to come back to; goes with it, in the database too."""

    conversation = models.ForeignKey(
        "assistant_conversations.Conversation",
        on_delete=models.CASCADE,
        related_name="bookmarks",
        db_constraint=False,  # the migration adds it, with ON DELETE CASCADE
    )

    def __str__(self) -> str:
        return str(self.conversation)
