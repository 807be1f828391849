-- conversation_stats. What it counts is counted again, after its triggers are there.

ALTER TABLE conversation_stats
    ALTER COLUMN id SET DEFAULT gen_random_uuid(),
    ALTER COLUMN total_messages TYPE bigint,
    ALTER COLUMN total_messages SET DEFAULT 0,
    ALTER COLUMN total_messages SET NOT NULL,
    ALTER COLUMN total_tokens TYPE bigint,
    ALTER COLUMN total_tokens SET DEFAULT 0,
    ALTER COLUMN total_tokens SET NOT NULL,
    ALTER COLUMN created_at SET DEFAULT now(),
    ALTER COLUMN created_at SET NOT NULL,
    ALTER COLUMN updated_at SET DEFAULT now(),
    ALTER COLUMN updated_at SET NOT NULL,
    ADD COLUMN response_count bigint DEFAULT 0 NOT NULL,
    ADD COLUMN response_time_sum numeric DEFAULT 0 NOT NULL;

CREATE INDEX IF NOT EXISTS idx_conversation_stats_conversation_id
    ON conversation_stats (conversation_id);
