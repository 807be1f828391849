-- What is there already. The triggers are there, so others write meanwhile.

-- First, as refreshing does in the end: who has settled and goes on writing may need rows that are
-- changed here.
SELECT pg_advisory_xact_lock(
    hashtextextended('assistant.search_changes', 'search_changes'::regclass::oid::bigint)
);

-- The trigger computes what is set.
UPDATE knowledge_chunks SET chunk_identifiers = NULL
WHERE chunk_identifiers IS NULL AND to_identifier_vector(chunk_text) <> '';

UPDATE conversation_embeddings SET chunk_identifiers = NULL
WHERE chunk_identifiers IS NULL AND to_identifier_vector(chunk_text) <> '';

SELECT refresh_search_statistics();
