-- conversations.updated_at moves when the row changes and when messages are added, and only the
-- database writes it.

CREATE FUNCTION guard_conversation_timestamp() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    -- GREATEST: it never goes back, whatever a client or a slower transaction writes.
    NEW.updated_at := GREATEST(OLD.updated_at, now());
    RETURN NEW;
END;
$$;

CREATE TRIGGER trigger_guard_conversation_timestamp
    BEFORE UPDATE ON conversations
    FOR EACH ROW
    EXECUTE FUNCTION guard_conversation_timestamp();

CREATE FUNCTION update_conversation_timestamp() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    -- The statistics trigger, whose name sorts first, has locked these rows in order.
    UPDATE conversations
    SET updated_at = now()
    WHERE id IN (SELECT conversation_id FROM new_messages)
      AND updated_at < now();  -- once a transaction
    RETURN NULL;
END;
$$;

CREATE TRIGGER trigger_update_conversation_timestamp
    AFTER INSERT ON messages
    REFERENCING NEW TABLE AS new_messages
    FOR EACH STATEMENT
    EXECUTE FUNCTION update_conversation_timestamp();
