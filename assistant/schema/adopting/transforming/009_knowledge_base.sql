-- knowledge_base. Rewritten once, as conversation_embeddings.

DROP INDEX IF EXISTS idx_knowledge_base_content_fts;

ALTER TABLE knowledge_base
    ALTER COLUMN id SET DEFAULT gen_random_uuid(),
    ALTER COLUMN content_type SET DEFAULT 'text',
    ALTER COLUMN content_type SET NOT NULL,
    ALTER COLUMN tags SET DEFAULT '{}'::text[],
    ALTER COLUMN tags SET NOT NULL,
    ALTER COLUMN embedding_vector TYPE vector USING embedding_vector::vector,
    ALTER COLUMN created_at SET DEFAULT now(),
    ALTER COLUMN created_at SET NOT NULL,
    ALTER COLUMN updated_at SET DEFAULT now(),
    ALTER COLUMN updated_at SET NOT NULL,
    ADD COLUMN embedding_model_id uuid GENERATED ALWAYS AS (:model) STORED,
    ADD COLUMN content_search tsvector GENERATED ALWAYS AS (to_search_vector(content)) STORED,
    ADD CONSTRAINT knowledge_base_file_size_check CHECK (file_size >= 0);

ALTER TABLE knowledge_base ALTER COLUMN embedding_model_id DROP EXPRESSION;

ALTER TABLE knowledge_base
    ADD CONSTRAINT knowledge_base_embedding_model_id_fkey FOREIGN KEY (embedding_model_id)
        REFERENCES embedding_models (id) ON DELETE NO ACTION DEFERRABLE INITIALLY DEFERRED;

CREATE INDEX IF NOT EXISTS idx_knowledge_base_content_type ON knowledge_base (content_type);
CREATE INDEX IF NOT EXISTS idx_knowledge_base_tags ON knowledge_base USING gin (tags);
CREATE INDEX IF NOT EXISTS idx_knowledge_base_file_hash ON knowledge_base (file_hash);
CREATE INDEX IF NOT EXISTS idx_knowledge_base_language ON knowledge_base (language);
CREATE INDEX idx_knowledge_base_model_id ON knowledge_base (embedding_model_id);
CREATE INDEX idx_knowledge_base_updated_at ON knowledge_base (updated_at DESC);
CREATE INDEX idx_knowledge_base_title_prefix ON knowledge_base (upper(title) text_pattern_ops);
CREATE INDEX idx_knowledge_base_content_fts ON knowledge_base USING gin (content_search);
