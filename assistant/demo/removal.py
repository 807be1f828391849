"""Taking the demo's users and conversations away again, and nothing that others have made."""

from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connections, transaction
from django.db.models import ProtectedError, QuerySet, RestrictedError

from assistant.conversations.models import Conversation, Message
from assistant.demo.conversations import conversation_ids, message_ids
from assistant.demo.runs import Run
from assistant.demo.users import our_users, strangers_at_domain

__all__ = ["lock_users", "remove_conversations", "remove_users"]

KINDS = {
    "assistant_conversations.Conversation": "conversations",
    "assistant_conversations.Message": "messages",
    "assistant_embeddings.ConversationEmbedding": "conversation embeddings",
}
REFUSALS = (IntegrityError, ProtectedError, RestrictedError)


def lock_users(run: Run) -> dict[str, Any]:
    """Return the demo's users, each locked until the end; locks go from users downwards."""
    users = our_users(run)
    keys = [user.pk for user in users.values()]
    rows = get_user_model()._base_manager.using(run.using).filter(pk__in=keys)
    locked = {row.pk for row in rows.order_by("pk").select_for_update()}
    return {slug: user for slug, user in users.items() if user.pk in locked}


def remove_conversations(run: Run) -> None:
    """Delete the demo's conversations, but for those that others have added to."""
    stored = Conversation.objects.using(run.using)
    ours = stored.filter(pk__in=conversation_ids()).order_by("pk").select_for_update()
    rows = {row.pk: row for row in ours}
    kept = holding_more(run)
    for pk in sorted(kept & rows.keys()):
        run.notes.append(
            f"The conversation “{rows[pk]}” stays: it holds messages or embeddings that are not "
            "the demo's. Delete or move those and run this again."
        )
    messages = Message.objects.using(run.using).filter(pk__in=message_ids())
    delete(run, messages.exclude(conversation_id__in=kept))
    delete(run, stored.filter(pk__in=rows.keys() - kept))


def holding_more(run: Run) -> set[UUID]:
    """Return the keys of the demo's conversations that hold rows which are not the demo's."""
    ids = conversation_ids()
    messages = Message.objects.using(run.using).filter(conversation_id__in=ids)
    found = set(messages.exclude(pk__in=message_ids()).values_list("conversation_id", flat=True))
    if apps.is_installed("assistant.embeddings"):
        from assistant.demo.knowledge import embedding_ids, embeddings_of  # noqa: PLC0415

        chunks = embeddings_of(run).filter(conversation_id__in=ids)
        others = chunks.exclude(pk__in=embedding_ids())
        found |= set(others.values_list("conversation_id", flat=True))
    return found


def remove_users(run: Run, users: dict[str, Any]) -> None:
    """Delete the demo's users, but for those to whom something else belongs."""
    stored = get_user_model()._base_manager.using(run.using)
    for user in users.values():
        name = user.get_username()
        mine = Conversation.objects.using(run.using).filter(user=user)
        if count := mine.count():
            run.notes.append(
                f"The user {name} stays, for {count} conversations. Delete those or give them to "
                "another user and run this again."
            )
            continue
        try:
            with transaction.atomic(using=run.using):
                stored.filter(pk=user.pk).delete()
                # Here rather than at the commit, where it would undo everything else.
                connections[run.using].check_constraints()
        except REFUSALS as error:
            run.notes.append(f"The user {name} stays: {str(error).splitlines()[0]}")
        else:
            run.counts["users"] += 1
    if strangers := strangers_at_domain(run, users):
        run.notes.append(
            f"Nothing tells that these users are the demo's, so they stay: {', '.join(strangers)}."
        )


def delete(run: Run, rows: QuerySet[Any]) -> None:
    """Delete rows and count them and what goes with them."""
    _, deleted = rows.delete()
    for label, kind in KINDS.items():
        run.counts[kind] += deleted.get(label, 0)
