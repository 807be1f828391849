"""What the demo data has to show."""

import json
import math
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from assistant.conversations.models import Conversation, ConversationStats, Message
from assistant.conversations.statistics import find_differences
from assistant.demo.content import dialogues, documents, people
from assistant.demo.embedder import DIMENSION, embed
from assistant.demo.runs import demo_id
from assistant.demo.services import load_demo
from assistant.embeddings.models import ConversationEmbedding, EmbeddingModel, KnowledgeDocument
from assistant.settings.models import ModelConfig, SystemSetting

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    return load_demo()


def kinds_of_json():
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT jsonb_typeof(value) FROM system_settings")
        return {kind for (kind,) in cursor.fetchall()}


def test_many_conversations_of_several_users(loaded):
    users = get_user_model().objects.filter(email__endswith="@demo.example")

    assert Conversation.objects.count() >= 30
    assert 400 <= Message.objects.count() <= 800
    assert users.count() >= 6
    assert {user.is_staff for user in users} == {user.is_active for user in users} == {True, False}
    assert not any(user.has_usable_password() for user in users)
    assert all(user.assistant_conversations.exists() for user in users)


def test_messages_differ(loaded):
    contents = Counter(Message.objects.values_list("content", flat=True))

    assert len(contents) >= 0.99 * Message.objects.count()
    assert set(Message.objects.values_list("role", flat=True)) == set(Message.Role.values)
    assert (
        Message.objects.filter(model_name__isnull=False).values("model_name").distinct().count()
        >= 4
    )
    for text in ("```python", "```sql", "|---|", "- [ ]", "日", "ß", "¿", "<script>"):
        assert any(text in content for content in contents), text
    assert sum(len(content) > 3000 for content in contents) >= 2


def test_conversations_of_every_kind(loaded):
    sizes = Counter(Message.objects.values_list("conversation_id", flat=True))

    assert max(sizes.values()) >= 120
    assert Conversation.objects.exclude(pk__in=sizes).count() == 1
    assert Conversation.objects.filter(title=None).count() >= 2
    assert Conversation.objects.filter(is_active=False).count() >= 2
    assert Conversation.objects.values("agent_type").distinct().count() >= 5


def test_answers_say_how_they_were_made(loaded):
    answers = Message.objects.filter(role="assistant")
    names = set(ModelConfig.objects.values_list("name", flat=True))

    for answer in answers:
        assert answer.model_name in names
        assert answer.token_count > 0
        assert 0 < answer.generation_time < 300
        assert answer.temperature is not None
        assert answer.generation_config["max_tokens"] >= answer.token_count


def test_statistics_are_the_triggers(loaded):
    assert list(find_differences()) == []
    assert ConversationStats.objects.filter(total_messages__gte=120).exists()


def test_times_span_months_and_are_past_and_in_order(loaded):
    now = datetime.now(UTC)
    times = Message.objects.values_list("timestamp", flat=True)

    assert max(times) < datetime.combine(now, time(), UTC)
    assert max(times) - min(times) > timedelta(days=200)
    for conversation in Conversation.objects.all():
        said = conversation.messages.in_order()
        expected = [demo_id("message", slug_of(conversation), n) for n in range(len(said))]
        assert [message.pk for message in said] == expected
        assert all(message.timestamp >= conversation.created_at for message in said)
        assert conversation.user.created_at <= conversation.created_at


def slug_of(conversation):
    return next(d.slug for d in dialogues() if demo_id("conversation", d.slug) == conversation.pk)


def test_settings_of_every_type_and_no_secret(loaded):
    assert kinds_of_json() == {"object", "array", "string", "number", "boolean", "null"}
    assert SystemSetting.objects.get(key="openai_api_key_env").value == "OPENAI_API_KEY"
    assert ModelConfig.objects.filter(is_default=True).count() == 1


def test_documents_with_all_their_columns(loaded):
    rows = KnowledgeDocument.objects.all()

    assert rows.count() >= 25
    assert {row.language for row in rows} >= {"en", "de", "es", "ja"}
    assert len({row.content_type for row in rows}) >= 4
    assert all(row.tags and row.source and row.file_size and row.file_extension for row in rows)
    assert KnowledgeDocument.objects.matching("refund card").exists()


def test_vectors_are_of_length_1_and_of_the_demos_own_model(loaded):
    model = EmbeddingModel.objects.get(name="demo-hashed-words")
    chunks = ConversationEmbedding.objects.all()

    assert not model.is_default
    assert EmbeddingModel.objects.filter(name__startswith="demo", is_active=False).count() == 1
    assert chunks.count() >= 200
    assert {chunk.source_type for chunk in chunks} == {"message", "file"}
    for row in [*chunks, *KnowledgeDocument.objects.all()]:
        assert row.embedding_model_id == model.pk
        assert math.isclose(math.hypot(*row.embedding_vector), 1, rel_tol=1e-5)


def test_the_embedder_finds_texts_that_share_words():
    def likeness(one, other):
        return sum(a * b for a, b in zip(embed(one), embed(other), strict=True))

    assert len(embed("")) == DIMENSION
    assert embed("Bread and salt") == embed("salt AND bread")
    question = "refund for a broken teapot"
    assert likeness(question, "the teapot arrived broken") > likeness(question, "rail pass, Kyoto")


def test_some_go_on_days_later(loaded):
    days = {
        message.timestamp.date()
        for message in Message.objects.filter(conversation=demo_id("conversation", "sourdough"))
    }

    assert len(days) == 5


def test_content_is_complete():
    users = {person.slug for person in people()}

    assert {dialogue.user for dialogue in dialogues()} == users
    assert all(turn.content for dialogue in dialogues() for turn in dialogue.turns)
    assert all(dialogue.days_ago > 0 for dialogue in dialogues())
    assert len({document.title for document in documents()}) == len(documents())
    assert json.loads(json.dumps([person.preferences for person in people()]))


def test_times_are_relative_to_the_day(loaded):
    first = Conversation.objects.get(pk=demo_id("conversation", "untitled-units"))

    assert first.created_at.date() == loaded.today - timedelta(days=12)
    assert date.fromisoformat(first.metadata["demo"]["loaded_on"]) == loaded.today
