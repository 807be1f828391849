"""Create the vector extension."""

from django.db import migrations

import assistant.db.operations.extensions


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        assistant.db.operations.extensions.CreateVectorExtension(),
    ]
