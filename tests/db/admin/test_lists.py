"""Lists and searches whose cost does not grow with the table."""

from typing import Any

import pytest
from django.contrib.admin import site
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from assistant.accounts.models import User
from assistant.conversations.models import Conversation, Message
from assistant.db.admin.paging import BoundedPaginator
from assistant.db.admin.search import keys_beginning_with
from assistant.embeddings.models import KnowledgeDocument
from tests import factories
from tests.db.admin.pages import TABLES, Table, page

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


def fill(table: str) -> None:
    """Give the planner enough rows to want an index."""
    statements = {
        "users": "INSERT INTO users (username, email) "
        "SELECT 'person' || n, n || '@example.org' FROM generate_series(1, 3000) n",
        "conversations": "INSERT INTO conversations (user_id, title) "
        "SELECT id, 'Plan ' || n FROM users, generate_series(1, 3000) n WHERE username = 'filler'",
        "knowledge_base": "INSERT INTO knowledge_base (title, content) "
        "SELECT 'Manual ' || n, '' FROM generate_series(1, 3000) n",
    }
    factories.make_user(username="filler")
    with connection.cursor() as cursor:
        cursor.execute(statements[table])
        cursor.execute(f"ANALYZE {table}")


def test_a_list_counts_and_shows_as_many_rows_as_the_setting_says(
    root: Client, settings: Any
) -> None:
    settings.ASSISTANT = {"LIST_MAX_ROWS": 3, "LIST_PAGE_SIZE": 2}
    for _ in range(5):
        factories.make_document()

    response = root.get(page(KnowledgeDocument, "changelist"))

    changelist = response.context["cl"]
    assert (changelist.result_count, len(changelist.result_list)) == (3, 2)
    assert "The first 3 are listed." in response.text
    last = root.get(page(KnowledgeDocument, "changelist"), {"p": "2"})
    assert len(last.context["cl"].result_list) == 1


@pytest.mark.django_db
def test_counting_stops_at_the_limit(settings: Any) -> None:
    settings.ASSISTANT = {"LIST_MAX_ROWS": 2}
    for _ in range(4):
        factories.make_document()

    with CaptureQueriesContext(connection) as queries:
        assert BoundedPaginator(KnowledgeDocument.objects.order_by("pk"), 1).count == 2

    assert "LIMIT 2" in queries[0]["sql"]
    assert "ORDER BY" not in queries[0]["sql"]
    assert "content" not in queries[0]["sql"]


# Whoever looks at the list of users is one; migrations are Django's rows.
@pytest.mark.parametrize("name", sorted(TABLES.keys() - {"users", "schema_migrations"}))
def test_an_empty_list_says_what_to_do_next(root: Client, name: str) -> None:
    table = TABLES[name]
    table.model._base_manager.all().delete()

    response = root.get(page(table.model, "changelist"))

    hint = site.get_model_admin(table.model).empty_hint
    assert f"<h2>{escape(hint)}</h2>" in response.text


@every_table
def test_a_search_without_a_match_says_so(root: Client, table: Table) -> None:
    response = root.get(page(table.model, "changelist"), {"q": "nothinglikeit"})

    assert "Nothing matches." in response.text


def test_a_search_lists_the_newest_and_says_that_there_may_be_more(
    root: Client, settings: Any
) -> None:
    settings.ASSISTANT = {"SEARCH_MAX_ROWS": 2}
    conversation = factories.make_conversation()
    for number in range(3):
        factories.make_message(
            conversation=conversation, content="apple", timestamp=f"2026-01-0{number + 1}T00:00Z"
        )

    response = root.get(page(Message, "changelist"), {"q": "apple"})

    days = [message.timestamp.day for message in response.context["cl"].result_list]
    assert days == [3, 2]
    assert "2 matches are listed; there may be more." in response.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model,field",
    [
        pytest.param(User, "username", id="username"),
        pytest.param(User, "email", id="email"),
        pytest.param(Conversation, "title", id="title"),
        pytest.param(KnowledgeDocument, "title", id="document"),
    ],
)
def test_beginnings_are_found_by_their_index(model: Any, field: str) -> None:
    fill(model._meta.db_table)

    plan = model.objects.filter(**{f"{field}__istartswith": "xyz"}).explain()

    assert f"idx_{model._meta.db_table}_{field}_prefix" in plan


@pytest.mark.parametrize("text", ["pLaN of", "filL"])
def test_conversations_are_found_by_title_and_by_user(root: Client, text: str) -> None:
    conversation = factories.make_conversation(
        title="Plan of escape", user=factories.make_user(username="filler")
    )
    factories.make_conversation(title="Another plan")

    response = root.get(page(Conversation, "changelist"), {"q": text})

    assert list(response.context["cl"].result_list) == [conversation]


@pytest.mark.parametrize("text", ["manUAL f", "drum"])
def test_documents_are_found_by_title_and_by_words(root: Client, text: str) -> None:
    document = factories.make_document(title="Manual for drummers", content="Drums are loud.")
    factories.make_document(title="A manual", content="Flutes")

    response = root.get(page(KnowledgeDocument, "changelist"), {"q": text})

    assert list(response.context["cl"].result_list) == [document]


@pytest.mark.django_db
def test_several_fields_are_looked_up_by_one_query() -> None:
    user = factories.make_user(username="Anna", email="b@example.org")
    other = factories.make_user(username="Bert", email="anna@example.org")
    factories.make_user(username="Carl", email="c@example.org")

    with CaptureQueriesContext(connection) as queries:
        keys = keys_beginning_with(User.objects.order_by("email"), "anNA", ("username", "email"))

    assert set(keys) == {user.pk, other.pk}
    assert len(queries) == 1


# Tables that stay small may be sorted by anything.
SMALL = {"system_settings", "model_configs", "embedding_models", "schema_migrations"}


@pytest.mark.parametrize("name", sorted(TABLES.keys() - SMALL))
def test_lists_are_sorted_by_what_an_index_sorts_alone(name: str) -> None:
    model = TABLES[name].model
    leading = {index.fields[0].lstrip("-") for index in model._meta.indexes if index.fields}

    for column in site.get_model_admin(model).sortable_by:
        field = model._meta.get_field(column)
        # Rows of the same role or kind are most of the table, and would be sorted by their key.
        assert column in leading
        assert isinstance(field, models.DateTimeField) or column == "username"


@every_table
def test_a_search_makes_as_many_queries_for_three_times_the_rows(
    root: Client, table: Table
) -> None:
    address = page(table.model, "changelist")
    counts = []
    for rows in (2, 4):
        for _ in range(rows):
            table.make()
        root.get(address, {"q": "e"})
        with CaptureQueriesContext(connection) as queries:
            root.get(address, {"q": "e"})
        counts.append(len(queries))

    assert counts[0] == counts[1]
