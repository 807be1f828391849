"""Index the beginnings of user names and email addresses."""

from django.db import migrations

import assistant.db.indexes
import assistant.db.operations.indexes


class Migration(migrations.Migration):
    # Built while others write, which no transaction can do.
    atomic = False

    dependencies = [
        ("assistant_accounts", "0003_insert_default_user"),
    ]

    operations = [
        assistant.db.operations.indexes.AddIndexConcurrently(
            model_name="User",
            index=assistant.db.indexes.PrefixIndex("username", name="idx_users_username_prefix"),
        ),
        assistant.db.operations.indexes.AddIndexConcurrently(
            model_name="User",
            index=assistant.db.indexes.PrefixIndex("email", name="idx_users_email_prefix"),
        ),
    ]
