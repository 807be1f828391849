"""The check of stored secrets."""

from io import StringIO
from typing import Any

import pytest
from django.core.checks import Tags, Warning, run_checks  # noqa: A004
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistant.settings import checks
from assistant.settings.checks import check_stored_secrets
from assistant.settings.models import SystemSetting
from tests import factories

pytestmark = pytest.mark.django_db


def warnings() -> list[str]:
    return [str(warning.msg) for warning in check_stored_secrets(connection)]


def test_nothing_is_wrong_with_the_default_rows() -> None:
    assert warnings() == []


def test_each_secret_is_named_with_the_way_out_and_not_told() -> None:
    factories.make_setting(key="openai_api_key", value="sk-1")
    factories.make_setting(key="providers", value={"a": [{"token": "sk-1"}]})
    factories.make_setting(key="openai_api_key_env", value="OPENAI_API_KEY")
    factories.make_setting(key="empty_token", value="")
    factories.make_model_config(name="Large", config={"api_key": "sk-1"})
    factories.make_model_config(name="Small", config={"api_key_env": "KEY", "max_tokens": 1})

    found = check_stored_secrets(connection)

    assert [str(warning.msg) for warning in found] == [
        "system setting 'openai_api_key' holds a secret in plain text (at $ of value).",
        "system setting 'providers' holds a secret in plain text (at $.a[0].token of value).",
        "model configuration 'Large' holds a secret in plain text (at $.api_key of config).",
    ]
    for warning in found:
        assert isinstance(warning, Warning)
        assert warning.id == "assistant.W020"
        assert "_env" in str(warning.hint)
        assert "sk-1" not in str(warning)


def test_it_runs_with_the_databases_checks_only() -> None:
    factories.make_setting(key="openai_api_key", value="sk-1")

    def ids(**options: Any) -> set[str]:
        return {str(message.id) for message in run_checks(**options)}

    assert "assistant.W020" in ids(tags=[Tags.database], databases=["default"])
    assert "assistant.W020" not in ids()
    written = StringIO()
    call_command("check", databases=["default"], stderr=written)
    assert "openai_api_key" in written.getvalue()


def test_missing_tables_are_for_others_to_report() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE system_settings RENAME TO elsewhere")
    factories.make_model_config(config={"token": "x"})

    assert len(warnings()) == 1
    assert factories.make_user().pk  # the transaction goes on


def test_two_queries_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "MAX_ROWS", 3)
    monkeypatch.setattr(checks, "MAX_BYTES", 1000)
    SystemSetting.objects.all().delete()
    for number in range(5):
        factories.make_setting(key=f"token_{number}", value="x")

    with CaptureQueriesContext(connection) as queries:
        found = warnings()

    assert len(found) == 3
    assert len([query for query in queries if query["sql"].startswith("SELECT")]) == 2


def test_large_and_unreadable_values_are_told_by_their_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checks, "MAX_BYTES", 1000)
    factories.make_setting(key="a_token", value="".join(map(str, range(5000))))
    factories.make_setting(key="a_text", value="".join(map(str, range(5000))))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO system_settings (key, value) VALUES ('b_token', repeat('9', 5000)::jsonb),"
            " ('b_number', repeat('9', 5000)::jsonb)"
        )

    assert [message.split("'")[1] for message in warnings()] == ["a_token", "b_token"]
