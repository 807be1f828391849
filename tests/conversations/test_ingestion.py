"""ingest_messages."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from assistant.conversations import ingestion
from assistant.conversations.ingestion import IngestError
from assistant.conversations.models import ConversationStats, Message
from assistant.conversations.services import ingest_messages
from assistant.conversations.statistics import find_differences
from tests.factories import make_conversation, make_message

pytestmark = pytest.mark.django_db

# What COPY's own format would take for something else.
AWKWARD_TEXTS = ["a\tb", "a\nb\r\n", r"\N", r"\.", "\\", "\\\\t", "é😀", '"quoted"', " ", "%s %%"]


def row(conversation, **values):
    return {"conversation": conversation, "role": "user", "content": "Hi", **values}


def test_mappings_and_messages_are_stored_with_all_their_columns():
    conversation = make_conversation()
    when = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    key = uuid.uuid4()
    full = {
        "id": key,
        "conversation_id": conversation.pk,
        "role": "assistant",
        "content": "Answer",
        "token_count": 3,
        "timestamp": when,
        "model_name": "small",
        "generation_time": 1.25,
        "temperature": 0.5,
        "generation_config": {"stop": ["\n", "é"], "none": None},
    }
    message = Message(conversation=conversation, role="user", content="Question")

    result = ingest_messages([full, message])

    assert (result.read, result.stored, result.existing) == (2, 2, 0)
    stored = Message.objects.get(pk=key)
    assert {name: getattr(stored, name) for name in full} == full
    other = Message.objects.exclude(pk=key).get()
    assert (other.content, other.token_count, other.generation_config) == ("Question", None, {})
    assert other.timestamp is not None


def test_statistics_are_right_after_every_batch():
    conversations = [make_conversation() for _ in range(3)]
    rows = [row(conversations[i % 3], token_count=i, generation_time=i / 4) for i in range(50)]

    ingest_messages(rows, batch_size=7)

    assert list(find_differences()) == []
    assert sum(ConversationStats.objects.values_list("total_messages", flat=True)) == 50
    assert sum(ConversationStats.objects.values_list("total_tokens", flat=True)) == sum(range(50))


@pytest.mark.parametrize("text", AWKWARD_TEXTS, ids=repr)
def test_text_arrives_as_it_was(text):
    ingest_messages([row(make_conversation(), content=text, model_name=text)])

    stored = Message.objects.get()
    assert (stored.content, stored.model_name) == (text, text)


def test_rows_with_and_without_a_key_keep_their_order():
    conversation = make_conversation()
    keys = [uuid.uuid4() if i % 2 else None for i in range(6)]

    ingest_messages([row(conversation, id=key, content=str(i)) for i, key in enumerate(keys)])

    stored = {m.content: m.pk for m in Message.objects.all()}
    assert {stored[str(i)] for i in (1, 3, 5)} == {keys[1], keys[3], keys[5]}
    assert len(stored) == 6


def test_the_rows_are_read_as_they_are_needed():
    conversation = make_conversation()
    read = []

    def rows():
        for number in range(25):
            read.append(number)
            yield row(conversation)

    seen = []
    ingest_messages(rows(), batch_size=10, progress=lambda result: seen.append(len(read)))

    assert seen == [10, 20, 25]


def test_a_batch_of_long_messages_ends_early(monkeypatch):
    monkeypatch.setattr(ingestion, "BATCH_CHARACTERS", 1000)
    conversation = make_conversation()
    stored = []

    ingest_messages(
        [row(conversation, content="x" * 400) for _ in range(5)],
        progress=lambda result: stored.append(result.stored),
    )

    assert stored == [3, 5]


BAD_ROWS = {
    "unknown role": ({"role": "robot"}, "messages_role_check"),
    "negative count": ({"token_count": -1}, "messages_token_count_check"),
    "count too large": ({"token_count": 2**31}, "out of range"),
    "NaN": ({"generation_time": float("nan")}, "messages_generation_time_check"),
    "infinity": ({"temperature": float("inf")}, "messages_temperature_check"),
    "NUL": ({"content": "a\0b"}, "NUL"),
    "NUL in JSON": ({"generation_config": {"a": "\0"}}, "u0000 cannot be converted"),
    "NaN in JSON": ({"generation_config": {"a": float("nan")}}, "generation_config"),
    "JSON array": ({"generation_config": ["a"]}, "messages_generation_config_check"),
    "empty JSON array": ({"generation_config": []}, "messages_generation_config_check"),
    "not JSON": ({"generation_config": {"a": object()}}, "generation_config"),
    "long model name": ({"model_name": "x" * 256}, "too long"),
    "no role": ({"role": None}, "role is missing"),
    "no content": ({"content": None}, "content is missing"),
    "content of another type": ({"content": b"bytes"}, "content is bytes"),
    "no conversation": ({"conversation": None}, "conversation_id is missing"),
    "unknown conversation": (
        {"conversation": None, "conversation_id": uuid.uuid4()},
        "is not present in table",
    ),
    "garbage conversation": ({"conversation": None, "conversation_id": "x"}, "uuid"),
    "garbage key": ({"id": "x"}, "uuid"),
    "unknown column": ({"colour": "red"}, "colour"),
    "naive time": ({"timestamp": datetime(2024, 1, 1)}, "time zone"),  # noqa: DTZ001
    "garbage time": ({"timestamp": "soon"}, "timestamp"),
}


@pytest.mark.parametrize("values, said", BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_a_bad_row_is_named_by_number_and_its_batch_is_not_stored(values, said):
    conversation = make_conversation()
    rows = [row(conversation, content=str(i)) for i in range(8)]
    rows[5].update(values)

    with pytest.raises(IngestError, match="row 6 ") as caught:
        ingest_messages(rows, batch_size=4)

    assert (caught.value.row, caught.value.stored) == (6, 4)
    assert said in caught.value.reason
    assert Message.objects.count() == 4
    assert list(find_differences()) == []


def test_the_error_tells_where_to_go_on():
    conversation = make_conversation()
    rows = [row(conversation, content=str(i)) for i in range(10)]
    rows[7]["role"] = "robot"
    with pytest.raises(IngestError) as caught:
        ingest_messages(rows, batch_size=3)

    rows[7]["role"] = "user"
    result = ingest_messages(rows, batch_size=3, skip=caught.value.stored)

    assert (result.read, result.stored) == (10, 4)
    assert sorted(Message.objects.values_list("content", flat=True)) == list("0123456789")


def test_a_key_that_is_there_already_is_an_error_or_passed_over():
    conversation = make_conversation()
    there = make_message(conversation=conversation)
    rows = [row(conversation, id=uuid.uuid4()), row(conversation, id=there.pk)]

    with pytest.raises(IngestError, match="messages_pkey"):
        ingest_messages(rows)
    result = ingest_messages(rows, skip_existing=True)

    assert (result.read, result.stored, result.existing) == (2, 1, 1)
    assert Message.objects.count() == 2


def test_an_error_leaves_the_callers_transaction_usable():
    conversation = make_conversation()
    with transaction.atomic():
        with pytest.raises(IngestError):
            ingest_messages([row(conversation), row(conversation, role="robot")])
        make_message(conversation=conversation)

    assert conversation.stats.total_messages == 1


def test_no_rows_is_no_work():
    assert ingest_messages([]).read == 0


@pytest.mark.parametrize("size", [0, -1])
def test_a_batch_has_at_least_one_row(size):
    with pytest.raises(ValueError, match="batch_size"):
        ingest_messages([], batch_size=size)


def test_constraints_are_deferred_again_afterwards():
    ingest_messages([row(make_conversation())])

    make_message(conversation_id=uuid.uuid4())  # refused only when constraints are checked

    with pytest.raises(IntegrityError, match="messages_conversation_id_fkey"):
        connection.check_constraints()
