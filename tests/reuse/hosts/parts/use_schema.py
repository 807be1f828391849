"""Migrations by themselves."""

import json
from io import StringIO

from django.core.management import call_command
from django.db import connection

from assistant.schema.models import SchemaMigration

DOCUMENTED = "SELECT version, filename, applied_at FROM schema_migrations ORDER BY version;"

first = SchemaMigration.objects.get(version=1)
assert first.filename == "assistant_schema/0001_create_schema_migrations.py"
assert len(first.checksum) == 64
assert first.duration.total_seconds() > 0
assert {"django", "python", "postgresql"} <= set(first.versions)

with connection.cursor() as cursor:
    cursor.execute(DOCUMENTED)
    rows = cursor.fetchall()
    assert rows[0] == (1, first.filename, first.applied_at)

output = StringIO()
call_command("schema", "status", "--json", stdout=output)
status = json.loads(output.getvalue())
assert status["up_to_date"]
assert [each["state"] for each in status["migrations"]] == ["applied"] * len(rows)
