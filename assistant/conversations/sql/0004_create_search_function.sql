-- The words of a text, for full-text search, whatever its size. A tsvector holds 1 MB; of a text
-- with more different words than fit (about 40,000), as much of its beginning as does.
-- Not parallel safe: a worker may not begin the block that catches the error.
--
-- OR REPLACE: the embeddings app brings the same function, and may have been installed before.
-- The cost is ten times the real one, so that a search which stops after some rows begins with
-- the words' index and not with the rows: nothing says that matches are spread evenly.
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
