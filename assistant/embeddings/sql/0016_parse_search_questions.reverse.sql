CREATE OR REPLACE FUNCTION read_search_question(
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

DROP FUNCTION parse_search_question(text);
DROP FUNCTION straighten(text);
