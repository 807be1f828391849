-- users.updated_at moves whenever a row changes, and only the database writes it.

CREATE FUNCTION update_user_timestamp() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    -- GREATEST: it never goes back, whatever a client or a slower transaction writes.
    NEW.updated_at := GREATEST(OLD.updated_at, now());
    RETURN NEW;
END;
$$;

CREATE TRIGGER trigger_update_user_timestamp
    BEFORE UPDATE ON users
    FOR EACH ROW
    EXECUTE FUNCTION update_user_timestamp();
