-- What a question asks of words: which, which together, which not.

-- A text with straight apostrophes, and blanks for curved marks and dashes. The parser takes all of
-- these for letters where the server's LC_CTYPE is C; elsewhere nothing is read differently for it.
CREATE FUNCTION straighten(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
    SELECT translate(content, '‘’‛‐‑‒–—―−«»‹›…•′″', '''''''               ')
$$;

-- The parts of a question, as read_search_question() has them, with how often each lexeme is in it.
-- Its identifiers are lexemes, too, as wholes and in parts. Prose is told by what is outside of
-- phrases: who quotes a title in a question of two sentences does not ask for passages that hold
-- it. Exclusions are exclusions there, too.
--
-- A phrase begins with a quotation mark that begins a word, and ends with one that ends a word: not
-- with the inches of a 5" disk. A dash before a digit or a single letter excludes nothing.
--
-- Of each phrase there are two queries, for chunk_search and for chunk_identifiers; a row has to
-- match either, and none of the two of what is excluded.
--
-- `wholes` are the lexemes that are identifiers as wholes; two words with a slash between them, as in
-- prose (client/server), are none.
CREATE FUNCTION parse_search_question(
    question text,
    OUT lexemes text[], OUT counts integer[], OUT required tsquery, OUT excluded tsquery,
    OUT phrases tsquery[], OUT identifiers tsquery[], OUT excluded_identifiers tsquery,
    OUT wholes text[]
)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
DECLARE
    -- Telephones and word processors write curved marks, and blanks that do not break. All are "
    -- and blanks here.
    marks CONSTANT text := E'"“”„‟\u00a0\u202f\u2007\u2009\u3000';
    read CONSTANT text := translate(left(question, 4000), marks, '"""""     ');
    quoted CONSTANT text := '(?<![^\s([{,;-])"(?=[^\s"])([^"]*)"(?![[:alnum:]_])';
    plain CONSTANT boolean := length(question) > 500;
    is_prose boolean := false;
    token text[];
    words text := '';
    phrase text;
    query tsquery;
    written tsquery;
    names tsquery;
    exclusions integer := 0;
    straight tsvector;
    whole tsvector;
BEGIN
    required := '';
    excluded := '';
    phrases := '{}';
    identifiers := '{}';
    excluded_identifiers := '';
    IF NOT plain THEN
        is_prose := length(regexp_replace(read, quoted || '|\s', '', 'g')) > 60;
    END IF;
    FOR token IN
        -- A phrase, an excluded word, a word. A quotation mark that is left over is passed by.
        SELECT regexp_matches(
            CASE WHEN plain THEN translate(read, '"', ' ') ELSE read END,
            '((?<!\S)-)?' || quoted
            || '|(?<!\S)-((?![-\d]|[A-Za-z][,;:.!?)]*(?:\s|$))[^\s"]+)|([^\s"]+)',
            'g'
        )
    LOOP
        IF token[4] IS NOT NULL OR plain THEN
            words := words || ' ' || COALESCE(token[4], token[3]);
            CONTINUE;
        END IF;
        phrase := left(COALESCE(token[2], token[3]), 500);
        IF token[2] IS NOT NULL AND token[1] IS NULL AND is_prose THEN
            words := words || ' ' || phrase;
            CONTINUE;
        END IF;
        query := phraseto_tsquery('pg_catalog.english', straighten(phrase));
        written := phraseto_tsquery('pg_catalog.english', phrase);
        IF written <> query THEN
            -- As it is stored where it was written so.
            query := query || written;
        END IF;
        names := to_identifier_query(phrase);
        CONTINUE WHEN numnode(query) = 0 AND numnode(names) = 0;
        IF token[2] IS NOT NULL AND token[1] IS NULL THEN
            CONTINUE WHEN cardinality(phrases) = 16;
            required := required && query;
            phrases := phrases || query;
            identifiers := identifiers || names;
            words := phrase || ' ' || words;
        ELSE
            exclusions := exclusions + 1;
            CONTINUE WHEN exclusions > 16;
            excluded := excluded || query;
            excluded_identifiers := excluded_identifiers || names;
        END IF;
    END LOOP;
    straight := to_tsvector('pg_catalog.english', straighten(words));
    whole := to_identifier_vector(words);
    SELECT array_agg(lexeme), array_agg(number) INTO lexemes, counts
    FROM (
        SELECT lexeme, sum(number)::integer AS number FROM (
            SELECT lexeme, cardinality(positions) AS number, positions[1] AS place
            FROM unnest(straight)
            UNION ALL
            -- As they are stored where they were written so.
            SELECT lexeme, cardinality(positions), positions[1]
            FROM unnest(to_tsvector('pg_catalog.english', words))
            WHERE straighten(words) <> words AND straighten(lexeme) ~ '[^[:space:]'']'
                AND lexeme <> ALL (tsvector_to_array(straight))
            UNION ALL
            SELECT lexeme, 1, 20000 FROM unnest(whole)
            -- A part that is a word of the question by itself is one already.
            WHERE lexeme <> ALL (tsvector_to_array(straight))
        ) AS found
        GROUP BY lexeme ORDER BY min(place), lexeme LIMIT 64
    ) AS first;
    lexemes := COALESCE(lexemes, '{}');
    counts := COALESCE(counts, '{}');
    -- Parts have positions.
    wholes := ARRAY(
        SELECT lexeme FROM unnest(whole)
        WHERE positions IS NULL AND lexeme !~ '^[[:alpha:]]+/[[:alpha:]]+$' ORDER BY lexeme
    );
END;
$$;

CREATE OR REPLACE FUNCTION read_search_question(
    question text, OUT lexemes text[], OUT required tsquery, OUT excluded tsquery
)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
DECLARE
    part record := parse_search_question(question);
BEGIN
    lexemes := part.lexemes;
    required := part.required;
    excluded := part.excluded;
END;
$$;
