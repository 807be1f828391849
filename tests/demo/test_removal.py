"""Removing takes what was loaded, and nothing else."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection

from assistant.conversations.models import Conversation, Message
from assistant.demo.runs import demo_id
from assistant.demo.services import load_demo, remove_demo
from assistant.embeddings.models import ConversationEmbedding, EmbeddingModel
from tests import factories
from tests.contract.databases import connect
from tests.demo.support import dump

USING = "scratch"


def make_rows():
    """Make one row of everything through Django's usual database."""
    message = factories.make_message(token_count=3, generation_time=0.5)
    factories.make_embedding(conversation=message.conversation, message=message)
    factories.make_document(tags=["mine"])
    factories.make_setting(key="max_upload_mb", value=7)
    factories.make_model_config(name="lantern-8b-chat")
    factories.make_user(username="aiko.tanaka@demo.example")


@pytest.mark.django_db
def test_everything_is_as_before():
    make_rows()
    before = rows_now()

    load_demo()
    during = rows_now()
    remove_demo()

    assert rows_now() == before
    assert during.keys() == before.keys()
    changed = {table for table in before if during[table] != before[table]}
    assert changed == {
        "users",
        "conversations",
        "messages",
        "conversation_stats",
        "conversation_embeddings",
        "knowledge_base",
        "knowledge_chunks",
        "embedding_queue",
        "embedding_models",
        "model_configs",
        "search_lexemes",
        "search_statistics",
        "system_settings",
    }


def rows_now():
    """Return every row of the test database as text, uncommitted ones included."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" AS t ORDER BY 1')
            found[table] = cursor.fetchall()
    return found


def test_everything_is_as_before_when_committed_and_edited(scratch):
    before = dump(scratch)
    load_demo(using=USING)
    user = get_user_model().objects.using(USING).get(pk=demo_id("user", "diego.fuentes"))
    user.groups.add(Group.objects.using(USING).create(name="support"))
    user.username = "renamed"
    user.save(using=USING)
    Conversation.objects.using(USING).update(title=None, metadata={})
    Message.objects.using(USING).update(content="Edited")

    remove_demo(using=USING)

    Group.objects.using(USING).all().delete()
    assert dump(scratch) == before


def test_removing_nothing(scratch, capsys):
    before = dump(scratch)

    call_command("load_demo", remove=True, database=USING)

    assert dump(scratch) == before
    assert capsys.readouterr().out == "No demo data is here.\n"


def test_a_user_whom_another_table_needs_stays(scratch):
    load_demo(using=USING)
    user = demo_id("user", "tom.okafor")
    with connect(scratch, autocommit=True) as client:
        client.execute(
            "CREATE TABLE invoices (user_id uuid REFERENCES users DEFERRABLE INITIALLY DEFERRED)"
        )
        client.execute("INSERT INTO invoices VALUES (%s)", [user])

    notes = remove_demo(using=USING).notes

    assert len(notes) == 1
    assert "tom.okafor@demo.example stays" in notes[0]
    assert "invoices" in notes[0]
    users = get_user_model().objects.using(USING).filter(email__endswith="@demo.example")
    assert [row.pk for row in users] == [user]


@pytest.mark.django_db
class TestWhatWasMadeSince:
    def test_a_conversation_keeps_its_user(self):
        load_demo()
        user = get_user_model().objects.get(pk=demo_id("user", "tom.okafor"))
        mine = factories.make_conversation(user=user, title="Mine")

        notes = remove_demo().notes

        assert list(Conversation.objects.all()) == [mine]
        assert list(get_user_model().objects.filter(email__endswith="@demo.example")) == [user]
        assert len(notes) == 1
        assert "tom.okafor@demo.example stays" in notes[0]

    def test_a_message_keeps_its_conversation(self):
        load_demo()
        kept = Conversation.objects.get(pk=demo_id("conversation", "paella"))
        messages = kept.messages.count()
        mine = factories.make_message(conversation=kept, content="Mine")

        notes = remove_demo().notes

        assert list(Conversation.objects.all()) == [kept]
        assert kept.messages.count() == messages + 1
        assert "Paella para doce" in notes[0]
        assert EmbeddingModel.objects.filter(name="demo-hashed-words").exists()
        mine.delete()
        assert remove_demo().notes == []
        assert not Conversation.objects.exists()
        assert not EmbeddingModel.objects.filter(name="demo-hashed-words").exists()

    def test_an_embedding_keeps_its_conversation(self):
        load_demo()
        kept = Conversation.objects.get(pk=demo_id("conversation", "empty"))
        factories.make_embedding(conversation=kept)

        remove_demo()

        assert list(Conversation.objects.all()) == [kept]

    def test_a_document_keeps_the_embedding_model(self):
        load_demo()
        model = EmbeddingModel.objects.get(name="demo-hashed-words")
        mine = factories.make_document(embedding_model=model, embedding_vector=[1.0] * 64)

        notes = remove_demo().notes

        mine.refresh_from_db()
        assert mine.embedding_model == model
        assert notes == [
            "The embedding model demo-hashed-words stays: 1 embeddings and documents that stay, "
            "too, are its."
        ]

    def test_it_can_be_loaded_again(self):
        load_demo()
        factories.make_message(conversation_id=demo_id("conversation", "paella"), content="Mine")
        remove_demo()
        load_demo()

        assert Conversation.objects.filter(messages__content="Mine").exists()
        assert Conversation.objects.count() >= 30


@pytest.mark.django_db
def test_demo_rows_that_were_moved_go_as_well():
    load_demo()
    mine = factories.make_conversation()
    message = demo_id("message", "paella", 0)
    Message.objects.filter(pk=message).update(conversation=mine)
    Conversation.objects.filter(pk=demo_id("conversation", "empty")).update(user=mine.user)
    ConversationEmbedding.objects.filter(source_type="file").update(conversation=mine)

    assert remove_demo().notes == []

    assert list(Conversation.objects.all()) == [mine]
    assert not Message.objects.exists()
    assert not ConversationEmbedding.objects.exists()
