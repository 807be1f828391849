"""Every page of every table opens, for those who may open it."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistant.db.admin.lists import large_fields
from tests import factories
from tests.db.admin.pages import TABLES, Table, page

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
ROW_PAGES = ["change", "delete", "history"]


@every_table
def test_list_shows_the_rows(root: Client, table: Table) -> None:
    row = table.make()

    response = root.get(page(table.model, "changelist"))

    assert response.status_code == 200
    assert row in response.context["cl"].result_list


@every_table
def test_change_page_and_history_open(root: Client, table: Table) -> None:
    row = table.make()

    assert root.get(page(row, "change")).status_code == 200
    assert root.get(page(row, "history")).status_code == 200


@every_table
def test_add_and_delete_pages_open_where_rows_are_made_by_people(
    root: Client, table: Table
) -> None:
    row = table.make()
    expected = 200 if table.writable else 403

    assert root.get(page(table.model, "add")).status_code == expected
    assert root.get(page(row, "delete")).status_code == expected


def test_notes_have_a_small_text_area_and_texts_a_large_one(root: Client) -> None:
    setting, message = factories.make_setting(), factories.make_message()

    note = root.get(page(setting, "change")).context["adminform"].form["description"]
    text = root.get(page(message, "change")).context["adminform"].form["content"]

    assert 'rows="3"' in str(note)
    assert 'rows="10"' in str(text)


@every_table
def test_a_viewer_sees_and_changes_nothing(viewer: Client, table: Table) -> None:
    row = table.make()

    assert viewer.get(page(table.model, "changelist")).status_code == 200
    response = viewer.get(page(row, "change"))
    assert response.status_code == 200
    fields = response.context["adminform"].form.fields.values()
    assert all(field.disabled for field in fields)
    assert 'type="submit" value="Save"' not in response.text
    assert "deletelink" not in response.text
    for name in ("add", *ROW_PAGES):
        target = table.model if name == "add" else row
        if name != "history":
            assert viewer.post(page(target, name), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": str(row.pk), "post": "yes"}
    viewer.post(page(table.model, "changelist"), chosen)
    assert table.model.objects.filter(pk=row.pk).exists()


@every_table
def test_a_stranger_is_sent_to_the_login_page(client: Client, db: None, table: Table) -> None:
    row = table.make()

    for address in (page(table.model, "changelist"), page(row, "change"), page(row, "history")):
        response = client.get(address)
        assert response.status_code == 302
        assert response.url.startswith("/admin/login/")


@every_table
def test_a_list_makes_as_many_queries_for_three_times_the_rows(root: Client, table: Table) -> None:
    table.make()
    table.make()
    root.get(page(table.model, "changelist"))  # fills the cache of content types
    with CaptureQueriesContext(
        connection,
    ) as few:
        root.get(page(table.model, "changelist"))
    for _ in range(4):
        table.make()

    with CaptureQueriesContext(connection) as many:
        response = root.get(page(table.model, "changelist"))

    assert len(response.context["cl"].result_list) >= 6
    assert [_shape(query) for query in many] == [_shape(query) for query in few]


def _shape(query: dict[str, str]) -> str:
    # There are about as many migrations as a page shows, and only more of them have a LIMIT.
    return query["sql"].split(" WHERE ")[0].split(" LIMIT ")[0]


@every_table
def test_no_query_of_a_list_scans_for_distinct_values_or_fetches_large_columns(
    root: Client, table: Table
) -> None:
    table.make()

    with CaptureQueriesContext(connection) as queries:
        response = root.get(page(table.model, "changelist"))

    assert not [query["sql"] for query in queries if "DISTINCT" in query["sql"]]
    large = {field.name for field in large_fields(table.model)} | {"embedding_vector"}
    large -= set(table.short_texts)
    for row in response.context["cl"].result_list:
        assert not large.intersection(row.__dict__)


@every_table
def test_every_column_sorts_both_ways(root: Client, table: Table) -> None:
    table.make()
    columns = len(admin.site.get_model_admin(table.model).list_display) + 1

    for column in range(columns):
        for sign in ("", "-"):
            response = root.get(page(table.model, "changelist"), {"o": f"{sign}{column}"})
            assert response.status_code == 200


@every_table
def test_every_choice_of_every_filter_opens(root: Client, table: Table) -> None:
    table.make()
    address = page(table.model, "changelist")

    for spec in root.get(address).context["cl"].filter_specs:
        changelist = root.get(address).context["cl"]
        for choice in spec.choices(changelist):
            assert root.get(address + choice["query_string"]).status_code == 200


@every_table
def test_the_key_of_a_row_finds_it(root: Client, table: Table) -> None:
    row, _other = table.make(), table.make()

    response = root.get(page(table.model, "changelist"), {"q": str(row.pk)})

    assert list(response.context["cl"].result_list) == [row]
