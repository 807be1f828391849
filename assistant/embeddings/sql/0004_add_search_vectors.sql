-- The words of each document and chunk, stored, so that a search reads them and does not compute
-- them again.

ALTER TABLE knowledge_base
    ADD COLUMN content_search tsvector GENERATED ALWAYS AS (to_search_vector(content)) STORED;

ALTER TABLE conversation_embeddings
    ADD COLUMN chunk_search tsvector GENERATED ALWAYS AS (to_search_vector(chunk_text)) STORED;

-- Documents that hold a word: content_search @@ query
CREATE INDEX idx_knowledge_base_content_fts ON knowledge_base USING gin (content_search);

-- Chunks that hold a word: chunk_search @@ query
CREATE INDEX idx_conversation_embeddings_chunk_fts
    ON conversation_embeddings USING gin (chunk_search);
