-- The sha256 of a text in hexadecimal: 64 characters. Immutable, so that an index or a generated
-- column can use it; core PostgreSQL, no extension.
CREATE FUNCTION generate_content_hash(content text) RETURNS varchar(64)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
    SELECT encode(sha256(convert_to(content, 'UTF8')), 'hex')
$$;

-- The words of a text, for full-text search, whatever its size. A tsvector holds 1 MB; of a text
-- with more different words than fit (about 40,000), as much of its beginning as does.
-- Not parallel safe: a worker may not begin the block that catches the error.
--
-- OR REPLACE: the conversations app brings the same function, whichever is installed first.
CREATE OR REPLACE FUNCTION to_search_vector(content text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT COST 1000
SET search_path FROM CURRENT
AS $$
DECLARE
    -- Lengths in characters: one that fits, and one that does not.
    fits integer := 0;
    fails integer := length(content) + 1;
    tried integer := length(content);
    result tsvector;
BEGIN
    -- A quarter of the limit always fits: a word takes four bytes with its position at most where
    -- it takes one in the text. The block below costs a subtransaction.
    IF octet_length(content) < 262144 THEN
        RETURN to_tsvector('pg_catalog.english', content);
    END IF;
    LOOP
        BEGIN
            result := to_tsvector('pg_catalog.english', left(content, tried));
            fits := tried;
        EXCEPTION
            WHEN program_limit_exceeded THEN
                fails := tried;
        END;
        EXIT WHEN result IS NOT NULL AND fails - fits <= GREATEST(fits / 4, 1);
        tried := (fits + fails) / 2;
    END LOOP;
    RETURN result;
END;
$$;

-- knowledge_base.updated_at moves whenever a row changes, and only the database writes it.
CREATE FUNCTION update_knowledge_base_timestamp() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    -- GREATEST: it never goes back, whatever a client or a slower transaction writes.
    NEW.updated_at := GREATEST(OLD.updated_at, now());
    RETURN NEW;
END;
$$;

CREATE TRIGGER trigger_update_knowledge_base_timestamp
    BEFORE UPDATE ON knowledge_base
    FOR EACH ROW
    EXECUTE FUNCTION update_knowledge_base_timestamp();
