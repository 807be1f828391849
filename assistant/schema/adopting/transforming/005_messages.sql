-- messages. Read once for all of its rules, and not rewritten.

ALTER TABLE messages
    ALTER COLUMN id SET DEFAULT gen_random_uuid(),
    ALTER COLUMN "timestamp" SET DEFAULT now(),
    ALTER COLUMN "timestamp" SET NOT NULL,
    ALTER COLUMN generation_config SET DEFAULT '{}'::jsonb,
    ALTER COLUMN generation_config SET NOT NULL,
    ADD CONSTRAINT messages_role_check CHECK (role IN ('user', 'assistant', 'system')),
    ADD CONSTRAINT messages_token_count_check CHECK (token_count >= 0),
    ADD CONSTRAINT messages_generation_time_check
        CHECK (generation_time >= 0.0 AND generation_time < 'Infinity'::float8),
    ADD CONSTRAINT messages_temperature_check
        CHECK (temperature > '-Infinity'::float8 AND temperature < 'Infinity'::float8),
    ADD CONSTRAINT messages_timestamp_check
        CHECK ("timestamp" >= '0001-01-03 00:00:00+00:00'::timestamptz
               AND "timestamp" < '9999-12-30 00:00:00+00:00'::timestamptz),
    ADD CONSTRAINT messages_generation_config_check
        CHECK (jsonb_typeof(generation_config) = 'object');

CREATE INDEX IF NOT EXISTS idx_messages_conversation_id ON messages (conversation_id);
CREATE INDEX IF NOT EXISTS idx_messages_role ON messages (role);
CREATE INDEX IF NOT EXISTS idx_messages_timestamp ON messages ("timestamp" DESC);
CREATE INDEX IF NOT EXISTS idx_messages_model_name ON messages (model_name);
CREATE INDEX idx_messages_content_fts ON messages USING gin (to_search_vector(content));
