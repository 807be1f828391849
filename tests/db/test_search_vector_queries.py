"""Queries by a stored tsvector: filters, ranks, joins."""

import pytest
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection, models
from django.db.models import Case, Exists, F, Max, OuterRef, Prefetch, Q, Value, When
from django.test.utils import CaptureQueriesContext, isolate_apps

from assistant.conversations.models import Conversation
from assistant.embeddings.models import ConversationEmbedding, KnowledgeDocument
from tests import factories

pytestmark = pytest.mark.django_db


def words(text: str) -> SearchQuery:
    return SearchQuery(text, config="english")


@pytest.fixture
def dogs() -> KnowledgeDocument:
    return factories.make_document(title="Dogs", content="The dogs are running")


@pytest.fixture
def cats() -> KnowledgeDocument:
    return factories.make_document(title="Cats", content="A cat sleeps, a cat runs")


class TestFilters:
    @pytest.fixture(autouse=True)
    def _documents(self, dogs: KnowledgeDocument, cats: KnowledgeDocument) -> None:
        pass

    @pytest.mark.parametrize(
        "condition,titles",
        [
            (Q(content_search=words("dog")), ["Dogs"]),
            (Q(content_search=words("run")), ["Cats", "Dogs"]),
            (Q(content_search=words("dog") & words("cat")), []),
            (Q(content_search=words("dog") | words("cat")), ["Cats", "Dogs"]),
            (~Q(content_search=words("dog")), ["Cats"]),
            (Q(content_search=words("dog")) | Q(title="Cats"), ["Cats", "Dogs"]),
            (Q(content_search__isnull=False), ["Cats", "Dogs"]),
        ],
        ids=["word", "stem", "and", "or", "not", "or another field", "not null"],
    )
    def test_filter(self, condition: Q, titles: list[str]) -> None:
        found = KnowledgeDocument.objects.filter(condition).order_by("title")

        assert [document.title for document in found] == titles

    def test_exclude(self) -> None:
        found = KnowledgeDocument.objects.exclude(content_search=words("dog"))

        assert [document.title for document in found] == ["Cats"]

    def test_a_bare_text_is_read_as_the_stored_words_were(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL default_text_search_config = 'pg_catalog.simple'")

        found = KnowledgeDocument.objects.filter(content_search="running dogs")

        assert [document.title for document in found] == ["Dogs"]

    def test_order_by_rank(self) -> None:
        rank = SearchRank(F("content_search"), words("cat"))

        found = KnowledgeDocument.objects.order_by(rank.desc())

        assert [document.title for document in found] == ["Cats", "Dogs"]

    def test_alias_and_annotation(self) -> None:
        rank = SearchRank(F("content_search"), words("cat"))

        found = KnowledgeDocument.objects.alias(rank=rank).filter(rank__gt=0).annotate(r=F("rank"))

        assert [(document.title, document.r > 0) for document in found] == [("Cats", True)]

    def test_condition_of_a_case(self) -> None:
        kind = Case(When(content_search=words("cat"), then=Value("cat")), default=Value("other"))

        found = KnowledgeDocument.objects.order_by("title").values_list("title", kind)

        assert list(found) == [("Cats", "cat"), ("Dogs", "other")]

    def test_subquery_of_the_same_table(self) -> None:
        same = KnowledgeDocument.objects.filter(content_search=words("dog"))

        found = KnowledgeDocument.objects.filter(pk__in=same)

        assert [document.title for document in found] == ["Dogs"]

    def test_update_and_delete_of_what_matches(self) -> None:
        matching = KnowledgeDocument.objects.filter(content_search=words("dog"))

        assert matching.update(source="kennel") == 1
        assert matching.delete()[0] == 1
        assert [document.title for document in KnowledgeDocument.objects.all()] == ["Cats"]

    @pytest.mark.parametrize("method", ["values", "values_list"])
    def test_it_comes_when_it_is_asked_for(self, method: str) -> None:
        documents = KnowledgeDocument.objects.filter(title="Dogs")

        (row,) = getattr(documents, method)("content_search")

        vector = row["content_search"] if method == "values" else row[0]
        assert vector == "'dog':2 'run':4"


class TestJoins:
    @pytest.fixture
    def conversation(self) -> Conversation:
        conversation = factories.make_conversation(title="Cats")
        factories.make_embedding(conversation=conversation, chunk_text="sleeping cats")
        other = factories.make_conversation(title="Dogs")
        factories.make_embedding(conversation=other, chunk_text="running dogs")
        factories.make_embedding(conversation=other, chunk_text="nothing")
        return conversation

    def test_filter_and_exclude(self, conversation: Conversation) -> None:
        matching = {"embeddings__chunk_search": words("cat")}

        assert list(Conversation.objects.filter(**matching)) == [conversation]
        assert [each.title for each in Conversation.objects.exclude(**matching)] == ["Dogs"]

    def test_the_same_table_twice(self, conversation: Conversation) -> None:
        found = Conversation.objects.filter(embeddings__chunk_search=words("dog")).filter(
            embeddings__chunk_search=words("nothing")
        )

        assert [each.title for each in found] == ["Dogs"]

    def test_rank_over_a_join(self, conversation: Conversation) -> None:
        rank = Max(SearchRank(F("embeddings__chunk_search"), words("cat")))

        found = Conversation.objects.annotate(rank=rank).order_by("-rank")

        assert found.first() == conversation

    def test_exists(self, conversation: Conversation) -> None:
        chunks = ConversationEmbedding.objects.filter(
            conversation=OuterRef("pk"), chunk_search=words("cat")
        )

        assert Conversation.objects.get(Exists(chunks)) == conversation

    def test_values_over_a_join(self, conversation: Conversation) -> None:
        found = Conversation.objects.filter(pk=conversation.pk)

        assert found.values_list("embeddings__chunk_search").get() == ("'cat':2 'sleep':1",)

    def test_related_rows_come_without_it(self, conversation: Conversation) -> None:
        with CaptureQueriesContext(connection) as queries:
            list(ConversationEmbedding.objects.select_related("conversation__user"))
            list(Conversation.objects.prefetch_related("embeddings"))
            chunks = ConversationEmbedding.objects.only("conversation", "chunk_text")
            list(Conversation.objects.prefetch_related(Prefetch("embeddings", queryset=chunks)))

        assert not any("chunk_search" in query["sql"] for query in queries.captured_queries)

    @isolate_apps()
    def test_select_related_to_the_model_comes_without_it(self, dogs: KnowledgeDocument) -> None:
        class Note(models.Model):  # noqa: DJ008
            document = models.ForeignKey(KnowledgeDocument, models.CASCADE, related_name="+")

            class Meta:
                app_label = "notes"
                db_table = "notes"

        with connection.schema_editor() as editor:
            editor.create_model(Note)
        Note.objects.create(document=dogs)

        with CaptureQueriesContext(connection) as queries:
            (note,) = Note.objects.select_related("document")
            assert note.document.title == "Dogs"
        (query,) = queries.captured_queries
        assert "content_search" not in query["sql"]
        assert Note.objects.filter(document__content_search=words("dog")).exists()
