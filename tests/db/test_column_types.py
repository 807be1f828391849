"""Text keys without a second index, and numbers of any precision."""

from decimal import Decimal

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from assistant.conversations.models import ConversationStats
from assistant.db.fields import KeyField, NumericField


@pytest.mark.django_db
@isolate_apps()
def test_key_field_has_one_index_and_takes_text() -> None:
    class Thing(models.Model):  # noqa: DJ008
        key = KeyField(max_length=20, primary_key=True)

        class Meta:
            app_label = "things"
            db_table = "things"

    with connection.schema_editor() as editor:
        editor.create_model(Thing)
    Thing.objects.create(key="ß" * 20)

    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'things'")
        assert cursor.fetchall() == [("things_pkey",)]
        columns = connection.introspection.get_table_description(cursor, "things")
    assert [(column.name, column.display_size) for column in columns] == [("key", 20)]
    assert Thing.objects.filter(key__startswith="ß").exists()


class TestNumericField:
    def test_needs_no_precision(self) -> None:
        assert ConversationStats._meta.get_field("response_time_sum").check() == []

    @pytest.mark.django_db
    @isolate_apps()
    def test_keeps_every_digit(self) -> None:
        class Total(models.Model):  # noqa: DJ008
            value = NumericField()

            class Meta:
                app_label = "totals"
                db_table = "totals"

        value = Decimal("12345678901234567890123456789012345678901234567890.000000000000000000001")
        with connection.schema_editor() as editor:
            editor.create_model(Total)

        Total.objects.create(value=value)

        assert Total.objects.get().value == value
