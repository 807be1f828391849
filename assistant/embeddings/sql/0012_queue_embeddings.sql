-- embedding_queue is kept by triggers: a row for each live model and each message or document
-- whose content is new or has changed, whoever writes. Last in the lock order, after the
-- statistics: the names sort behind trigger_update_….

-- A live model is in use, and not retired.
CREATE FUNCTION live_embedding_models() RETURNS SETOF uuid
LANGUAGE sql STABLE
SET search_path FROM CURRENT
AS $$
    SELECT id FROM embedding_models WHERE is_active AND status <> 'retired'
$$;

-- Wake the workers that sleep. A NOTIFY makes commits wait for each other, so there is one only
-- where somebody sleeps: who does holds this lock.
CREATE FUNCTION wake_embedding_workers() RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock_shared(hashtextextended('assistant_embedding_queue', 0)) THEN
        PERFORM pg_notify('assistant_embedding_queue', '');
    END IF;
END;
$$;

CREATE FUNCTION write_embedding_queue() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_TABLE_NAME = 'messages' THEN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO embedding_queue AS q (embedding_model_id, message_id)
            SELECT m.id, n.id FROM live_embedding_models() AS m (id) CROSS JOIN new_rows AS n
            ON CONFLICT (message_id, embedding_model_id) WHERE message_id IS NOT NULL
            DO UPDATE SET version = q.version + 1, attempts = 0, run_after = now(),
                locked_at = NULL, failed_at = NULL, last_error = NULL;
        ELSIF TG_OP = 'UPDATE' THEN
            -- A message that has moved takes its embeddings along.
            IF EXISTS (
                SELECT FROM new_rows AS n JOIN old_rows AS o ON o.id = n.id
                WHERE o.conversation_id <> n.conversation_id
            ) THEN
                UPDATE conversation_embeddings AS e SET conversation_id = n.conversation_id
                FROM new_rows AS n JOIN old_rows AS o ON o.id = n.id
                WHERE e.message_id = n.id AND o.conversation_id <> n.conversation_id;
            END IF;

            INSERT INTO embedding_queue AS q (embedding_model_id, message_id)
            SELECT m.id, n.id
            FROM live_embedding_models() AS m (id)
            CROSS JOIN new_rows AS n
            LEFT JOIN old_rows AS o ON o.id = n.id
            WHERE o.content IS DISTINCT FROM n.content
            ORDER BY n.id, m.id
            ON CONFLICT (message_id, embedding_model_id) WHERE message_id IS NOT NULL
            DO UPDATE SET version = q.version + 1, attempts = 0, run_after = now(),
                locked_at = NULL, failed_at = NULL, last_error = NULL;
        ELSIF TG_OP = 'DELETE' THEN
            DELETE FROM embedding_queue AS q USING old_rows AS o WHERE q.message_id = o.id;
            RETURN NULL;
        ELSE
            DELETE FROM embedding_queue WHERE message_id IS NOT NULL;
            RETURN NULL;
        END IF;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO embedding_queue AS q (embedding_model_id, document_id)
        SELECT m.id, n.id FROM live_embedding_models() AS m (id) CROSS JOIN new_rows AS n
        ON CONFLICT (document_id, embedding_model_id) WHERE document_id IS NOT NULL
        DO UPDATE SET version = q.version + 1, attempts = 0, run_after = now(),
            locked_at = NULL, failed_at = NULL, last_error = NULL;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO embedding_queue AS q (embedding_model_id, document_id)
        SELECT m.id, n.id
        FROM live_embedding_models() AS m (id)
        CROSS JOIN new_rows AS n
        LEFT JOIN old_rows AS o ON o.id = n.id
        WHERE o.content IS DISTINCT FROM n.content OR o.content_type <> n.content_type
        ORDER BY n.id, m.id
        ON CONFLICT (document_id, embedding_model_id) WHERE document_id IS NOT NULL
        DO UPDATE SET version = q.version + 1, attempts = 0, run_after = now(),
            locked_at = NULL, failed_at = NULL, last_error = NULL;
    ELSIF TG_OP = 'DELETE' THEN
        DELETE FROM embedding_queue AS q USING old_rows AS o WHERE q.document_id = o.id;
        RETURN NULL;
    ELSE
        DELETE FROM embedding_queue WHERE document_id IS NOT NULL;
        RETURN NULL;
    END IF;
    IF FOUND THEN
        PERFORM wake_embedding_workers();
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER trigger_write_embedding_queue
    AFTER INSERT ON messages
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION write_embedding_queue();

CREATE TRIGGER trigger_write_embedding_queue_on_update
    AFTER UPDATE ON messages
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION write_embedding_queue();

CREATE TRIGGER trigger_write_embedding_queue_on_delete
    AFTER DELETE ON messages
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION write_embedding_queue();

CREATE TRIGGER trigger_write_embedding_queue_on_truncate
    AFTER TRUNCATE ON messages
    FOR EACH STATEMENT
    EXECUTE FUNCTION write_embedding_queue();

CREATE TRIGGER trigger_write_embedding_queue
    AFTER INSERT ON knowledge_base
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION write_embedding_queue();

CREATE TRIGGER trigger_write_embedding_queue_on_update
    AFTER UPDATE ON knowledge_base
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION write_embedding_queue();

CREATE TRIGGER trigger_write_embedding_queue_on_delete
    AFTER DELETE ON knowledge_base
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION write_embedding_queue();

CREATE TRIGGER trigger_write_embedding_queue_on_truncate
    AFTER TRUNCATE ON knowledge_base
    FOR EACH STATEMENT
    EXECUTE FUNCTION write_embedding_queue();

-- embedding_models.backfilled_at is the workers': NULL while texts may be missing from the queue
-- that were there before the model was live, or changed while it was not.
CREATE FUNCTION guard_embedding_model_backfill() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.backfilled_at := NULL;
    ELSIF NOT (OLD.is_active AND OLD.status <> 'retired') THEN
        NEW.backfilled_at := NULL;
    ELSIF COALESCE(current_setting('assistant.embeds', true), '') <> 'on' THEN
        NEW.backfilled_at := OLD.backfilled_at;
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER trigger_guard_embedding_model_backfill
    BEFORE INSERT OR UPDATE ON embedding_models
    FOR EACH ROW
    EXECUTE FUNCTION guard_embedding_model_backfill();

-- A model that is no longer live, or gone, leaves no queue behind.
CREATE FUNCTION clear_embedding_queue() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM embedding_queue;
    ELSE
        -- In the order in which changes of texts lock them.
        PERFORM FROM embedding_queue
        WHERE embedding_model_id = OLD.id ORDER BY message_id, document_id FOR UPDATE;
        DELETE FROM embedding_queue WHERE embedding_model_id = OLD.id;
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER trigger_clear_embedding_queue
    AFTER UPDATE OF is_active, status ON embedding_models
    FOR EACH ROW WHEN (NOT (NEW.is_active AND NEW.status <> 'retired'))
    EXECUTE FUNCTION clear_embedding_queue();

CREATE TRIGGER trigger_clear_embedding_queue_on_delete
    AFTER DELETE ON embedding_models
    FOR EACH ROW
    EXECUTE FUNCTION clear_embedding_queue();

CREATE TRIGGER trigger_clear_embedding_queue_on_truncate
    AFTER TRUNCATE ON embedding_models
    FOR EACH STATEMENT
    EXECUTE FUNCTION clear_embedding_queue();

-- knowledge_base.status and last_error are the workers', too: a new content waits.
CREATE FUNCTION guard_knowledge_base_status() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    embeds CONSTANT boolean := COALESCE(current_setting('assistant.embeds', true), '') = 'on';
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.status := 'pending';
        NEW.last_error := NULL;
    ELSIF NEW.content IS DISTINCT FROM OLD.content OR NEW.content_type <> OLD.content_type THEN
        NEW.status := 'pending';
        NEW.last_error := NULL;
    ELSIF NOT embeds THEN
        NEW.status := OLD.status;
        NEW.last_error := OLD.last_error;
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER trigger_guard_knowledge_base_status
    BEFORE INSERT OR UPDATE ON knowledge_base
    FOR EACH ROW
    EXECUTE FUNCTION guard_knowledge_base_status();

-- What a worker writes is no change of the document.
CREATE OR REPLACE FUNCTION update_knowledge_base_timestamp() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF COALESCE(current_setting('assistant.embeds', true), '') = 'on' THEN
        NEW.updated_at := OLD.updated_at;
    ELSE
        -- GREATEST: it never goes back, whatever a client or a slower transaction writes.
        NEW.updated_at := GREATEST(OLD.updated_at, now());
    END IF;
    RETURN NEW;
END;
$$;
