"""Change the row once more, slowly: as a migration after that one."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("faults_host", "0002_close")]
    operations = [
        migrations.RunSQL("UPDATE faults_host SET value = value || ' twice'"),
        migrations.RunSQL("SELECT pg_sleep(0.7)"),
    ]
