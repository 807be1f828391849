"""What goes when one of the project's users goes."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, models

from assistant.conversations.models import Conversation, ConversationStats, Message
from assistant.embeddings.models import ConversationEmbedding, SearchEvent, SearchRecord
from checks.rows import make_one_of_each

TABLES = [
    Conversation,
    Message,
    ConversationStats,
    ConversationEmbedding,
    SearchRecord,
    SearchEvent,
]


@pytest.fixture
def user(db: None) -> models.Model:
    """Return a user with a conversation, beside another one with another."""
    make_one_of_each()
    return make_one_of_each().user


def counts() -> list[int]:
    return [model.objects.count() for model in TABLES]


def delete_by_sql(user: models.Model) -> None:
    table = connection.ops.quote_name(user._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [user.pk])
        assert cursor.rowcount == 1
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def delete_by_orm(user: models.Model) -> None:
    get_user_model().objects.get(pk=user.pk).delete()


@pytest.mark.parametrize("delete", [delete_by_sql, delete_by_orm])
def test_a_deleted_user_takes_the_conversations_along(user: models.Model, delete: object) -> None:
    assert counts() == [2] * len(TABLES)

    delete(user)

    assert counts() == [1] * len(TABLES)
    assert ConversationStats.objects.get().total_messages == 1


def test_conversations_are_reached_from_their_user(user: models.Model) -> None:
    users = get_user_model().objects

    assert users.filter(assistant_conversation__title="Plans").count() == 2
    assert user.assistant_conversations.count() == 1
