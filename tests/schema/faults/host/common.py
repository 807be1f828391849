"""What the sets of migrations share."""

from django.db import migrations

TABLE = migrations.RunSQL("CREATE TABLE faults_host (value text)", "DROP TABLE faults_host")
ROW = migrations.RunSQL("INSERT INTO faults_host VALUES ('first')", "DELETE FROM faults_host")
