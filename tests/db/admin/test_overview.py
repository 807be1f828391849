"""Counts and last activity of the tables, in one query."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection, models
from django.test import RequestFactory

from assistant.conversations.admin import ConversationAdmin, MessageAdmin
from assistant.conversations.models import Conversation, Message
from assistant.db.admin import Card, Overview, TableAdmin, overview_cards
from assistant.settings.models import SystemSetting
from tests import factories

TABLES: dict[type[models.Model], Overview] = {
    Conversation: ConversationAdmin.overview,
    Message: MessageAdmin.overview,
}


def cards(
    user: Any = None,
    tables: Mapping[type[models.Model], Overview] = TABLES,
    site: admin.AdminSite = admin.site,
) -> dict[type[models.Model], Card]:
    """Return the overview as a user sees it; by default a superuser."""
    request = RequestFactory().get("/")
    request.user = user or factories.make_user(is_staff=True, is_superuser=True)
    found = {card.model: card for card in overview_cards(site, request, tables)}
    return {model: card for model, card in found.items() if model in tables}


def fill(rows: int) -> None:
    """Store settings through SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO system_settings (key, value) "
            "SELECT 'n' || i, '1' FROM generate_series(1, %s) AS i",
            [rows],
        )


def execute(statement: str = "ANALYZE system_settings") -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


SETTINGS = {SystemSetting: Overview(1)}


def count_of_settings() -> str:
    return cards(tables=SETTINGS)[SystemSetting].number


@pytest.fixture
def limit(settings: Any, db: None) -> int:
    """Let ten rows be counted, of a table without what other tests have left in its file."""
    settings.ASSISTANT = {"LIST_MAX_ROWS": 10}
    execute("TRUNCATE system_settings")
    return 10


@pytest.mark.django_db
def test_tables_are_counted_linked_and_in_order() -> None:
    message = factories.make_message()
    factories.make_message(conversation=message.conversation)

    found = cards()

    assert list(found) == [Conversation, Message]
    assert (found[Message].number, found[Conversation].number) == ("2", "1")
    assert found[Message].url == "/admin/assistant_conversations/message/"
    assert str(found[Message].title) == "Messages"
    assert not found[Message].is_empty


@pytest.mark.django_db
def test_empty_tables() -> None:
    found = cards()

    assert [(card.number, card.is_empty, card.activity) for card in found.values()] == [
        ("0", True, None),
        ("0", True, None),
    ]


@pytest.mark.django_db
def test_the_admin_class_says_how_its_table_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        admin.site.get_model_admin(Conversation), "overview", Overview(0, "created_at", "begun")
    )

    found = cards()

    assert list(found) == [Conversation, Message]
    assert found[Conversation].activity_text == "begun"


@pytest.mark.django_db
def test_up_to_the_limit_a_count_is_exact(limit: int) -> None:
    fill(limit)

    assert count_of_settings() == "10"


@pytest.mark.django_db
def test_a_table_that_was_never_analysed_is_not_guessed(limit: int) -> None:
    fill(limit + 1)
    execute("UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relname = 'system_settings'")

    assert count_of_settings() == "more than 10"


@pytest.mark.django_db
@pytest.mark.parametrize("stale, text", [(5, "more than 10"), (1_234_567, "about 1,200,000")])
def test_estimates_round_and_never_contradict_the_count(limit: int, stale: int, text: str) -> None:
    fill(limit + 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_class SET reltuples = %s, relpages = greatest("
            "pg_relation_size(oid) / current_setting('block_size')::int, 1)"
            " WHERE relname = 'system_settings' AND relkind = 'r'",
            [stale],
        )

    assert count_of_settings() == text


@pytest.mark.django_db
def test_an_estimate_follows_a_table_that_has_grown_since(limit: int) -> None:
    fill(1000)
    execute()
    before = count_of_settings()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO system_settings (key, value) "
            "SELECT 'm' || i, '1' FROM generate_series(1, 9000) AS i"
        )

    number = int(count_of_settings().removeprefix("about ").replace(",", ""))

    assert before in ("about 1,000", "about 990")
    assert 8_000 <= number <= 12_000


@pytest.mark.django_db
def test_an_emptied_table_is_not_estimated(limit: int) -> None:
    fill(1000)
    execute()
    SystemSetting.objects.all().delete()

    assert count_of_settings() == "0"


@pytest.mark.django_db
def test_a_table_of_the_same_name_in_another_schema_is_not_meant(limit: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA elsewhere")
        cursor.execute("CREATE TABLE elsewhere.system_settings AS SELECT generate_series(1, 9000)")
        cursor.execute("ANALYZE elsewhere.system_settings")
    fill(100)
    execute()

    assert count_of_settings() == "about 100"


class SomeAdmin(TableAdmin):
    """Shows each user some rows."""

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).filter(key__startswith="n1")


class NoneAdmin(TableAdmin):
    """Shows nobody any row."""

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).none()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "admin_class, rows, text",
    [(SomeAdmin, 30, "more than 10"), (SomeAdmin, 5, "1"), (NoneAdmin, 30, "0")],
)
def test_the_rows_are_those_of_the_admin_class(
    limit: int, admin_class: Any, rows: int, text: str
) -> None:
    site = admin.AdminSite(name="some")
    site.register(SystemSetting, admin_class)
    fill(rows)
    execute()

    overview = {SystemSetting: Overview(1, "updated_at")}
    assert cards(tables=overview, site=site)[SystemSetting].number == text
