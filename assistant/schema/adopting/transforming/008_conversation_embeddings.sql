-- conversation_embeddings. Rewritten once: the model of each vector is worked out as a generated
-- column, which then becomes a plain one.

DROP INDEX IF EXISTS idx_conversation_embeddings_chunk_fts;

ALTER TABLE conversation_embeddings
    ALTER COLUMN id SET DEFAULT gen_random_uuid(),
    ALTER COLUMN embedding_vector TYPE vector USING embedding_vector::vector,
    ALTER COLUMN chunk_index SET DEFAULT 0,
    ALTER COLUMN chunk_index SET NOT NULL,
    ALTER COLUMN created_at SET DEFAULT now(),
    ALTER COLUMN created_at SET NOT NULL,
    ALTER COLUMN source_type SET DEFAULT 'message',
    ALTER COLUMN source_type SET NOT NULL,
    ALTER COLUMN metadata SET DEFAULT '{}'::jsonb,
    ALTER COLUMN metadata SET NOT NULL,
    ADD COLUMN embedding_model_id uuid NOT NULL GENERATED ALWAYS AS (:model) STORED,
    ADD COLUMN chunk_search tsvector GENERATED ALWAYS AS (to_search_vector(chunk_text)) STORED,
    ADD CONSTRAINT conversation_embeddings_chunk_index_check CHECK (chunk_index >= 0),
    ADD CONSTRAINT conversation_embeddings_metadata_check
        CHECK (jsonb_typeof(metadata) = 'object');

ALTER TABLE conversation_embeddings ALTER COLUMN embedding_model_id DROP EXPRESSION;

ALTER TABLE conversation_embeddings
    ADD CONSTRAINT conversation_embeddings_embedding_model_id_fkey FOREIGN KEY (embedding_model_id)
        REFERENCES embedding_models (id) ON DELETE NO ACTION DEFERRABLE INITIALLY DEFERRED;

CREATE INDEX IF NOT EXISTS idx_conversation_embeddings_conversation_id
    ON conversation_embeddings (conversation_id);
CREATE INDEX IF NOT EXISTS idx_conversation_embeddings_message_id
    ON conversation_embeddings (message_id);
CREATE INDEX IF NOT EXISTS idx_conversation_embeddings_content_hash
    ON conversation_embeddings (content_hash);
CREATE INDEX IF NOT EXISTS idx_conversation_embeddings_source_type
    ON conversation_embeddings (source_type);
CREATE INDEX idx_conversation_embeddings_model_id
    ON conversation_embeddings (embedding_model_id);
CREATE INDEX idx_conversation_embeddings_chunk_fts
    ON conversation_embeddings USING gin (chunk_search);
