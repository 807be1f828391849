"""Make a table with a row."""

from django.db import migrations

from tests.schema.faults.host.common import ROW, TABLE


class Migration(migrations.Migration):
    dependencies = []
    operations = [TABLE, ROW]
