"""Keys, time stamps and numbers that the database makes."""

import pickle
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from django.test.utils import CaptureQueriesContext

from assistant.accounts.models import User
from assistant.conversations.models import Conversation, Message
from assistant.db.expressions import RandomUUID, TransactionNow
from assistant.db.fields import JSONObjectField, KeyField, NumericField, TimestampField, UUIDField
from assistant.settings.models import SystemSetting
from tests import factories

MOMENT = datetime(2020, 5, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "field,arguments",
    [
        (UUIDField(primary_key=True), {"primary_key": True, "editable": False}),
        (UUIDField(db_default=models.Value(None)), {"editable": False}),
        (TimestampField("at"), {"verbose_name": "at", "blank": True}),
        (TimestampField(editable=False), {"editable": False, "blank": True}),
        (KeyField(max_length=9, primary_key=True), {"max_length": 9, "primary_key": True}),
        (NumericField(default=0), {"default": 0}),
        pytest.param(UUIDField(editable=True), {"editable": True}),
        pytest.param(TimestampField(blank=False), {"blank": False}),
        pytest.param(JSONObjectField(blank=False), {"blank": False}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_fields_can_be_made_again(field: models.Field, arguments: dict[str, Any]) -> None:
    field.set_attributes_from_name("column")

    _, path, args, kwargs = field.deconstruct()

    again = type(field)(*args, **kwargs)
    assert path == f"assistant.db.fields.{type(field).__name__}"
    assert arguments.items() <= kwargs.items()
    again.set_attributes_from_name("column")
    assert again.deconstruct() == field.deconstruct()


@pytest.mark.parametrize(
    "field,expression", [(UUIDField(), RandomUUID()), (TimestampField(), TransactionNow())]
)
def test_defaults_are_the_databases(field: models.Field, expression: models.Func) -> None:
    assert field.db_default == expression
    assert field.get_default() is None


class TestUnsavedInstances:
    def test_hold_nothing_that_the_database_makes(self) -> None:
        conversation = Conversation()

        assert (conversation.pk, conversation.created_at, conversation.updated_at) == (None,) * 3

    def test_differ_from_each_other(self) -> None:
        assert Conversation() != Conversation()

    def test_can_be_pickled(self) -> None:
        assert pickle.loads(pickle.dumps(Conversation(title="T"))).title == "T"  # noqa: S301

    def test_validate(self) -> None:
        Message(role="user", content="Hello").clean_fields(exclude=["conversation"])


@pytest.mark.django_db
class TestSaving:
    def test_brings_key_and_times_in_the_same_query(self) -> None:
        conversation = Conversation(user=factories.make_user())

        with CaptureQueriesContext(connection) as queries:
            conversation.save()

        (query,) = [each["sql"] for each in queries]
        assert query.startswith("INSERT")
        assert isinstance(conversation.pk, uuid.UUID)
        assert conversation.pk.version == 4
        assert conversation.created_at == conversation.updated_at
        assert Conversation.objects.get(pk=conversation.pk).created_at == conversation.created_at

    def test_leaves_no_expression_behind(self) -> None:
        message = factories.make_message()

        assert not any(isinstance(value, DatabaseDefault) for value in vars(message).values())

    def test_keeps_what_is_given(self) -> None:
        key = uuid.uuid4()

        message = factories.make_message(id=key, timestamp=MOMENT)

        assert message.pk == key
        assert Message.objects.get().pk == key
        assert Message.objects.get().timestamp == MOMENT

    def test_again_changes_neither_key_nor_creation(self) -> None:
        conversation = factories.make_conversation(created_at=MOMENT)

        conversation.title = "New"
        conversation.save()

        stored = Conversation.objects.get()
        assert (stored.pk, stored.created_at) == (conversation.pk, MOMENT)
        assert stored.title == "New"

    def test_a_copy_makes_another_row(self) -> None:
        conversation = factories.make_conversation()
        first = conversation.pk

        conversation.pk = None
        conversation._state.adding = True
        conversation.save()

        assert conversation.pk != first
        assert Conversation.objects.count() == 2

    def test_through_the_parents_manager(self) -> None:
        user = factories.make_user()

        conversation = user.assistant_conversations.create()
        conversation.messages.create(role="user", content="Hello")
        conversation.messages.add(Message(role="assistant", content="Yes"), bulk=False)

        assert conversation.messages.count() == 2

    def test_needs_a_saved_parent(self) -> None:
        with pytest.raises(ValueError, match="unsaved related object"):
            Message.objects.create(conversation=Conversation(), role="user", content="Hello")

    def test_get_or_create_and_update_or_create(self) -> None:
        user = factories.make_user()

        first, created = Conversation.objects.get_or_create(user=user)
        second, created_again = Conversation.objects.update_or_create(
            user=user, defaults={"title": "T"}
        )

        assert (created, created_again) == (True, False)
        assert first.pk == second.pk


@pytest.mark.django_db
class TestBulkCreate:
    def test_fills_in_keys_and_times(self) -> None:
        conversation = factories.make_conversation()
        made = Message.objects.bulk_create(
            Message(conversation=conversation, role="user", content=str(number))
            for number in range(3)
        )

        stored = {message.pk: message for message in Message.objects.all()}
        assert len(stored) == 3
        assert [stored[each.pk].content for each in made] == ["0", "1", "2"]
        assert [each.timestamp for each in made] == [stored[each.pk].timestamp for each in made]

    def test_mixes_given_and_made_keys(self) -> None:
        key = uuid.uuid4()
        user = factories.make_user()

        made = Conversation.objects.bulk_create(
            [Conversation(user=user, id=key, created_at=MOMENT), Conversation(user=user)]
        )

        assert made[0].pk == key
        assert made[1].pk not in (None, key)
        assert set(Conversation.objects.values_list("pk", flat=True)) == {each.pk for each in made}
        assert Conversation.objects.get(pk=key).created_at == MOMENT

    def test_updates_conflicts(self) -> None:
        setting = factories.make_setting(key="a", value=1)

        SystemSetting.objects.bulk_create(
            [SystemSetting(key="a", value=2)],
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["value"],
        )

        setting.refresh_from_db()
        assert setting.value == 2

    def test_ignores_conflicts(self) -> None:
        factories.make_user(username="ada")

        User.objects.bulk_create([User(username="ada")], ignore_conflicts=True)

        assert User.objects.filter(username="ada").count() == 1
