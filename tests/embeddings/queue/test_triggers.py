"""What is queued, whoever writes."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from assistant.embeddings.models import EmbeddingModel, EmbeddingQueueItem
from tests.factories import (
    make_conversation,
    make_document,
    make_embedding_model,
    make_message,
    make_user,
)

pytestmark = pytest.mark.django_db


def run(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def queued() -> dict[UUID, int]:
    """Return the versions of what is queued."""
    rows = EmbeddingQueueItem.objects.values_list("message_id", "document_id", "version")
    return {message or document: version for message, document, version in rows}


def check_constraints(statement: str) -> None:
    """Leave nothing to be checked at the commit, before which no table is emptied."""
    if statement.startswith("TRUNCATE"):
        run("SET CONSTRAINTS ALL IMMEDIATE")


def clear() -> None:
    EmbeddingQueueItem.objects.all().delete()


def test_new_messages_by_copy_and_sql(model: EmbeddingModel) -> None:
    conversation = make_conversation()
    with connection.cursor() as cursor:
        with cursor.copy("COPY messages (conversation_id, role, content) FROM STDIN") as copy:
            for text in ("one", "two"):
                copy.write_row((conversation.pk, "user", text))
        cursor.execute(
            "INSERT INTO messages (conversation_id, role, content) VALUES (%s, 'user', 'three')",
            [conversation.pk],
        )

    assert queued() == dict.fromkeys(conversation.messages.values_list("pk", flat=True), 1)


def test_new_documents_by_copy_and_sql(model: EmbeddingModel) -> None:
    with connection.cursor() as cursor:
        with cursor.copy("COPY knowledge_base (title, content) FROM STDIN") as copy:
            copy.write_row(("One", "one"))
        cursor.execute("INSERT INTO knowledge_base (title, content) VALUES ('Two', 'two')")

    assert list(queued().values()) == [1, 1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE knowledge_base SET title = 'Other'",
        "UPDATE knowledge_base SET content = content",
        "UPDATE knowledge_base SET tags = '{a}', source = '/a'",
        "UPDATE messages SET content = content",
        "UPDATE messages SET token_count = 3",
    ],
)
def test_what_leaves_the_content_queues_nothing(model: EmbeddingModel, statement: str) -> None:
    make_message()
    make_document()
    clear()

    run(statement)

    assert queued() == {}


def test_saving_again_queues_nothing(model: EmbeddingModel) -> None:
    message, document = make_message(), make_document()
    clear()

    message.save()
    document.save()

    assert queued() == {}


def test_an_edit_queues_once_and_counts(model: EmbeddingModel) -> None:
    message, document = make_message(), make_document()
    other = make_message()
    clear()

    for text in ("one", "two"):
        run("UPDATE messages SET content = %s WHERE id = %s", text, message.pk)
        run("UPDATE knowledge_base SET content = %s", text)

    assert queued() == {message.pk: 2, document.pk: 2}
    assert other.pk not in queued()


def test_an_edit_forgets_a_failure(model: EmbeddingModel) -> None:
    message = make_message()
    run("UPDATE embedding_queue SET failed_at = now(), attempts = 5, last_error = 'bad'")

    run("UPDATE messages SET content = 'better' WHERE id = %s", message.pk)

    item = EmbeddingQueueItem.objects.get()
    assert (item.failed_at, item.attempts, item.last_error) == (None, 0, None)


def test_moving_a_message_queues_nothing(model: EmbeddingModel) -> None:
    message = make_message()
    target = make_conversation()
    clear()

    run("UPDATE messages SET conversation_id = %s WHERE id = %s", target.pk, message.pk)

    assert queued() == {}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM conversations",
        "DELETE FROM messages",
        "DELETE FROM users",
        "TRUNCATE conversations CASCADE",
    ],
)
def test_deleted_messages_leave_the_queue(model: EmbeddingModel, statement: str) -> None:
    make_message()
    document = make_document()

    check_constraints(statement)
    run(statement)

    assert queued() == {document.pk: 1}


@pytest.mark.parametrize(
    "statement", ["DELETE FROM knowledge_base", "TRUNCATE knowledge_base CASCADE"]
)
def test_deleted_documents_leave_the_queue(model: EmbeddingModel, statement: str) -> None:
    message = make_message()
    make_document()

    check_constraints(statement)
    run(statement)

    assert queued() == {message.pk: 1}


def test_another_owner_queues_nothing(model: EmbeddingModel) -> None:
    conversation = make_message().conversation
    document = make_document()
    clear()

    run("UPDATE conversations SET user_id = %s WHERE id = %s", make_user().pk, conversation.pk)
    run("UPDATE knowledge_base SET owner_id = %s WHERE id = %s", make_user().pk, document.pk)

    assert queued() == {}


@pytest.mark.parametrize("fields", [{"is_active": False}, {"status": "retired"}])
def test_only_live_models(model: EmbeddingModel, fields: dict[str, Any]) -> None:
    make_embedding_model(**fields)
    building = make_embedding_model(status="building")

    make_message()

    models = EmbeddingQueueItem.objects.values_list("embedding_model", flat=True)
    assert set(models) == {model.pk, building.pk}
    EmbeddingModel.objects.filter(pk=building.pk).update(**fields)
    assert set(models.all()) == {model.pk}
    EmbeddingModel.objects.get(pk=building.pk).delete()
    model.refresh_from_db()
    assert set(models.all()) == {model.pk}


def test_what_is_rolled_back_leaves_nothing(model: EmbeddingModel) -> None:
    run("SAVEPOINT before")
    make_message()
    make_document()
    run("ROLLBACK TO before")

    assert queued() == {}
