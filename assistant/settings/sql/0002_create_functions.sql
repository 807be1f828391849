-- uuid_generate_v4() for SQL that was written for the uuid-ossp extension, unless the extension
-- or the host has one already. The comment marks it as ours for the way back.

DO $$
BEGIN
    IF to_regprocedure('uuid_generate_v4()') IS NULL THEN
        CREATE FUNCTION uuid_generate_v4() RETURNS uuid
        LANGUAGE sql VOLATILE PARALLEL SAFE
        SET search_path FROM CURRENT
        AS 'SELECT gen_random_uuid()';
        COMMENT ON FUNCTION uuid_generate_v4() IS 'assistant_settings: core gen_random_uuid()';
    END IF;
END;
$$;

-- system_settings.updated_at moves whenever a row changes, and only the database writes it.

CREATE FUNCTION update_system_setting_timestamp() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    -- GREATEST: it never goes back, whatever a client or a slower transaction writes.
    NEW.updated_at := GREATEST(OLD.updated_at, now());
    RETURN NEW;
END;
$$;

CREATE TRIGGER trigger_update_system_setting_timestamp
    BEFORE UPDATE ON system_settings
    FOR EACH ROW
    EXECUTE FUNCTION update_system_setting_timestamp();
