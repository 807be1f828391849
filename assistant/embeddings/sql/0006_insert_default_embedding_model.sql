-- The default embedding model, unless a model of that name or another default is there already.

INSERT INTO embedding_models (name, dimension, description, is_default)
VALUES (
    'all-MiniLM-L6-v2',
    384,
    'Default sentence transformer model',
    NOT EXISTS (SELECT FROM embedding_models WHERE is_default)
)
ON CONFLICT (name) DO NOTHING;
