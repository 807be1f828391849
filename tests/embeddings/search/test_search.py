"""Searching, from a question to hits."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from assistant.conversations.models import Message
from assistant.embeddings.backends import EmbeddingError, embed_texts, load_backend
from assistant.embeddings.models import (
    ConversationEmbedding,
    EmbeddingModel,
    EmbeddingQueueItem,
    KnowledgeChunk,
    KnowledgeDocument,
)
from assistant.embeddings.search import Hits, register_filter, search, unregister_filter
from tests.factories import make_conversation, make_document, make_message, make_user

pytestmark = pytest.mark.django_db

HASHED = "tests.embeddings.embedder.HashedWords"


@pytest.fixture(autouse=True)
def model(db: None) -> EmbeddingModel:
    EmbeddingModel.objects.update(is_default=False, is_active=False)
    return EmbeddingModel.objects.create(
        name="hashed", dimension=64, backend=HASHED, is_default=True
    )


def vectors(model: EmbeddingModel, *texts: str) -> list[list[float]]:
    return embed_texts(load_backend(model), model, texts)


def embed_message(message: Message, model: EmbeddingModel) -> ConversationEmbedding:
    """Store what a worker would: the whole message as one chunk."""
    row = ConversationEmbedding.objects.create(
        conversation_id=message.conversation_id,
        message=message,
        embedding_model=model,
        chunk_text=message.content,
        content_hash="0" * 64,
        start_offset=0,
        end_offset=len(message.content),
        embedding_vector=vectors(model, message.content)[0],
    )
    EmbeddingQueueItem.objects.filter(message=message).delete()
    return row


def embed_document(document: KnowledgeDocument, model: EmbeddingModel) -> list[KnowledgeChunk]:
    """Store the lines of a document as its chunks."""
    rows, start = [], 0
    for index, line in enumerate(document.content.split("\n")):
        rows.append(
            KnowledgeChunk.objects.create(
                document=document,
                embedding_model=model,
                chunk_index=index,
                chunk_text=line,
                content_hash="0" * 64,
                start_offset=start,
                end_offset=start + len(line),
                embedding_vector=vectors(model, line)[0],
            )
        )
        start += len(line) + 1
    EmbeddingQueueItem.objects.filter(document=document).delete()
    return rows


def said(content: str, model: EmbeddingModel, **fields: Any) -> Message:
    message = make_message(content=content, **fields)
    embed_message(message, model)
    return message


def known(content: str, model: EmbeddingModel, **fields: Any) -> KnowledgeDocument:
    document = make_document(content=content, **fields)
    embed_document(document, model)
    return document


def sources(hits: Hits) -> list[Any]:
    return [hit.source for hit in hits]


def test_both_legs_and_both_kinds(model: EmbeddingModel) -> None:
    message = said("Refunds take five days", model)
    document = known("How to cook rice\nRefunds are paid to the card", model, title="Policy")
    said("The weather is fine", model)

    hits = search("refunds to the card", user=None)

    best, second = hits[:2]
    assert (best.source, best.kind, best.text) == (
        document,
        "document",
        "Refunds are paid to the card",
    )
    assert document.content[best.start : best.end] == best.text
    assert best.ranks == {"vector": 1, "keyword": 1}
    assert best.marked("<", ">") == "<Refunds> are paid to the <card>"
    assert (second.source, second.kind, second.start, second.end) == (message, "message", 0, 22)
    assert best.score > second.score > 0
    assert (hits.mode, hits.note) == ("hybrid", "")
    assert hits.plans == {"messages": "exact", "documents": "exact"}


@pytest.mark.parametrize("mode", ["hybrid", "vector", "keyword"])
def test_a_user_finds_what_is_own_or_shared(mode: str, model: EmbeddingModel) -> None:
    user, other = make_user(), make_user()
    own = said("secret plan one", model, conversation=make_conversation(user=user))
    others = said("secret plan two", model, conversation=make_conversation(user=other))
    documents = [
        known(f"secret plan of {name}", model, owner=owner)
        for name, owner in (("mine", user), ("other", other), ("all", None))
    ]
    waiting = make_message(content="secret plan three", conversation=others.conversation)
    kept = make_document(content="secret plan kept", owner=other)

    found = set(sources(search("secret plan", user=user, mode=mode)))
    everything = set(sources(search("secret plan", user=None, mode=mode)))

    assert found == {own, documents[0], documents[2]}
    late = set() if mode == "vector" else {waiting, kept}
    assert everything == {own, others, *documents, *late}


def test_whose_search_must_be_said() -> None:
    with pytest.raises(TypeError, match="user"):
        search("secret plan")  # type: ignore[call-arg]


def test_filters(model: EmbeddingModel) -> None:
    conversation = make_conversation()
    old = said(
        "garden plan",
        model,
        conversation=conversation,
        timestamp=now() - timedelta(days=30),
    )
    new = said("garden plan again", model, conversation=conversation)
    elsewhere = said("garden plan elsewhere", model)
    tagged = known("garden plan on paper", model, tags=["a", "b"])
    untagged = known("garden plan on a napkin", model)

    def found(**arguments: Any) -> set[Any]:
        return set(sources(search("garden plan", user=None, **arguments)))

    assert found() == {old, new, elsewhere, tagged, untagged}
    assert found(sources=["messages"]) == {old, new, elsewhere}
    assert found(sources="documents") == {tagged, untagged}
    assert found(conversation=conversation) == {old, new}
    assert found(tags=["a", "b"]) == {tagged}
    assert found(since=now() - timedelta(days=1)) == {new, elsewhere, tagged, untagged}
    assert len(search("garden plan", user=None, limit=2)) == 2


@pytest.fixture
def titled() -> Iterator[None]:
    register_filter(
        "titled",
        lambda rows, value, *, source: (
            rows.filter(document__title=value) if source == "documents" else rows.none()
        ),
    )
    yield
    unregister_filter("titled")


def test_filters_of_other_apps(titled: None, model: EmbeddingModel) -> None:
    document = known("garden plan", model, title="This")
    known("garden plan", model, title="That")
    said("garden plan", model)
    make_document(content="garden plan", title="That")  # waits

    hits = search("garden plan", user=None, filters={"titled": "This"})

    assert sources(hits) == [document]


def test_words_phrases_and_exclusions(model: EmbeddingModel) -> None:
    phrase = known("the error budget of the quarter", model)
    words = known("a budget with an error in it", model)
    draft = known("error budget draft", model)

    assert sources(search('"error budget"', user=None)) in ([phrase, draft], [draft, phrase])
    assert sources(search("error budget -draft -quarter", user=None)) == [words]
    # A natural question, of which no text has all words.
    assert words in sources(
        search("where do I find the error that we made?", user=None, mode="keyword")
    )


@pytest.mark.parametrize("mode", ["hybrid", "keyword"])
def test_phrases_and_exclusions_hold_for_identifiers(mode: str, model: EmbeddingModel) -> None:
    call = known("the user comes from client.getUserById(5)", model)
    prose = known("get a user by the id", model)
    wrote = said("the user of src/app/main.py", model)

    def found(question: str) -> list[Any]:
        return sources(search(question, user=None, mode=mode))

    assert found('"getUserById"') == [call]
    assert found('"src/app" user') == [wrote]
    assert sorted(found("user -getUserById"), key=str) == sorted([prose, wrote], key=str)
    assert found("user id -main -getUserById") == [prose]


def test_what_waits_is_found_by_its_words() -> None:
    message = make_message(content="An orange cat")
    document = make_document(content="cats are " + "long " * 1000)

    hits = search("cat", user=None)

    assert {hit.source for hit in hits} == {message, document}
    for hit in hits:
        assert hit.chunk is None
        assert hit.source.content[hit.start : hit.end] == hit.text
        assert set(hit.ranks) == {"keyword"}
    assert hits[0].marked("<", ">").count("<cat") == 1


def test_an_edit_is_found_at_once_and_the_former_text_no_more(model: EmbeddingModel) -> None:
    message = said("my password is swordfish", model)
    document = known("first line\nold ending", model)

    Message.objects.filter(pk=message.pk).update(content="my password is gone")
    document.content = "first line\nnew ending"
    document.save()

    assert search("swordfish", user=None, mode="keyword") == []
    assert "swordfish" not in "".join(hit.text for hit in search("swordfish", user=None))
    assert sources(search("gone", user=None, mode="keyword")) == [message]
    assert search("old", user=None, mode="keyword") == []
    # What has not changed is found as before, and the whole not beside it.
    [hit] = search("first", user=None, mode="keyword")
    assert hit.text in ("first line", document.content)


def test_what_is_deleted_is_gone(model: EmbeddingModel) -> None:
    message, document = said("a purple cow", model), known("a purple cow", model)
    assert len(search("purple cow", user=None)) == 2

    message.conversation.delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM knowledge_base WHERE id = %s", [document.pk])

    assert search("purple cow", user=None) == []


def test_embeddings_of_others_without_a_place(model: EmbeddingModel) -> None:
    message = make_message(content="Well: a green door, said she")
    rows = ConversationEmbedding.objects
    rows.create(
        conversation=message.conversation,
        message=message,
        chunk_text="a green door",
        content_hash="",
        embedding_vector=vectors(model, "a green door")[0],
    )
    rows.create(
        conversation=message.conversation,
        source_type="file",
        chunk_text="a green door in a file",
        content_hash="",
        embedding_vector=vectors(model, "a green door in a file")[0],
    )
    EmbeddingQueueItem.objects.all().delete()

    first, second = search("green door", user=None)

    assert (first.source, first.start, first.end) == (message, 6, 18)
    assert (second.source, second.kind) == (message.conversation, "conversation")


class Broken:
    """A backend that is not to be had."""

    def __init__(self, spec: Any) -> None:
        raise EmbeddingError("Put the model into /models/broken.")


def test_without_the_model_words_are_searched(model: EmbeddingModel) -> None:
    document = known("a yellow submarine", model)
    EmbeddingModel.objects.filter(pk=model.pk).update(backend=f"{__name__}.Broken")

    hits = search("submarine", user=None)

    assert sources(hits) == [document]
    assert hits.mode == "keyword"
    assert hits.note == "Searched by words only. Put the model into /models/broken."
    assert search("submarine", user=None, mode="keyword").note == ""
    with pytest.raises(EmbeddingError, match="/models/broken"):
        search("submarine", user=None, mode="vector")


def test_without_a_default_model_words_are_searched(model: EmbeddingModel) -> None:
    EmbeddingModel.objects.update(is_default=False)
    document = make_document(content="a yellow submarine")

    hits = search("submarine", user=None)

    assert sources(hits) == [document]
    assert "no default embedding model" in hits.note
    with pytest.raises(EmbeddingError, match="no default embedding model"):
        search("submarine", user=None, mode="vector")


@pytest.mark.parametrize("mode", ["hybrid", "vector", "keyword"])
@pytest.mark.parametrize(
    "query",
    [
        "word " * 40_000,
        " ".join(f"w{number}" for number in range(40_000)),
        "the and of",
        "& | ! <-> :* ( ) ' \\ \\' ''",
        "-only -exclusions",
        '"""""',
        "NUL\0byte",
        "lone \ud800 surrogate",
        "犬はどこですか",
        "-" * 5_000,
        "🐈",
        "%s %(a)s %%",
        "'; DROP TABLE messages; --",
    ],
    ids=lambda query: query[:12].encode("ascii", "backslashreplace").decode(),
)
def test_odd_queries_are_answered(query: str, mode: str, model: EmbeddingModel) -> None:
    said("some word or other", model)
    make_message(content="another word")
    known("犬 word", model)

    assert len(search(query, user=None, mode=mode)) <= 10


def test_few_queries_however_many_hits(model: EmbeddingModel) -> None:
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            for hit in search("plain words", user=None, limit=50):
                assert hit.source.pk
                str(hit.source)
        return len(queries)

    said("plain words", model)
    known("plain words", model)
    count()
    few = count()
    for number in range(20):
        said(f"plain words {number}", model)
        known(f"plain words {number}", model)

    assert count() == few


def test_a_small_share_is_found_in_full(model: EmbeddingModel) -> None:
    """The nearest of all are not this user's."""
    user = make_user()
    conversation = make_conversation(user=user)
    crowd = make_conversation()
    vector = vectors(model, "red balloon")[0]
    ConversationEmbedding.objects.bulk_create(
        ConversationEmbedding(
            conversation=conversation if number % 100 == 0 else crowd,
            source_type="file",
            chunk_text=f"red balloon {number}",
            content_hash="",
            embedding_vector=[
                value + (0.5 if number % 100 == 0 and place == 0 else 0)
                for place, value in enumerate(vector)
            ],
        )
        for number in range(2_000)
    )

    for mode in ("vector", "keyword", "hybrid"):
        hits = search("red balloon", user=user, mode=mode)
        assert len(hits) == 10
        assert set(sources(hits)) == {conversation}
