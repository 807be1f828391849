"""The pages of the applied migrations."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from assistant.schema.models import SchemaMigration
from tests import factories
from tests.db.admin.pages import page

LIST = "/admin/assistant_schema/schemamigration/"


def found(client: Client, text: str) -> list[str]:
    """Return the names of the migrations that a search lists."""
    return [row.filename for row in client.get(LIST, {"q": text}).context["cl"].result_list]


def column(text: str, name: str) -> list[str]:
    """Return the texts of a column of a list."""
    cells = re.findall(rf'<t[dh] class="field-{name}(?: [^"]*)?">(.*?)</t[dh]>', text)
    return [re.sub("<.*?>", "", cell) for cell in cells]


def test_the_newest_comes_first_with_what_is_known_of_it(root: Client) -> None:
    factories.make_migration(name="0000_zeroth", duration=timedelta(0))
    factories.make_migration(name="0001_first", detailed=False)
    factories.make_migration(
        name="0002_second", checksum="01234567" + "c" * 56, duration=timedelta(seconds=10 / 3)
    )

    text = root.get(LIST).text

    assert column(text, "name_or_file")[:3] == ["0002_second", "0001_first", "0000_zeroth"]
    assert column(text, "app")[:2] == ["tickets", "tickets"]
    assert column(text, "took")[:3] == ["3.33 s", "-", "0 s"]
    assert column(text, "checksum_start")[:2] == ["01234567", "-"]
    newest, other = (int(version) for version in column(text, "version")[:2])
    assert newest == other + 1


def test_a_page_shows_every_column(viewer: Client) -> None:
    row = factories.make_migration(
        name="0001_first",
        checksum="c" * 64,
        duration=timedelta(milliseconds=12.3),
        versions={"python": "3.13.1", "django": "5.2.8", "extra": "1 < 2", "postgresql": "18.4"},
    )

    text = viewer.get(page(row, "change")).text

    for value in ("0001_first", "tickets/0001_first.py", "c" * 64, "0.012 s", str(row.version)):
        assert f">{value}</div>" in text
    assert ">Django 5.2.8, Python 3.13.1, PostgreSQL 18.4, extra 1 &lt; 2</div>" in text


def test_a_page_of_what_another_tool_applied(viewer: Client) -> None:
    row = factories.make_migration(detailed=False)

    text = viewer.get(page(row, "change")).text

    for name in ("took", "checksum", "versions"):
        assert (
            re.search(rf"field-{name}\b.*?<div class=.readonly.>(.*?)</div>", text, re.DOTALL)[1]
            == "-"
        )


def test_versions_of_another_form_are_shown_as_json(viewer: Client) -> None:
    row = factories.make_migration(versions={"django": ["<5>", 2]})

    assert "&quot;&lt;5&gt;&quot;," in viewer.get(page(row, "change")).text


@pytest.mark.parametrize("text", ["TICK", "tickets/0071", "0071_F", "0071"])
def test_they_are_found_by_the_beginning_of_app_file_or_name(root: Client, text: str) -> None:
    factories.make_migration(name="0071_first")

    assert found(root, text) == ["tickets/0071_first.py"]


def test_they_are_found_by_version(root: Client) -> None:
    row = factories.make_migration()

    assert found(root, str(row.version)) == [row.filename]
    assert found(root, f"00{row.version}") == []
    assert found(root, "9" * 18) == []
    assert found(root, "9" * 40) == []


@pytest.mark.parametrize("text", ["12345678-1234-5678-1234-567812345678", "²", "٣", "%", "_"])
def test_what_is_no_name_finds_nothing(root: Client, text: str) -> None:
    assert found(root, text) == []


def test_a_search_lists_as_many_as_the_setting_says(root: Client, settings) -> None:
    settings.ASSISTANT = {"SEARCH_MAX_ROWS": 2}
    for _ in range(4):
        factories.make_migration()

    assert len(found(root, "tickets")) == 2


def test_one_that_was_recorded_twice_is_listed_once(root: Client) -> None:
    row = factories.make_migration(name="0001_first")
    MigrationRecorder.Migration.objects.create(app="tickets", name="0001_first")

    assert found(root, "tickets") == [row.filename]


def test_an_empty_list_says_what_to_do_next(root: Client) -> None:
    MigrationRecorder.Migration.objects.all().delete()

    assert "<h2>No migrations yet. manage.py migrate applies them.</h2>" in root.get(LIST).text


@pytest.mark.parametrize("action", ["add", "change", "delete"])
def test_nobody_changes_anything(root: Client, action: str) -> None:
    row = factories.make_migration()
    address = page(SchemaMigration if action == "add" else row, action)

    assert root.post(address, {"post": "yes", "name": "0002_other"}).status_code == 403

    assert SchemaMigration.objects.get(pk=row.pk).name == row.name


def test_the_index_page_lists_them_and_asks_them_nothing(root: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP VIEW schema_migrations")

    response = root.get("/admin/")

    assert response.status_code == 200
    assert f'href="{LIST}"' in response.text
    assert f"{LIST}add/" not in response.text


def test_a_file_that_was_run_before_the_migrations_is_listed_by_its_name(root: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO schema_migration_files VALUES (1, '001_initial.sql', '2025-01-01')"
        )

    assert found(root, "001_init") == ["001_initial.sql"]
    assert "001_initial.sql</a>" in root.get(f"{LIST}?q=001_init").text
    assert "001_initial.sql</div>" in root.get(page(SchemaMigration(version=1), "change")).text
