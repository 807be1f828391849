-- conversations.

ALTER TABLE conversations
    ALTER COLUMN id SET DEFAULT gen_random_uuid(),
    ALTER COLUMN agent_type SET DEFAULT 'chat',
    ALTER COLUMN agent_type SET NOT NULL,
    ALTER COLUMN context_length SET DEFAULT 0,
    ALTER COLUMN context_length SET NOT NULL,
    ALTER COLUMN is_active SET DEFAULT true,
    ALTER COLUMN is_active SET NOT NULL,
    ALTER COLUMN created_at SET DEFAULT now(),
    ALTER COLUMN created_at SET NOT NULL,
    ALTER COLUMN updated_at SET DEFAULT now(),
    ALTER COLUMN updated_at SET NOT NULL,
    ALTER COLUMN metadata SET DEFAULT '{}'::jsonb,
    ALTER COLUMN metadata SET NOT NULL,
    ADD CONSTRAINT conversations_context_length_check CHECK (context_length >= 0),
    ADD CONSTRAINT conversations_metadata_check CHECK (jsonb_typeof(metadata) = 'object');

CREATE INDEX IF NOT EXISTS idx_conversations_user_id ON conversations (user_id);
CREATE INDEX IF NOT EXISTS idx_conversations_agent_type ON conversations (agent_type);
CREATE INDEX IF NOT EXISTS idx_conversations_created_at ON conversations (created_at DESC);
CREATE INDEX IF NOT EXISTS idx_conversations_updated_at ON conversations (updated_at DESC);
CREATE INDEX idx_conversations_title_prefix ON conversations (upper(title) text_pattern_ops);
