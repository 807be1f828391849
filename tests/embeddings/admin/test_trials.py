"""The page to try a search."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assistant.embeddings.admin.trials import _letter
from assistant.embeddings.models import EmbeddingModel, KnowledgeChunk, KnowledgeDocument
from assistant.embeddings.rerankers import forget_rerankers
from assistant.embeddings.search.reranking import forget_failures
from tests.db.admin.pages import page
from tests.embeddings.search.test_search import embed_document, said
from tests.factories import make_conversation, make_document, make_embedding, make_user

pytestmark = pytest.mark.django_db

TRY = "/admin/assistant_embeddings/knowledgechunk/try/"
HASHED = "tests.embeddings.embedder.HashedWords"
LEGS = ("vector", "keyword")


@pytest.fixture(autouse=True)
def model(db: None) -> EmbeddingModel:
    EmbeddingModel.objects.update(is_default=False, is_active=False)
    forget_rerankers()
    forget_failures()
    return EmbeddingModel.objects.create(
        name="hashed", dimension=64, backend=HASHED, is_default=True
    )


def known(model: EmbeddingModel, content: str, **fields: Any) -> KnowledgeDocument:
    document = make_document(content=content, **fields)
    embed_document(document, model)
    return document


def staff(*codenames: str) -> Client:
    user = make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def tried(client: Client, question: str = "refunds", **fields: Any) -> dict[str, Any]:
    """Return the columns of the page by their modes."""
    response = client.get(TRY, {"q": question, **fields})
    assert response.status_code == 200
    assert response.context["form"].errors == {}
    return {column.mode: column for column in response.context["columns"]}


def texts(column: Any) -> list[str]:
    return [item.hit.text for item in column.found]


def test_lists_lead_to_the_page(root: Client) -> None:
    assert reverse("admin:assistant_embeddings_try_search") == TRY
    for name in ("knowledgechunk", "conversationembedding", "embeddingmodel", "knowledgedocument"):
        assert f'href="{TRY}"' in root.get(f"/admin/assistant_embeddings/{name}/").text
    assert f'href="{TRY}"' in root.get("/admin/assistant_embeddings/").text
    popup = root.get("/admin/assistant_embeddings/knowledgedocument/?_popup=1")
    assert TRY not in popup.text


def test_without_a_question_there_is_the_form_alone(root: Client) -> None:
    response = root.get(TRY)
    assert response.status_code == 200
    assert response.context["columns"] is None
    assert 'name="q"' in response.text


def test_modes_are_side_by_side(root: Client, model: EmbeddingModel) -> None:
    document = known(model, "refunds take long\nparis is far away", title="Handbook")
    message = said("refunds are paid", model)

    columns = tried(root, "refunds paid")
    text = root.get(TRY, {"q": "refunds paid"}).text

    assert list(columns) == ["hybrid", "vector", "keyword"]
    assert texts(columns["hybrid"])[:2] == ["refunds are paid", "refunds take long"]
    assert len(columns["vector"].found) == 3
    assert len(columns["keyword"].found) == 2
    best = columns["hybrid"].found[0]
    assert [leg for leg, _rank, _score in best.legs] == ["by meaning", "by words"]
    assert best.hit.scores["keyword"] == columns["keyword"].found[0].hit.scores["keyword"]
    assert f'href="{page(message, "change")}"' in text
    assert f'<a href="{page(document, "change")}">Handbook</a>' in text
    assert "<mark>refunds</mark> are <mark>paid</mark>" in text
    assert "all vectors compared" in text
    assert " ms</dd>" in text


def test_a_passage_has_its_letter_in_every_column(root: Client, model: EmbeddingModel) -> None:
    known(model, "refunds\nrefunds and much else, of which there is a lot\nparis")
    columns = tried(root)
    by_text = {(item.hit.text, item.letter) for column in columns.values() for item in column.found}
    assert {letter for _text, letter in by_text} == {"A", "B", "C"}
    assert len(by_text) == 3
    paris = next(item for item in columns["vector"].found if item.hit.text == "paris")
    assert paris.elsewhere == [("hybrid", 3), ("by words", None)]
    assert "by words: not in the first 10" in root.get(TRY, {"q": "refunds"}).text


def test_near_duplicates_are_told(root: Client, model: EmbeddingModel) -> None:
    line = "refunds are paid within five days to the card that was charged for the order"
    known(model, f"{line}\n{line}\nparis")
    assert tried(root)["hybrid"].found[0].hit.duplicates == 1
    assert "1 near-duplicate folded" in root.get(TRY, {"q": "refunds"}).text


@pytest.mark.parametrize("number,letter", [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA")])
def test_letters_go_on(number: int, letter: str) -> None:
    assert _letter(number) == letter


def test_a_user_finds_what_is_own_and_shared(root: Client, model: EmbeddingModel) -> None:
    ada, eve = make_user(), make_user()
    known(model, "refunds for ada", owner=ada)
    known(model, "refunds for eve", owner=eve)
    known(model, "refunds for all")
    said("refunds said by eve", model, conversation=make_conversation(user=eve))

    for column in tried(root, user=ada.pk).values():
        assert sorted(texts(column)) == ["refunds for ada", "refunds for all"]
    for column in tried(root).values():
        assert len(column.found) == 4


def test_narrowed(root: Client, model: EmbeddingModel) -> None:
    known(model, "refunds in the handbook", tags=["handbook", "a,b"])
    known(model, "refunds elsewhere")
    said("refunds said", model)

    found = tried(root, tags="handbook\na,b", sources="documents")
    assert texts(found["hybrid"]) == ["refunds in the handbook"]
    assert texts(tried(root, sources="messages")["vector"]) == ["refunds said"]
    assert len(tried(root, limit=2)["vector"].found) == 2
    assert tried(root, since="2999-01-01")["hybrid"].found == []
    assert len(tried(root, since="2001-01-01")["hybrid"].found) == 3


def test_another_model(root: Client, model: EmbeddingModel) -> None:
    other = EmbeddingModel.objects.create(name="other", dimension=8, backend=HASHED)
    known(model, "refunds by the default")
    EmbeddingModel.objects.create(name="gone", dimension=8, status="retired")
    known(other, "refunds by another")

    assert "refunds by the default" not in texts(tried(root, embedding_model=other.pk)["vector"])
    shown = root.get(TRY).text
    assert "other (8)" in shown
    assert "gone" not in shown


def test_what_people_wrote_is_escaped(root: Client, model: EmbeddingModel) -> None:
    evil = "<script>alert(1)</script>"
    known(model, f"refunds {evil}", title=f"{evil}&amp;")
    text = root.get(TRY, {"q": f'refunds {evil} "', "tags": evil}).text
    text += root.get(TRY, {"q": "refunds"}).text
    assert evil not in text
    assert "&lt;script&gt;alert(1)" in text
    assert " style=" not in text
    assert "onclick" not in text


def test_nothing_is_written(root: Client, model: EmbeddingModel, settings: Any) -> None:
    settings.ASSISTANT = {"RECORD_SEARCHES": "text"}
    known(model, "refunds")
    with CaptureQueriesContext(connection) as queries:
        tried(root)
    for query in queries:
        assert not query["sql"].lstrip().startswith(("INSERT", "UPDATE", "DELETE")), query["sql"]
    assert root.post(TRY, {"q": "refunds"}).status_code == 405


def test_few_queries_however_many_hits(root: Client, model: EmbeddingModel) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            tried(root, limit=50)
        return len(queries)

    known(model, "refunds\nothers")
    said("refunds said", model)
    tried(root)  # the model is loaded, content types are read
    few = count()
    for number in range(10):
        known(model, f"refunds {number}\nothers {number}")
        said(f"refunds said {number}", model)
    assert count() == few <= 50


def test_model_that_cannot_be_had_is_told(root: Client, model: EmbeddingModel) -> None:
    known(model, "refunds")
    EmbeddingModel.objects.filter(pk=model.pk).update(backend="nowhere.Backend")
    columns = tried(root)
    assert columns["hybrid"].note.startswith("Searched by words only. hashed: the backend")
    assert texts(columns["hybrid"]) == ["refunds"]
    assert "cannot be imported" in columns["vector"].error
    assert columns["vector"].found == []
    assert columns["keyword"].error == ""
    text = root.get(TRY, {"q": "refunds"}).text
    assert "Searched by words only." in text
    assert '<p class="errornote">hashed: the backend' in text


def test_without_a_default_model_there_are_words(root: Client, model: EmbeddingModel) -> None:
    known(model, "refunds")
    EmbeddingModel.objects.update(is_default=False)
    columns = tried(root)
    assert "There is no default embedding model" in columns["vector"].error
    assert texts(columns["keyword"]) == ["refunds"]


def test_what_the_database_refuses_is_told(root: Client, model: EmbeddingModel) -> None:
    known(model, "refunds")
    with connection.cursor() as cursor:
        cursor.execute("ALTER FUNCTION parse_search_question(text) RENAME TO gone")
    columns = tried(root)
    for column in columns.values():
        assert column.error.startswith("The database refused it: function parse_search_question")
        assert "\n" not in column.error
    assert KnowledgeDocument.objects.count() == 1  # the transaction goes on


@pytest.mark.parametrize(
    "name,value",
    [
        ("q", ""),
        ("q", "  "),
        ("q", "a\0b"),
        ("q", "x" * 3_000),
        ("user", "00000000-0000-0000-0000-000000000000"),
        ("user", "nobody"),
        ("user", "1\0"),
        ("user", "9" * 40),
        ("sources", "secrets"),
        ("tags", "x" * 5_000),
        ("tags", "a\0"),
        ("since", "1500-01-01"),
        ("since", "31st of April"),
        ("limit", "0"),
        ("limit", "1000"),
        ("limit", "many"),
        ("embedding_model", "none"),
        ("embedding_model", "00000000-0000-0000-0000-000000000000"),
        ("embedding_model", "a\0"),
    ],
)
def test_bad_input_is_an_error_of_the_form(root: Client, name: str, value: str) -> None:
    response = root.get(TRY, {"q": "refunds", name: value})
    assert response.status_code == 200
    assert set(response.context["form"].errors) == {name}
    assert response.context["columns"] is None


@pytest.mark.parametrize("question", ['"', "-", "-refunds", '"the of"', "the", "\ud800", "%s {}"])
def test_odd_questions_are_searched(root: Client, model: EmbeddingModel, question: str) -> None:
    known(model, "refunds")
    query = question.encode("utf-8", "surrogatepass").decode("latin-1")
    columns = tried(root, query)
    assert [column.error for column in columns.values()] == ["", "", ""]


def test_rerank_is_asked_for_only_where_it_is_set(
    root: Client, model: EmbeddingModel, settings: Any
) -> None:
    known(model, "refunds are much longer\nrefunds")
    settings.ASSISTANT = {}
    assert 'name="rerank"' not in root.get(TRY).text
    settings.ASSISTANT = {"RERANKER": {"backend": "tests.embeddings.rerankers.counting.Shortest"}}
    assert 'name="rerank"' in root.get(TRY).text
    for column in tried(root).values():
        assert texts(column) == ["refunds", "refunds are much longer"]
        assert column.found[0].legs[-1] == ("re-ranker", 1, -7.0)
    for column in tried(root, rerank="no").values():
        assert "re-ranker" not in {leg for item in column.found for leg, *_ in item.legs}


MESSAGES = ("view_message", "view_conversationembedding")
DOCUMENTS = ("view_knowledgedocument", "view_knowledgechunk")


def test_who_may_view_less_searches_less(model: EmbeddingModel) -> None:
    document = known(model, "refunds known")
    said("refunds said", model)

    only_documents = staff(*DOCUMENTS)
    assert texts(tried(only_documents)["vector"]) == ["refunds known"]
    assert 'name="sources"' not in only_documents.get(TRY).text
    assert texts(tried(only_documents, sources="messages")["vector"]) == ["refunds known"]
    assert texts(tried(staff(*MESSAGES))["vector"]) == ["refunds said"]
    assert page(document, "change") in only_documents.get(TRY, {"q": "refunds"}).text
    both = tried(staff(*MESSAGES, *DOCUMENTS))["vector"]
    assert sorted(texts(both)) == ["refunds known", "refunds said"]


def test_who_may_not_view_conversations_sees_no_titles_of_them(model: EmbeddingModel) -> None:
    conversation = make_conversation(title="Secret plans")
    make_embedding(
        conversation=conversation,
        embedding_model=model,
        chunk_text="refunds were talked about",
        source_type="file",
    )

    hidden = staff(*MESSAGES).get(TRY, {"q": "refunds"}).text
    shown = staff(*MESSAGES, "view_conversation").get(TRY, {"q": "refunds"}).text

    assert f"conversation {str(conversation.pk)[:8]}…" in hidden
    assert "Secret plans" not in hidden
    assert f'<a href="{page(conversation, "change")}">Secret plans</a>' in shown


@pytest.mark.parametrize("missing", [*MESSAGES, *DOCUMENTS])
def test_each_table_counts(missing: str) -> None:
    codenames = {*(MESSAGES if missing in MESSAGES else DOCUMENTS)} - {missing}
    client = staff(*codenames)
    assert client.get(TRY, {"q": "refunds"}).status_code == 403
    for name in ("knowledgechunk", "conversationembedding", "knowledgedocument"):
        response = client.get(f"/admin/assistant_embeddings/{name}/")
        assert response.status_code == 403 or TRY not in response.text
    assert TRY not in client.get("/admin/assistant_embeddings/").text


def test_strangers_are_sent_to_the_login() -> None:
    assert Client().get(TRY, {"q": "refunds"}).status_code == 302
    customer = Client()
    customer.force_login(make_user())
    assert customer.get(TRY, {"q": "refunds"}).status_code == 302


def test_who_may_not_see_users_learns_no_names(viewer: Client) -> None:
    ada = make_user(username="ada-lovelace")
    assert "ada-lovelace" in viewer.get(TRY, {"q": "refunds", "user": ada.pk}).text
    other = staff(*MESSAGES, *DOCUMENTS)
    assert "ada-lovelace" not in other.get(TRY, {"q": "refunds", "user": ada.pk}).text


def test_chunks_keep_their_pages(root: Client, model: EmbeddingModel) -> None:
    known(model, "refunds")
    chunk = KnowledgeChunk.objects.get()
    assert f'href="{page(chunk, "change")}"' in root.get(TRY, {"q": "refunds"}).text
    assert root.get(page(chunk, "change")).status_code == 200
