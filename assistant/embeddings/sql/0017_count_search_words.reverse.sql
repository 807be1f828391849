-- The part of to_search_query() that is worth ranking where it matches too many rows to rank them
-- all: one that matches no more than a share of all rows, as far as is known.
--
-- The rarest words, joined by OR, as many as stay within the share; where even the rarest is in
-- more rows than that, it and the next, joined by AND, as many as it takes. `frequencies` has the
-- share of the rows that hold a lexeme, of the most common ones; another is as rare as can be.
CREATE FUNCTION to_narrow_query(question text, frequencies jsonb, share float8) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
DECLARE
    part record := read_search_question(question);
    rare text[] := '{}';
    common tsquery := '';
    result tsquery;
    lexeme text;
    frequency float8;
    expected float8 := 0;
BEGIN
    IF numnode(part.required) > 0 THEN
        RETURN to_search_query(question);
    END IF;
    FOR lexeme, frequency IN
        SELECT l, COALESCE((frequencies ->> l)::float8, 0)
        FROM unnest(part.lexemes) AS l ORDER BY 2, 1
    LOOP
        IF numnode(common) = 0 THEN
            expected := expected + frequency;
            EXIT WHEN expected > share AND rare <> '{}';
            rare := rare || lexeme;
            CONTINUE WHEN expected <= share;
        ELSE
            expected := expected * frequency;
        END IF;
        common := common && any_lexeme(ARRAY[lexeme]);
        EXIT WHEN expected <= share;
    END LOOP;
    result := CASE WHEN numnode(common) > 0 THEN common ELSE any_lexeme(rare) END;
    IF numnode(result) > 0 AND numnode(part.excluded) > 0 THEN
        result := result && !!part.excluded;
    END IF;
    RETURN result;
END;
$$;

-- The words of a question that are in at least one share of the rows and in less than another.
CREATE FUNCTION search_words_between(
    question text, frequencies jsonb, low float8, high float8
) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
BEGIN
    RETURN ARRAY(
        SELECT l FROM unnest((read_search_question(question)).lexemes) AS l
        WHERE COALESCE((frequencies ->> l)::float8, 0) >= low
        AND COALESCE((frequencies ->> l)::float8, 0) < high
    );
END;
$$;

DROP TRIGGER trigger_count_search_words_on_truncate ON conversation_embeddings;
DROP TRIGGER trigger_count_search_words_on_delete ON conversation_embeddings;
DROP TRIGGER trigger_count_search_words_on_update ON conversation_embeddings;
DROP TRIGGER trigger_count_search_words ON conversation_embeddings;
DROP TRIGGER trigger_count_search_words_on_truncate ON knowledge_chunks;
DROP TRIGGER trigger_count_search_words_on_delete ON knowledge_chunks;
DROP TRIGGER trigger_count_search_words_on_update ON knowledge_chunks;
DROP TRIGGER trigger_count_search_words ON knowledge_chunks;
ALTER TABLE search_lexemes RESET (fillfactor);

DROP FUNCTION refresh_search_statistics();
DROP FUNCTION settle_search_changes();
DROP FUNCTION count_search_words();
