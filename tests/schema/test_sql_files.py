"""SQL files in migrations that are no transaction."""

import pytest
from django.apps import apps
from django.db import NotSupportedError
from django.db.migrations.state import ProjectState

from assistant.db.operations import RunSQLFile


def test_they_are_refused_by_name(complete):
    # Each of their statements would be one of its own, and the search path would not be pinned.
    operation = RunSQLFile("0002_create_functions", model_name="SystemSetting")
    state = ProjectState.from_apps(apps)

    with complete.schema_editor(atomic=False) as editor:  # noqa: SIM117
        with pytest.raises(NotSupportedError) as error:
            operation.database_forwards("assistant_settings", editor, state, state)

    assert "RunSQLFile('0002_create_functions') needs a transaction" in str(error.value)
