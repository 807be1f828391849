"""Create tickets and bookmarks."""

import django.db.models.deletion
from django.db import migrations, models

from assistant.db.operations import AddForeignKey


class Migration(migrations.Migration):
    initial = True

    dependencies = [("assistant_conversations", "0001_create_conversations")]

    operations = [
        migrations.CreateModel(
            name="Ticket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="tickets",
                        to="assistant_conversations.conversation",
                    ),
                ),
                ("title", models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="Bookmark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bookmarks",
                        to="assistant_conversations.conversation",
                    ),
                ),
            ],
        ),
        AddForeignKey("Bookmark", "conversation", on_delete="CASCADE"),
    ]
