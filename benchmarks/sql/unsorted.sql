-- Once a statement and by what it changed, but without an order of locks.

CREATE FUNCTION update_conversation_stats() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO conversation_stats AS s (conversation_id, total_messages, total_tokens)
    SELECT conversation_id, count(*), COALESCE(sum(token_count), 0)
    FROM new_messages
    GROUP BY conversation_id
    ON CONFLICT (conversation_id) DO UPDATE SET
        total_messages = s.total_messages + EXCLUDED.total_messages,
        total_tokens = s.total_tokens + EXCLUDED.total_tokens,
        updated_at = now();

    UPDATE conversations
    SET updated_at = now()
    WHERE id IN (SELECT conversation_id FROM new_messages);
    RETURN NULL;
END;
$$;

CREATE TRIGGER trigger_update_conversation_stats
    AFTER INSERT ON messages
    REFERENCING NEW TABLE AS new_messages
    FOR EACH STATEMENT
    EXECUTE FUNCTION update_conversation_stats();
