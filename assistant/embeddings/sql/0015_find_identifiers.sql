-- Identifiers (getUserById, os.path.join, src/app.py) as wholes and in their parts.

-- The first 1,000 identifiers of a text, in its order: names joined by dots, slashes, :: or ->;
-- names_with_underscores; camelCase, HTTPServer. Numbers and dates are none.
CREATE FUNCTION find_identifiers(content text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
BEGIN
    -- Told soon of most prose.
    IF content !~ (
        '[[:alnum:]_](?:[./\\_]|::|->)[[:alnum:]_]'
        '|[[:lower:][:digit:]][[:upper:]]|[[:upper:]]{2}[[:lower:]]'
    ) THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(
        SELECT token FROM (
            SELECT matched[1] AS token, place FROM regexp_matches(
                content,
                '(?:[[:alnum:]_]+(?:(?:\.|/|\\|::|->)[[:alnum:]_]+)+'
                '|[[:alnum:]_]*(?:[[:alnum:]]_+[[:alnum:]]|[[:lower:][:digit:]][[:upper:]]'
                '|[[:upper:]]{2}[[:lower:]])[[:alnum:]_]*)',
                'g'
            ) WITH ORDINALITY AS matches (matched, place)
            LIMIT 1000
        ) AS first
        WHERE length(token) <= 200 AND token ~ '[[:alpha:]]{2}'
        ORDER BY place
    );
END;
$$;

-- The names that identifiers consist of, and that are identifiers themselves: getUserById of
-- client.getUserById, main.py and main_test of src/app/main.py and src.main_test.
CREATE FUNCTION find_inner_identifiers(identifiers text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
    SELECT ARRAY(
        SELECT DISTINCT piece FROM (
            SELECT regexp_split_to_table(array_to_string(identifiers, ' '), '[ /\\]')
            UNION ALL
            SELECT regexp_split_to_table(array_to_string(identifiers, ' '), '[ ./\\]|::|->')
        ) AS pieces (piece)
        WHERE piece ~ (
            '[[:alnum:]_](?:[._]|::|->)[[:alnum:]]'
            '|[[:lower:][:digit:]][[:upper:]]|[[:upper:]]{2}[[:lower:]]'
        ) AND piece ~ '[[:alpha:]]{2}'
        ORDER BY piece
    )
$$;

-- A text with blanks between the parts of its identifiers.
CREATE FUNCTION split_identifiers(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
    SELECT regexp_replace(
        regexp_replace(
            regexp_replace(content, '[_./\\:>-]+', ' ', 'g'),
            '([[:lower:][:digit:]])([[:upper:]])', '\1 \2', 'g'
        ),
        '([[:upper:]])([[:upper:]][[:lower:]])', '\1 \2', 'g'
    )
$$;

-- The identifiers of a text: each as a whole, lower-case, likewise the names it consists of, and
-- its parts as words are stored. Text search itself takes most of them for one word.
--
-- The parts of an identifier have positions next to each other, for phrases; between those of two
-- there is a gap.
CREATE FUNCTION to_identifier_vector(content text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
DECLARE
    identifiers text[];
    inner_ones text[];
BEGIN
    -- With more, the vectors of text and identifiers might not fit into one.
    IF octet_length(content) > 100000 THEN
        RETURN '';
    END IF;
    identifiers := find_identifiers(content);
    IF identifiers = '{}' THEN
        RETURN '';
    END IF;
    identifiers := ARRAY(
        SELECT DISTINCT name COLLATE "C" AS name FROM unnest(identifiers) AS name ORDER BY name
    );
    inner_ones := find_inner_identifiers(
        ARRAY(SELECT name FROM unnest(identifiers) AS name WHERE name ~ '[./\\:>]')
    );
    -- Each "a" says nothing, and takes up a position.
    RETURN to_tsvector(
            'pg_catalog.english', split_identifiers(array_to_string(identifiers, ' a a a a a '))
        )
        -- As the names would be stored if they stood alone.
        || strip(to_tsvector('pg_catalog.english', array_to_string(inner_ones, ' ')))
        || array_to_tsvector(
            ARRAY(SELECT lower(btrim(name, '_')) FROM unnest(identifiers || inner_ones) AS name)
        );
END;
$$;

-- What a phrase asks of identifiers: a name as a whole (getUser is no getUserById); of anything
-- else its words next to each other as parts of one, and the names in it. Empty for nothing.
CREATE FUNCTION to_identifier_query(phrase text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
DECLARE
    asked tsquery := '';
    name text;
BEGIN
    IF phrase !~ '[[:alpha:]]{2}' THEN
        RETURN asked;
    END IF;
    IF find_identifiers(phrase) <> ARRAY[phrase] OR phrase ~ '[./\\:>]' THEN
        asked := phraseto_tsquery('pg_catalog.english', split_identifiers(phrase));
    END IF;
    FOREACH name IN ARRAY find_inner_identifiers(find_identifiers(phrase)) LOOP
        -- A path may be the end of one, and begin another.
        CONTINUE WHEN name ~ '[.:>]';
        asked := asked && any_lexeme(ARRAY[lower(btrim(name, '_'))]);
    END LOOP;
    RETURN asked;
END;
$$;

-- The passage around the first identifiers that match a query, these between marks; null for none.
CREATE FUNCTION mark_identifiers(content text, query tsquery, opening text, closing text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
DECLARE
    name text;
    place integer := 1;
    copied integer;
    stop integer;
    result text;
BEGIN
    IF numnode(query) = 0 OR NOT to_identifier_vector(content) @@ query THEN
        RETURN NULL;
    END IF;
    FOREACH name IN ARRAY find_identifiers(content) LOOP
        place := place + strpos(substr(content, place), name) - 1;
        EXIT WHEN place > stop;
        IF to_identifier_vector(name) @@ query THEN
            IF result IS NULL THEN
                -- Not from the middle of a word, nor to one.
                copied := GREATEST(place - 80, 1);
                copied := CASE WHEN copied = 1 THEN 1 ELSE place - length(
                    regexp_replace(substr(content, copied, place - copied), '^\S*\s', '')
                ) END;
                stop := place + 240;
                result := '';
            END IF;
            result := result || substr(content, copied, place - copied)
                || opening || name || closing;
            copied := place + length(name);
        END IF;
        place := place + length(name);
    END LOOP;
    RETURN result || CASE
        WHEN length(content) <= stop THEN substr(content, copied)
        ELSE regexp_replace(substr(content, copied, GREATEST(stop - copied, 0)), '\s\S*$', '')
    END;
END;
$$;

ALTER TABLE knowledge_chunks ADD COLUMN chunk_identifiers tsvector;
ALTER TABLE conversation_embeddings ADD COLUMN chunk_identifiers tsvector;

-- No generated column, which would be written into every row that is there; most prose has none.
CREATE FUNCTION keep_chunk_identifiers() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    NEW.chunk_identifiers := NULLIF(to_identifier_vector(NEW.chunk_text), '');
    RETURN NEW;
END;
$$;

CREATE TRIGGER trigger_keep_chunk_identifiers
    BEFORE INSERT OR UPDATE OF chunk_text, chunk_identifiers ON knowledge_chunks
    FOR EACH ROW
    EXECUTE FUNCTION keep_chunk_identifiers();

CREATE TRIGGER trigger_keep_chunk_identifiers
    BEFORE INSERT OR UPDATE OF chunk_text, chunk_identifiers ON conversation_embeddings
    FOR EACH ROW
    EXECUTE FUNCTION keep_chunk_identifiers();
