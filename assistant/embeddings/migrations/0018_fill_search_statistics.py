"""Count the words and find the identifiers of what is there already."""

from django.db import migrations

import assistant.db.operations.batches


class Migration(migrations.Migration):
    # Each update writes into the indexes of vectors: all in one transaction would keep rows locked
    # for minutes.
    atomic = False

    dependencies = [
        ("assistant_embeddings", "0017_count_search_words"),
    ]

    operations = [
        # The trigger computes what is set.
        assistant.db.operations.batches.UpdateInBatches(
            model_name="KnowledgeChunk",
            assign="chunk_identifiers = NULL",
            where="chunk_identifiers IS NULL AND to_identifier_vector(chunk_text) <> ''",
        ),
        assistant.db.operations.batches.UpdateInBatches(
            model_name="ConversationEmbedding",
            assign="chunk_identifiers = NULL",
            where="chunk_identifiers IS NULL AND to_identifier_vector(chunk_text) <> ''",
        ),
        # One statement, which is a transaction; others write meanwhile. Statistics go with their
        # tables.
        migrations.RunSQL(
            ["SELECT refresh_search_statistics()"],
            migrations.RunSQL.noop,
        ),
    ]
