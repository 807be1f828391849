-- One default at most, whoever writes: a row that becomes the default takes the place of the one
-- that was, and the newest wins.
--
-- Lock order: first the lock below, then rows. It is the table's own (its oid), so the same table
-- in another schema has another one, and it is held until the end of the transaction.

CREATE FUNCTION lock_default_model_config() RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock('pg_class'::regclass::integer, 'model_configs'::regclass::integer);
END;
$$;

-- An INSERT makes room at once. An UPDATE may come to the old default later than to the new one,
-- and PostgreSQL lets nobody change a row that the statement has yet to come to. So the row waits
-- as it was, and changes places at the end of the statement.
CREATE FUNCTION keep_one_default_model_config() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    waiting uuid;
BEGIN
    IF TG_LEVEL = 'STATEMENT' AND TG_WHEN = 'BEFORE' THEN
        PERFORM lock_default_model_config();
        RETURN NULL;
    ELSIF TG_LEVEL = 'STATEMENT' THEN
        waiting := NULLIF(current_setting('assistant.next_default_model_config', true), '');
        IF waiting IS NOT NULL THEN
            PERFORM set_config('assistant.next_default_model_config', '', true);
            UPDATE model_configs SET is_default = false WHERE is_default AND id <> waiting;
            UPDATE model_configs SET is_default = true WHERE id = waiting;
        END IF;
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        PERFORM lock_default_model_config();
        -- With a key that is taken it is no new row: ON CONFLICT says what it is.
        IF NOT EXISTS (SELECT FROM model_configs WHERE id = NEW.id) THEN
            -- MERGE may have let another row wait; this one is newer.
            PERFORM set_config('assistant.next_default_model_config', '', true);
            UPDATE model_configs SET is_default = false WHERE is_default;
        END IF;
    ELSIF NOT OLD.is_default
        AND EXISTS (SELECT FROM model_configs WHERE is_default AND id <> OLD.id)
    THEN
        PERFORM set_config('assistant.next_default_model_config', NEW.id::text, true);
        NEW.is_default := false;
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER trigger_lock_default_model_config
    BEFORE UPDATE OF is_default ON model_configs
    FOR EACH STATEMENT
    EXECUTE FUNCTION keep_one_default_model_config();

CREATE TRIGGER trigger_keep_one_default_model_config
    BEFORE INSERT OR UPDATE OF is_default ON model_configs
    FOR EACH ROW
    WHEN (NEW.is_default)
    EXECUTE FUNCTION keep_one_default_model_config();

CREATE TRIGGER trigger_switch_default_model_config
    AFTER UPDATE OF is_default ON model_configs
    FOR EACH STATEMENT
    EXECUTE FUNCTION keep_one_default_model_config();

-- Of several defaults that are there already the newest stays. CREATE TRIGGER has locked the
-- table against writers.
UPDATE model_configs SET is_default = false
WHERE is_default AND id <> (
    SELECT id FROM model_configs WHERE is_default ORDER BY created_at DESC, id DESC LIMIT 1
);
