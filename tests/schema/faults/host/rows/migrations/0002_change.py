"""Change the row."""

from django.db import migrations


def change(apps, editor):
    editor.connection.cursor().execute("UPDATE faults_host SET value = 'migrated'")


class Migration(migrations.Migration):
    dependencies = [("faults_host", "0001_make")]
    operations = [migrations.RunPython(change)]
