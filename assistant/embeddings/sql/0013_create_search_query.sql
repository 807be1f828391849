-- What a question asks of full-text search. The parts of a question:
--
--   words               joined by OR: a chunk that holds any of them can be the answer
--   "quoted phrases"    each must be there, in that order; the words beside them are optional then
--   -word -"phrase"     must not be there
--
-- All are read as English, as the stored search vectors are; words such as "the" say nothing and
-- vanish. A question of nothing but those and exclusions finds nothing: what would be left is
-- every other row. Any text is a question, nothing raises: operators such as & or :* are breaks
-- between words, and a quotation mark without its partner is none.
--
-- However long it is, of a question the first 4,000 characters are read, of these 64 different
-- words, 16 phrases and 16 exclusions of at most 500 characters each.

-- The parts: the lexemes joined by OR, those of phrases included, and the queries that hold
-- whatever else is there; an empty query where there is none.
CREATE FUNCTION read_search_question(
    question text, OUT lexemes text[], OUT required tsquery, OUT excluded tsquery
)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
DECLARE
    token text[];
    words text := '';
    phrase text;
    query tsquery;
    phrases integer := 0;
    exclusions integer := 0;
BEGIN
    required := '';
    excluded := '';
    FOR token IN
        -- A phrase, an excluded word, a word. A quotation mark that is left over is passed by;
        -- telephones and word processors write the curved ones.
        SELECT regexp_matches(
            translate(left(question, 4000), '“”„‟', '""""'),
            '(-?)"([^"]*)"|-([^-\s"][^\s"]*)|([^\s"]+)',
            'g'
        )
    LOOP
        IF token[4] IS NOT NULL THEN
            words := words || ' ' || token[4];
            CONTINUE;
        END IF;
        phrase := left(COALESCE(token[2], token[3]), 500);
        query := phraseto_tsquery('pg_catalog.english', phrase);
        CONTINUE WHEN numnode(query) = 0;
        IF token[1] = '' THEN
            phrases := phrases + 1;
            CONTINUE WHEN phrases > 16;
            required := required && query;
            words := phrase || ' ' || words;
        ELSE
            exclusions := exclusions + 1;
            CONTINUE WHEN exclusions > 16;
            excluded := excluded || query;
        END IF;
    END LOOP;
    lexemes := ARRAY(
        SELECT lexeme FROM unnest(to_tsvector('pg_catalog.english', words))
        ORDER BY positions[1], lexeme LIMIT 64
    );
END;
$$;

-- Lexemes as one query that matches each of them, empty for none.
CREATE FUNCTION any_lexeme(lexemes text[]) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
    SELECT COALESCE(
        string_agg(
            '''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''', ' | '
        ), ''
    )::tsquery
    FROM unnest(lexemes) AS lexeme
$$;

-- The rows that answer a question: search_vector @@ to_search_query(question)
CREATE FUNCTION to_search_query(question text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
DECLARE
    part record := read_search_question(question);
    result tsquery := any_lexeme(part.lexemes);
BEGIN
    IF numnode(result) > 0 AND numnode(part.required) > 0 THEN
        -- Those with the phrases, and nothing else: the words count for ranking only.
        result := part.required;
    END IF;
    IF numnode(result) > 0 AND numnode(part.excluded) > 0 THEN
        result := result && !!part.excluded;
    END IF;
    RETURN result;
END;
$$;
