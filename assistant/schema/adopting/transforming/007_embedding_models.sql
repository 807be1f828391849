-- embedding_models.

ALTER TABLE embedding_models
    ALTER COLUMN id SET DEFAULT gen_random_uuid(),
    ALTER COLUMN is_active SET DEFAULT true,
    ALTER COLUMN is_active SET NOT NULL,
    ALTER COLUMN created_at SET DEFAULT now(),
    ALTER COLUMN created_at SET NOT NULL,
    ADD COLUMN is_default boolean DEFAULT false NOT NULL,
    ADD CONSTRAINT embedding_models_dimension_check CHECK (dimension BETWEEN 1 AND 16000);

CREATE INDEX IF NOT EXISTS idx_embedding_models_active ON embedding_models (is_active);
CREATE UNIQUE INDEX embedding_models_is_default_key ON embedding_models (is_default)
    WHERE is_default;
