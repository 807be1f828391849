-- What a database that the SQL files made lacks most: types, rules, search indexes, statistics.

DROP TRIGGER trigger_update_conversation_stats ON messages;
DROP TRIGGER trigger_update_conversation_timestamp ON messages;

ALTER TABLE conversations
    ALTER COLUMN metadata SET NOT NULL,
    ADD CHECK (context_length >= 0),
    ADD CHECK (jsonb_typeof(metadata) = 'object');
CREATE INDEX ON conversations (upper(title) text_pattern_ops);

UPDATE messages SET generation_config = '{}' WHERE generation_config IS NULL;
ALTER TABLE messages
    ALTER COLUMN "timestamp" SET NOT NULL,
    ALTER COLUMN generation_config SET NOT NULL,
    ADD CHECK (token_count >= 0),
    ADD CHECK (generation_time >= 0 AND generation_time < 'Infinity'),
    ADD CHECK (temperature > '-Infinity' AND temperature < 'Infinity'),
    ADD CHECK (jsonb_typeof(generation_config) = 'object');
CREATE INDEX ON messages USING gin (to_search_vector(content));

ALTER TABLE conversation_embeddings
    ALTER COLUMN embedding_vector TYPE vector USING embedding_vector::vector,
    ADD COLUMN chunk_search tsvector GENERATED ALWAYS AS (to_search_vector(chunk_text)) STORED,
    ADD COLUMN embedding_model_id uuid DEFAULT '00000000-0000-0000-0000-000000000000' NOT NULL;
CREATE INDEX ON conversation_embeddings (embedding_model_id);
CREATE INDEX ON conversation_embeddings USING gin (chunk_search);

TRUNCATE conversation_stats;
ALTER TABLE conversation_stats
    ALTER COLUMN total_messages TYPE bigint,
    ALTER COLUMN total_tokens TYPE bigint,
    ADD COLUMN response_count bigint NOT NULL,
    ADD COLUMN response_time_sum numeric NOT NULL,
    ADD UNIQUE (conversation_id);
INSERT INTO conversation_stats
    (conversation_id, total_messages, total_tokens, response_count, response_time_sum,
     avg_response_time)
SELECT conversation_id, count(*), COALESCE(sum(token_count), 0), count(generation_time),
    COALESCE(sum(generation_time::numeric), 0), avg(generation_time)
FROM messages GROUP BY conversation_id;
