"""What is recorded of a search, and that recording is in nobody's way."""

import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from assistant.embeddings.models import EmbeddingModel, SearchRecord
from assistant.embeddings.question_hashes import hash_question
from assistant.embeddings.search import recording, search
from tests.factories import make_conversation, make_document, make_message, make_user

pytestmark = pytest.mark.django_db

HASHED = "tests.embeddings.embedder.HashedWords"


@pytest.fixture(autouse=True)
def reported() -> Iterator[None]:
    recording.reported.clear()
    yield
    recording.reported.clear()


def set_to(settings: Any, value: str) -> None:
    settings.ASSISTANT = {"RECORD_SEARCHES": value}


@pytest.fixture
def texts(settings: Any) -> None:
    set_to(settings, "text")


def ask(question: str = "refunds", **options: Any) -> Any:
    return search(question, **{"user": None, "mode": "keyword", **options})


def test_nothing_is_recorded_by_default() -> None:
    with CaptureQueriesContext(connection) as queries:
        hits = ask()

    assert hits.record is None
    assert not SearchRecord.objects.exists()
    assert not any("search_records" in query["sql"] for query in queries)


def test_a_search_is_recorded_as_it_was_answered(texts: None) -> None:
    EmbeddingModel.objects.update(is_default=False)
    model = EmbeddingModel.objects.create(
        name="hashed", dimension=64, backend=HASHED, is_default=True
    )
    conversation = make_conversation()
    message = make_message(conversation=conversation, content="A refund takes five days.")
    document = make_document(content="Refunds are paid by card.")

    hits = ask("How are REFUNDS\npaid? 100%", user=conversation.user, mode="hybrid")

    record = SearchRecord.objects.get(pk=hits.record)
    assert record.query == "How are REFUNDS\npaid? 100%"
    assert record.query_hash == hash_question("how are refunds  paid? 100% ")
    assert record.user == conversation.user
    assert (record.mode, record.sources) == ("hybrid", ["messages", "documents"])
    assert {hit["source"] for hit in record.hits} == {str(message.pk), str(document.pk)}
    assert record.hit_count == len(hits) == 2
    assert record.hits[0] == {
        "kind": hits[0].kind,
        "source": str(hits[0].source.pk),
        "chunk": None,
        "score": hits[0].score,
        "ranks": {"keyword": 1},
        "scores": dict(hits[0].scores),
    }
    assert record.plans == hits.plans | {
        f"keyword:{name}": plan for name, plan in hits.keyword_plans.items()
    }
    assert record.note == hits.note
    assert record.latency == hits.timings["total"]
    assert record.embedding_model == model


def test_a_hash_says_nothing_of_the_question(settings: Any) -> None:
    set_to(settings, "hash")

    records = [SearchRecord.objects.get(pk=ask(text).record) for text in ("Refunds", " refunds\n")]

    assert [record.query for record in records] == [None, None]
    assert len({record.query_hash for record in records}) == 1
    settings.SECRET_KEY = "another"
    assert hash_question("refunds") != records[0].query_hash


def test_a_search_may_ask_not_to_be_recorded(texts: None) -> None:
    assert ask(record=False).record is None
    assert not SearchRecord.objects.exists()


@pytest.mark.parametrize("is_somebodys", [True, False])
def test_recording_is_one_statement(texts: None, is_somebodys: bool) -> None:
    user = make_user() if is_somebodys else None
    ask(user=user, record=False)
    with CaptureQueriesContext(connection) as without:
        ask(user=user, record=False)

    with CaptureQueriesContext(connection) as queries:
        ask(user=user)

    assert len(queries) == len(without) + 1


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_one_statement_too(texts: None) -> None:
    user = make_user()
    with CaptureQueriesContext(connection) as queries:
        hits = ask(user=user)

    assert SearchRecord.objects.get().pk == hits.record
    assert [q["sql"].split()[0] for q in queries if "search_records" in q["sql"]] == ["INSERT"]


def test_nobody_has_no_record(texts: None) -> None:
    """The foreign key would fail the caller's transaction when it ends."""
    hits = ask(user=uuid4())

    assert hits.record is None
    connection.check_constraints()


@pytest.mark.django_db(transaction=True)
def test_nobody_fails_no_commit(texts: None) -> None:
    with transaction.atomic():
        ask(user=uuid4())
        made = make_user()

    assert get_user_model().objects.filter(pk=made.pk).exists()


def test_a_missing_table_fails_no_search_and_no_transaction(
    texts: None, caplog: pytest.LogCaptureFixture
) -> None:
    document = make_document(content="Refunds")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE search_records RENAME TO gone")

    with caplog.at_level(logging.WARNING):
        found = [ask(), ask()]

    assert [[hit.source for hit in hits] for hits in found] == [[document]] * 2
    assert [hits.record for hits in found] == [None, None]
    [line] = caplog.messages
    assert 'relation "search_records" does not exist' in line


@pytest.mark.django_db(transaction=True)
def test_in_a_transaction_that_only_reads_nothing_is_recorded(
    texts: None, caplog: pytest.LogCaptureFixture
) -> None:
    document = make_document(content="Refunds")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        hits = ask()
        again = ask()

    assert [hit.source for hit in hits] == [hit.source for hit in again] == [document]
    assert hits.record is None
    assert not SearchRecord.objects.exists()
    assert caplog.messages == []


def test_a_wrong_setting_fails_no_search(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    set_to(settings, "everything")

    assert ask().record is None
    assert "'everything'" in caplog.messages[0]


def test_a_deleted_user_takes_the_searches_along(texts: None) -> None:
    user = make_user()
    ask(user=user)
    ask()

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM users WHERE id = %s", [user.pk])

    assert [record.user_id for record in SearchRecord.objects.all()] == [None]


class Replica:
    """Reads elsewhere."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return "replica"

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return "default"


def test_what_is_read_from_a_replica_is_recorded_in_its_primary(settings: Any) -> None:
    assert recording._writable("other") == "other"

    settings.DATABASE_ROUTERS = [Replica()]

    assert recording._writable("replica") == "default"


class UsersElsewhere:
    """Keeps the users out of every database."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if hints.get("model_name") == "user" else None


def test_users_of_another_database_are_recorded_by_their_keys(texts: None, settings: Any) -> None:
    settings.DATABASE_ROUTERS = [UsersElsewhere()]
    user = make_user()

    with CaptureQueriesContext(connection) as queries:
        hits = ask(user=user)

    assert SearchRecord.objects.get(pk=hits.record).user_id == user.pk
    [insert] = [query["sql"] for query in queries if "INSERT INTO search_records" in query["sql"]]
    assert '"users"' not in insert


@pytest.mark.parametrize(
    "question", ['it\'s \\ 100% %s {} "of" $1', "e\u0301 ☃ \U0001f600", "a\0b"]
)
def test_any_question_is_recorded(texts: None, question: str) -> None:
    hits = ask(question)

    assert SearchRecord.objects.get(pk=hits.record).query == question.replace("\0", " ")


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_user_who_is_being_deleted(texts: None) -> None:
    user = make_user()
    other = connection.copy()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute("DELETE FROM users WHERE id = %s", [user.pk])
            hits = ask(user=user)
            other.commit()
    finally:
        other.close()

    assert hits.record is None
    assert not SearchRecord.objects.exists()
    assert not recording.reported


@pytest.mark.django_db(transaction=True)
def test_a_record_goes_with_the_transaction_of_its_caller(texts: None) -> None:
    with transaction.atomic():
        assert ask().record is not None
        transaction.set_rollback(True)

    assert not SearchRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_sessions_that_prepare_every_statement_record_too(texts: None) -> None:
    user = make_user()
    former = connection.settings_dict["OPTIONS"]
    connection.close()
    connection.settings_dict["OPTIONS"] = {
        **former,
        "server_side_binding": True,
        "prepare_threshold": 0,
    }
    try:
        assert ask(user=user).record is not None
        with transaction.atomic():
            recorded = [ask(user=user).record for _ in range(2)]
            assert None not in recorded
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE search_records RENAME COLUMN note TO remark")
            assert ask(user=user).record is None
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE search_records RENAME COLUMN remark TO note")
            assert SearchRecord.objects.count() == 3
    finally:
        connection.close()
        connection.settings_dict["OPTIONS"] = former
