"""Fixtures: Django saves them raw."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from assistant.conversations.models import Conversation, ConversationStats, Message
from tests.factories import make_conversation, make_message, make_user

pytestmark = pytest.mark.django_db


def load(directory: Path, rows: list[dict[str, object]]) -> None:
    path = directory / "rows.json"
    path.write_text(json.dumps(rows))
    call_command("loaddata", str(path), verbosity=0)


def test_what_a_row_leaves_out_gets_the_columns_default(tmp_path: Path) -> None:
    load(
        tmp_path,
        [
            {"model": "assistant_settings.modelconfig", "fields": {"name": "a", "model_path": "b"}},
            {"model": "assistant_accounts.user", "fields": {"username": "by-fixture"}},
        ],
    )

    user = get_user_model().objects.get(username="by-fixture")
    assert user.pk is not None
    assert user.created_at == user.updated_at is not None


def test_a_dump_by_natural_keys_loads_again(tmp_path: Path) -> None:
    conversation = make_conversation(user=make_user(username="natural"))
    make_message(conversation=conversation, token_count=3)
    output = StringIO()
    labels = ("assistant_accounts", "assistant_conversations")
    call_command("dumpdata", *labels, natural_primary=True, natural_foreign=True, stdout=output)
    Conversation.objects.all().delete()
    get_user_model().objects.filter(username="natural").delete()

    load(tmp_path, json.loads(output.getvalue()))

    loaded = ConversationStats.objects.get(conversation__user__username="natural")
    assert (loaded.total_messages, loaded.total_tokens) == (1, 3)
    assert Message.objects.count() == 1


def test_a_dump_of_everything_loads_again(tmp_path: Path) -> None:
    make_message(conversation=make_conversation(user=make_user(username="natural")))
    path = tmp_path / "everything.json"
    left_out = ["contenttypes", "auth.permission"]

    call_command("dumpdata", exclude=left_out, natural_primary=True, output=str(path), verbosity=0)
    call_command("loaddata", str(path), verbosity=0)

    assert Message.objects.get().conversation.user.username == "natural"
