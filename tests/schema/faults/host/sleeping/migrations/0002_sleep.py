"""Take long: in Python first, then in a statement."""

import time

from django.db import migrations


def sleep(apps, editor):
    time.sleep(0.6)
    editor.connection.cursor().execute("SELECT pg_sleep(1)")


class Migration(migrations.Migration):
    dependencies = [("faults_host", "0001_make")]
    operations = [migrations.RunPython(sleep)]
