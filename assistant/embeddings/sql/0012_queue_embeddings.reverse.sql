CREATE OR REPLACE FUNCTION update_knowledge_base_timestamp() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    -- GREATEST: it never goes back, whatever a client or a slower transaction writes.
    NEW.updated_at := GREATEST(OLD.updated_at, now());
    RETURN NEW;
END;
$$;

DROP TRIGGER trigger_guard_knowledge_base_status ON knowledge_base;
DROP FUNCTION guard_knowledge_base_status();
DROP TRIGGER trigger_clear_embedding_queue_on_truncate ON embedding_models;
DROP TRIGGER trigger_clear_embedding_queue_on_delete ON embedding_models;
DROP TRIGGER trigger_clear_embedding_queue ON embedding_models;
DROP FUNCTION clear_embedding_queue();
DROP TRIGGER trigger_guard_embedding_model_backfill ON embedding_models;
DROP FUNCTION guard_embedding_model_backfill();
DROP TRIGGER trigger_write_embedding_queue_on_truncate ON knowledge_base;
DROP TRIGGER trigger_write_embedding_queue_on_delete ON knowledge_base;
DROP TRIGGER trigger_write_embedding_queue_on_update ON knowledge_base;
DROP TRIGGER trigger_write_embedding_queue ON knowledge_base;
DROP TRIGGER trigger_write_embedding_queue_on_truncate ON messages;
DROP TRIGGER trigger_write_embedding_queue_on_delete ON messages;
DROP TRIGGER trigger_write_embedding_queue_on_update ON messages;
DROP TRIGGER trigger_write_embedding_queue ON messages;
DROP FUNCTION write_embedding_queue();
DROP FUNCTION wake_embedding_workers();
DROP FUNCTION live_embedding_models();
