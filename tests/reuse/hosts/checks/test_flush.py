"""Transactional tests: their flush takes the default rows along."""

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import TransactionTestCase
from project.factories import make_user

from assistant.conversations.services import add_message
from assistant.embeddings.models import ConversationEmbedding, EmbeddingModel, KnowledgeDocument
from assistant.settings.models import SystemSetting
from checks.pages import closed_pages
from checks.rows import make_conversation, make_one_of_each


class AfterFlushTests(TransactionTestCase):
    """The database as a transactional test leaves it to the next one."""

    def setUp(self) -> None:
        """Flush, as the end of each transactional test does."""
        call_command("flush", interactive=False, verbosity=0)
        self.conversation = make_conversation()

    def test_there_are_no_default_rows(self) -> None:
        assert not SystemSetting.objects.exists()
        assert not EmbeddingModel.objects.exists()

    def test_statistics_are_kept(self) -> None:
        add_message(conversation=self.conversation, role="user", content="Hi", token_count=3)

        self.conversation.refresh_from_db()
        assert self.conversation.stats.total_tokens == 3

    def test_admin_pages_open(self) -> None:
        root = make_user(is_staff=True, is_superuser=True)
        self.client.force_login(root)
        for with_rows in (False, True):
            if with_rows:
                make_one_of_each()
            for model in admin.site._registry:
                assert closed_pages(self.client, model) == {}

    def test_a_vector_without_a_model_is_refused(self) -> None:
        for store in (self.store_embedding, self.store_document):
            with pytest.raises(IntegrityError) as caught, transaction.atomic():
                store()
            assert "names no embedding model, and none is the default" in str(caught.value)

    def test_a_new_default_model_mends_that(self) -> None:
        model = EmbeddingModel.objects.create(name="mine", dimension=3, is_default=True)

        self.store_embedding()
        self.store_document()

        assert ConversationEmbedding.objects.get().embedding_model == model
        assert KnowledgeDocument.objects.get().embedding_model == model

    def store_embedding(self) -> None:
        ConversationEmbedding.objects.create(
            conversation=self.conversation,
            embedding_vector=[1.0, 2.0, 3.0],
            content_hash="0" * 64,
            chunk_text="Hello",
        )

    def store_document(self) -> None:
        KnowledgeDocument.objects.create(title="T", content="C", embedding_vector=[1.0, 2.0, 3.0])


@pytest.mark.django_db(transaction=True)
def test_a_fixture_brings_the_default_model_back(embedding_model: EmbeddingModel) -> None:
    assert list(EmbeddingModel.objects.filter(is_default=True)) == [embedding_model]
