DROP INDEX idx_conversation_embeddings_chunk_fts;
DROP INDEX idx_knowledge_base_content_fts;
ALTER TABLE conversation_embeddings DROP COLUMN chunk_search;
ALTER TABLE knowledge_base DROP COLUMN content_search;
