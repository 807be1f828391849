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
-- That is so in questions of up to 500 characters. A longer one is somebody's text, in which
-- quotation marks quote and dashes begin lines: there, all are words.
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
    plain boolean := length(question) > 500;
BEGIN
    required := '';
    excluded := '';
    FOR token IN
        -- A phrase, an excluded word, a word. A quotation mark that is left over is passed by;
        -- telephones and word processors write the curved ones.
        SELECT regexp_matches(
            translate(
                left(question, 4000), '"“”„‟', repeat(CASE WHEN plain THEN ' ' ELSE '"' END, 5)
            ),
            '(-?)"([^"]*)"|-([^-\s"][^\s"]*)|([^\s"]+)',
            'g'
        )
    LOOP
        IF token[4] IS NOT NULL OR plain THEN
            words := words || ' ' || COALESCE(token[4], token[3]);
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

-- By which words found rows are ranked: any of those asked for, phrases' words included.
-- ts_rank() counts the words of an exclusion, and pairs of words where a query says AND.
CREATE FUNCTION to_ranking_query(question text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
BEGIN
    RETURN any_lexeme((read_search_question(question)).lexemes);
END;
$$;

-- What a row must fulfil however it was found: the phrases and exclusions; null without any.
CREATE FUNCTION to_restricting_query(question text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
DECLARE
    part record := read_search_question(question);
BEGIN
    IF numnode(part.excluded) = 0 THEN
        RETURN NULLIF(part.required, '');
    END IF;
    RETURN part.required && !!part.excluded;
END;
$$;

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
