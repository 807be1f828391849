-- The functions and triggers of the SQL file 002, as they are written.

CREATE OR REPLACE FUNCTION update_conversation_timestamp()
RETURNS TRIGGER AS $$
BEGIN
    UPDATE conversations
    SET updated_at = NOW()
    WHERE id = NEW.conversation_id;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER trigger_update_conversation_timestamp
    AFTER INSERT ON messages
    FOR EACH ROW
    EXECUTE FUNCTION update_conversation_timestamp();

CREATE OR REPLACE FUNCTION update_conversation_stats()
RETURNS TRIGGER AS $$
BEGIN
    INSERT INTO conversation_stats (conversation_id, total_messages, total_tokens)
    SELECT
        NEW.conversation_id,
        COUNT(*),
        SUM(COALESCE(token_count, 0))
    FROM messages
    WHERE conversation_id = NEW.conversation_id
    ON CONFLICT (conversation_id) DO UPDATE SET
        total_messages = EXCLUDED.total_messages,
        total_tokens = EXCLUDED.total_tokens,
        updated_at = NOW();

    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER trigger_update_conversation_stats
    AFTER INSERT OR UPDATE ON messages
    FOR EACH ROW
    EXECUTE FUNCTION update_conversation_stats();
