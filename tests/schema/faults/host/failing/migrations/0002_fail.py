"""Change the table, then fail."""

from django.db import migrations


def fail(apps, editor):
    editor.connection.cursor().execute("UPDATE faults_host SET value = 'migrated'")
    raise ValueError("The host's own fault.")


class Migration(migrations.Migration):
    dependencies = [("faults_host", "0001_make")]
    operations = [
        migrations.RunSQL("ALTER TABLE faults_host ADD COLUMN half text", migrations.RunSQL.noop),
        migrations.RunPython(fail),
    ]
