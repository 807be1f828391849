"""Loading again changes nothing, whatever has happened since."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connections
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from assistant.conversations.models import Conversation, Message
from assistant.demo import knowledge
from assistant.demo.runs import demo_id
from assistant.demo.services import load_demo
from assistant.embeddings.models import EmbeddingModel, EmbeddingQueueItem, KnowledgeDocument
from assistant.settings.models import ModelConfig, SystemSetting
from tests.demo.support import dump

NEXT_MONTH = datetime.now(UTC).date() + timedelta(days=30)
USING = "scratch"


@pytest.mark.parametrize("today", [None, NEXT_MONTH], ids=["the same day", "another day"])
def test_again(scratch, today):
    load_demo(using=USING)
    before = dump(scratch)

    run = load_demo(using=USING, today=today)

    assert dump(scratch) == before
    assert run.counts.total() == 0
    assert run.notes == []


def test_nothing_of_the_demos_model_waits(scratch):
    load_demo(using=USING)

    model = EmbeddingModel.objects.using(USING).get(
        pk=demo_id("embedding model", knowledge.MODELS[0]["name"])
    )
    assert not model.queue.exists()
    assert EmbeddingQueueItem.objects.using(USING).exists()  # the default model's


def test_the_demos_model_embeds_alike(scratch):
    load_demo(using=USING)
    model = EmbeddingModel.objects.using(USING).get(
        pk=demo_id("embedding model", knowledge.MODELS[0]["name"])
    )

    backend = import_string(model.backend)(model)

    chunk = model.knowledge_chunks.order_by("pk")[0]
    content = chunk.document.content
    assert content[chunk.start_offset : chunk.end_offset] == chunk.chunk_text
    [vector] = backend.embed_documents([chunk.chunk_text])
    assert list(chunk.embedding_vector) == pytest.approx(vector, abs=1e-6)
    assert backend.embed_query(chunk.chunk_text) == vector


def test_edits_survive(scratch):
    load_demo(using=USING)
    user = get_user_model().objects.using(USING).get(pk=demo_id("user", "mara.lindqvist"))
    user.username = "renamed"
    user.set_password("password")
    user.save(using=USING)
    Conversation.objects.using(USING).update(title="Edited", metadata={})
    Message.objects.using(USING).filter(role="user").update(content="Edited", token_count=1)
    SystemSetting.objects.using(USING).exclude(key="demo_data").update(value=[1])
    ModelConfig.objects.using(USING).update(name="Edited")
    EmbeddingModel.objects.using(USING).filter(dimension=16).update(name="Edited")
    KnowledgeDocument.objects.using(USING).update(title="Edited")
    before = dump(scratch)

    load_demo(using=USING)

    assert dump(scratch) == before


def test_what_was_deleted_comes_back_with_times_of_the_first_load(scratch):
    load_demo(using=USING)
    message = Message.objects.using(USING).get(pk=demo_id("message", "sourdough", 3))
    documents = KnowledgeDocument.objects.using(USING).count()
    message.delete()
    Conversation.objects.using(USING).get(pk=demo_id("conversation", "paella")).delete()
    KnowledgeDocument.objects.using(USING).all().delete()

    run = load_demo(using=USING, today=NEXT_MONTH)

    again = Message.objects.using(USING).get(pk=message.pk or demo_id("message", "sourdough", 3))
    assert (again.timestamp, again.content) == (message.timestamp, message.content)
    assert run.counts["conversations"] == 1
    assert run.counts["knowledge documents"] == documents


def test_an_interrupted_load_leaves_nothing(scratch, monkeypatch):
    before = dump(scratch)
    monkeypatch.setattr(knowledge, "document_row", interrupt)

    with pytest.raises(KeyboardInterrupt):
        load_demo(using=USING)

    assert dump(scratch) == before
    monkeypatch.undo()
    assert load_demo(using=USING).counts["messages"] > 400


def interrupt(*arguments):
    raise KeyboardInterrupt


def test_the_latest_come_first_and_nothing_is_in_the_future(scratch):
    load_demo(using=USING)

    rows = Conversation.objects.using(USING).annotate(said=Max("messages__timestamp"))
    times = [row.said for row in rows.recent_first() if row.said]
    assert times == sorted(times, reverse=True)
    assert not rows.filter(updated_at__gt=Now()).exists()


def test_side_by_side(scratch):
    def load(number):
        try:
            return load_demo(using=USING).counts["messages"]
        finally:
            connections[USING].close()

    with ThreadPoolExecutor(4) as threads:
        loaded = sorted(threads.map(load, range(4)))

    stored = Message.objects.using(USING).count()
    assert loaded == [0, 0, 0, stored]
    assert stored > 400


def test_the_command_says_what_and_how_to_remove_it(scratch, capsys):
    call_command("load_demo", database=USING)
    first = capsys.readouterr().out
    call_command("load_demo", database=USING)
    second = capsys.readouterr().out

    assert first.startswith("Loaded: 8 users, ")
    assert second.startswith("The demo data is loaded; nothing is missing.")
    assert "manage.py load_demo --remove --database scratch" in first
