"""Test databases: two data directories are two servers."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql.creation import DatabaseCreation as PostgresCreation

from assistant.db.embedded.options import from_database


class DatabaseCreation(PostgresCreation):
    """Tell databases of the same name apart by their data directory."""

    def test_db_signature(self) -> tuple[Any, ...]:
        """Return what identifies the test database of a connection."""
        data_dir = from_database(self.connection.settings_dict).data_dir
        return (*super().test_db_signature(), str(data_dir))
