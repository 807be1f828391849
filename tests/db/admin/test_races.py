"""What other connections change between the check of a form and its saving."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.admin import ModelAdmin
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from assistant.accounts.models import User
from assistant.conversations.models import Conversation, Message
from assistant.db.admin import TableAdmin
from assistant.embeddings.models import EmbeddingModel, KnowledgeDocument
from assistant.settings.models import SystemSetting
from tests import factories
from tests.db.admin.pages import errors, log_of, notices, page

CONFIG = {"generation_config": "{}", "initial-generation_config": "{}"}
CHOICES = {"backend": "fastembed", "distance": "cosine", "status": "active"}
Execute = Callable[..., Any]


@contextmanager
def another_connection() -> Iterator[Execute]:
    """Yield a function that executes SQL on a connection of its own, committed at once."""
    connection: BaseDatabaseWrapper = connections.create_connection("default")
    connection.settings_dict = connections["default"].settings_dict

    def execute(sql: str, *params: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchone()[0] if cursor.description else None

    execute("SET lock_timeout = '5s'")
    yield execute
    connection.close()


@pytest.fixture(autouse=True)
def clean_up(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Delete what was committed, after the test's own transaction has ended."""
    yield
    with django_db_blocker.unblock(), another_connection() as execute:
        execute("DELETE FROM users WHERE username LIKE 'race-%%'")
        execute("DELETE FROM system_settings WHERE key LIKE 'race-%%'")
        execute("DELETE FROM knowledge_base WHERE title LIKE 'race-%%'")
        execute("DELETE FROM embedding_models WHERE name LIKE 'race-%%'")


@pytest.fixture
def elsewhere(db: None) -> Iterator[Execute]:
    """Return a function that executes SQL as somebody else."""
    with another_connection() as execute:
        yield execute


@pytest.fixture
def just_before(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that lets something happen once, right before a method of the admin."""

    def arrange(name: str, event: Callable[[], Any]) -> None:
        method = getattr(TableAdmin, name)
        pending = [event]

        def late(self: ModelAdmin, *args: Any, **kwargs: Any) -> Any:
            if pending:
                pending.pop()()
            return method(self, *args, **kwargs)

        monkeypatch.setattr(TableAdmin, name, late)

    return arrange


def test_a_user_name_taken_in_between(root: Client, elsewhere: Execute, just_before: Any) -> None:
    just_before("save_model", lambda: elsewhere("INSERT INTO users (username) VALUES ('race-a')"))
    data = {"username": "race-a", "usable_password": "false"}

    response = root.post(page(User, "add"), data)

    assert "already exists" in errors(response)["username"][0]
    assert not notices(response)


def test_a_key_taken_in_between_is_not_overwritten(
    root: Client, elsewhere: Execute, just_before: Any
) -> None:
    insert = "INSERT INTO system_settings (key, value) VALUES ('race-key', '1')"
    just_before("save_model", lambda: elsewhere(insert))

    response = root.post(page(SystemSetting, "add"), {"key": "race-key", "value": "2"})

    assert "already exists" in errors(response)["key"][0]
    assert SystemSetting.objects.get(key="race-key").value == 1


def test_a_default_model_made_in_between(
    root: Client, elsewhere: Execute, just_before: Any
) -> None:
    EmbeddingModel.objects.update(is_default=False)
    insert = "INSERT INTO embedding_models (name, dimension) VALUES ('race-model', 3)"
    just_before("save_model", lambda: elsewhere(insert))
    data = {"name": "race-model", "dimension": "3", **CHOICES}

    response = root.post(page(EmbeddingModel, "add"), data)

    assert "already exists" in errors(response)["name"][0]


def test_a_document_deleted_in_between_stays_deleted(
    root: Client, elsewhere: Execute, just_before: Any
) -> None:
    insert = "INSERT INTO knowledge_base (title, content) VALUES ('race-a', 'Words') RETURNING id"
    document = KnowledgeDocument(pk=elsewhere(insert))
    delete = "DELETE FROM knowledge_base WHERE title = 'race-a'"
    just_before("save_model", lambda: elsewhere(delete))
    data = {"title": "race-b", "content": "Words", "content_type": "text", "tags": ""}

    response = root.post(page(document, "change"), data, follow=True)

    assert "Perhaps it was deleted?" in notices(response)[0]
    assert not KnowledgeDocument.objects.filter(title__startswith="race").exists()
    assert not log_of(document)


def test_a_conversation_deleted_in_between(
    root: Client, elsewhere: Execute, just_before: Any
) -> None:
    user = elsewhere("INSERT INTO users (username) VALUES ('race-a') RETURNING id")
    conversation = elsewhere("INSERT INTO conversations (user_id) VALUES (%s) RETURNING id", user)
    just_before("save_model", lambda: elsewhere("DELETE FROM conversations"))
    data = {"conversation": conversation, "role": "user", "content": "Hello", **CONFIG}

    response = root.post(page(Message, "add"), data)

    assert list(errors(response)) == ["conversation"]
    assert not notices(response)
    assert not Message.objects.exists()


@pytest.mark.parametrize("action", ["page", "list"])
def test_a_document_that_begins_to_protect_a_model_in_between(
    root: Client, elsewhere: Execute, just_before: Any, action: str
) -> None:
    insert = "INSERT INTO embedding_models (name, dimension) VALUES ('race-a', 3) RETURNING id"
    model = EmbeddingModel(pk=elsewhere(insert), name="race-a")
    use = (
        "INSERT INTO knowledge_base (title, content, embedding_vector, embedding_model_id) "
        "VALUES ('race-a', 'Words', '[1,2,3]', %s)"
    )
    just_before("delete_queryset", lambda: elsewhere(use, model.pk))

    if action == "page":
        response = root.post(page(model, "delete"), {"post": "yes"})
    else:
        data = {"action": "delete_selected", "_selected_action": str(model.pk), "post": "yes"}
        response = root.post(page(EmbeddingModel, "changelist"), data)

    assert "1 knowledge document," in response.text
    assert not notices(response)
    assert not log_of(model)


def test_a_dimension_taken_into_use_in_between(
    root: Client, elsewhere: Execute, just_before: Any
) -> None:
    insert = "INSERT INTO embedding_models (name, dimension) VALUES ('race-a', 3) RETURNING id"
    model = EmbeddingModel(pk=elsewhere(insert))
    use = (
        "INSERT INTO knowledge_base (title, content, embedding_vector, embedding_model_id) "
        "VALUES ('race-a', 'Words', '[1,2,3]', %s)"
    )
    just_before("save_model", lambda: elsewhere(use, model.pk))

    data = {"name": "race-a", "dimension": "4", **CHOICES}
    response = root.post(page(model, "change"), data, follow=True)

    [notice] = notices(response)
    assert notice.startswith("Nothing was saved. The database refused it: embedding model")
    assert "has vectors of 3 dimensions" in notice
    assert not log_of(model)


def test_a_deletion_locks_conversations_before_what_belongs_to_them(root: Client) -> None:
    conversation = factories.make_message().conversation
    statements: list[str] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(sql)
        return execute(sql, params, many, context)

    with connections["default"].execute_wrapper(record):
        root.post(page(conversation, "delete"), {"post": "yes"})

    lock = next(i for i, sql in enumerate(statements) if "FOR UPDATE" in sql)
    deletion = next(i for i, sql in enumerate(statements) if sql.startswith("DELETE"))
    assert '"conversations"' in statements[lock]
    assert lock < deletion
    assert not Conversation.objects.exists()


def test_what_is_not_about_the_input_is_not_hidden(
    root: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Any, *args: Any) -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")

    monkeypatch.setattr(TableAdmin, "save_model", broken)
    root.raise_request_exception = False

    response = root.post(page(SystemSetting, "add"), {"key": "a", "value": "1"})

    assert response.status_code == 500
