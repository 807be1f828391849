"""Close the connection, and go on on another."""

from django.db import migrations


def close(apps, editor):
    editor.connection.close()
    editor.connection.cursor().execute("UPDATE faults_host SET value = 'migrated'")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("faults_host", "0001_make")]
    operations = [migrations.RunPython(close)]
