"""Index the words of messages and the beginnings of titles."""

from django.db import migrations

import assistant.db.expressions
import assistant.db.indexes
import assistant.db.operations.indexes


class Migration(migrations.Migration):
    # Built while others write, which no transaction can do.
    atomic = False

    dependencies = [
        ("assistant_conversations", "0004_create_search_function"),
    ]

    operations = [
        assistant.db.operations.indexes.AddIndexConcurrently(
            model_name="Conversation",
            index=assistant.db.indexes.PrefixIndex("title", name="idx_conversations_title_prefix"),
        ),
        assistant.db.operations.indexes.AddIndexConcurrently(
            model_name="Message",
            index=assistant.db.indexes.GinIndex(
                assistant.db.expressions.ToSearchVector("content"),
                name="idx_messages_content_fts",
            ),
        ),
    ]
