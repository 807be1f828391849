-- What is there already. The triggers are there, so others write meanwhile.

-- The trigger computes what is set.
UPDATE knowledge_chunks SET chunk_identifiers = NULL
WHERE chunk_identifiers IS NULL AND to_identifier_vector(chunk_text) <> '';

UPDATE conversation_embeddings SET chunk_identifiers = NULL
WHERE chunk_identifiers IS NULL AND to_identifier_vector(chunk_text) <> '';

SELECT refresh_search_statistics();
