-- What ranking by words needs: in how many passages each lexeme is, how long passages are, and
-- identifiers (getUserById, os.path.join, src/app.py) as wholes and in their parts.

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
        is_prose := length(regexp_replace(read, quoted || '|\s', '', 'g')) > 125;
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

-- Of each statement that writes passages, one row says what it has changed; so no writer waits for
-- another's count of a common word. Now and then somebody adds them up.
CREATE FUNCTION count_search_words() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    kind text := TG_ARGV[0];
    written bigint;
    known bigint;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        -- Noted like anything else: to delete what is known would wait for who is settling it.
        WITH totals AS (
            SELECT model, sum(passages) AS passages, sum(bytes) AS bytes FROM (
                SELECT embedding_model_id AS model, passages, bytes
                FROM search_statistics WHERE source = kind
                UNION ALL
                SELECT embedding_model_id, passages, bytes
                FROM search_changes WHERE source = kind
            ) AS known GROUP BY model
        ), words AS (
            SELECT model, lexeme, sum(number) AS number FROM (
                SELECT embedding_model_id AS model, lexeme, passages AS number
                FROM search_lexemes WHERE source = kind
                UNION ALL
                SELECT embedding_model_id, lexeme, number
                FROM search_changes, unnest(lexemes, counts) AS noted (lexeme, number)
                WHERE source = kind
            ) AS known GROUP BY model, lexeme HAVING sum(number) <> 0
        ), listed AS (
            SELECT model, array_agg(lexeme) AS lexemes, array_agg(-number) AS counts
            FROM words GROUP BY model
        )
        INSERT INTO search_changes (embedding_model_id, source, passages, bytes, lexemes, counts)
        SELECT model, kind, COALESCE(-t.passages, 0), COALESCE(-t.bytes, 0),
            COALESCE(l.lexemes, '{}'), COALESCE(l.counts, '{}')
        FROM totals AS t FULL JOIN listed AS l USING (model)
        WHERE t.passages <> 0 OR t.bytes <> 0 OR l.lexemes IS NOT NULL;
        PERFORM settle_search_changes();
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        written := (SELECT count(*) FROM (SELECT FROM new_rows LIMIT 2) AS first);
    END IF;
    IF TG_OP = 'INSERT' AND written < 2 THEN
        -- A passage holds each of its words once: there is nothing to add up.
        INSERT INTO search_changes AS c
            (embedding_model_id, source, passages, bytes, lexemes, counts)
        SELECT embedding_model_id, kind, 1, octet_length(chunk_text), words,
            array_fill(1, ARRAY[cardinality(words)])
        FROM (
            SELECT embedding_model_id, chunk_text,
                tsvector_to_array(chunk_search || COALESCE(chunk_identifiers, '')) AS words
            FROM new_rows
            -- Computed once.
            OFFSET 0
        ) AS passage
        RETURNING (
            SELECT s.passages FROM search_statistics AS s
            WHERE s.embedding_model_id = c.embedding_model_id AND s.source = kind
        ) INTO known;
    ELSIF TG_OP = 'INSERT' THEN
        WITH added AS (
            INSERT INTO search_changes (embedding_model_id, source, passages, bytes, lexemes, counts)
            SELECT rows.embedding_model_id, kind, rows.passages, rows.bytes,
                COALESCE(words.lexemes, '{}'), COALESCE(words.counts, '{}')
            FROM (
                SELECT embedding_model_id, count(*) AS passages,
                    sum(octet_length(chunk_text)) AS bytes
                FROM new_rows GROUP BY embedding_model_id
            ) AS rows
            CROSS JOIN LATERAL (
                SELECT array_agg(lexeme) AS lexemes, array_agg(number) AS counts FROM (
                    SELECT lexeme, count(*) AS number
                    FROM new_rows AS r, unnest(tsvector_to_array(
                        r.chunk_search || COALESCE(r.chunk_identifiers, '')
                    )) AS lexeme
                    WHERE r.embedding_model_id = rows.embedding_model_id
                    GROUP BY lexeme
                ) AS counted
            ) AS words
            RETURNING embedding_model_id, passages
        )
        SELECT sum(added.passages), min(COALESCE(s.passages, 0)) INTO written, known
        FROM added LEFT JOIN search_statistics AS s
            ON s.embedding_model_id = added.embedding_model_id AND s.source = kind;
    ELSIF TG_OP = 'DELETE' THEN
        WITH removed AS (
            INSERT INTO search_changes (embedding_model_id, source, passages, bytes, lexemes, counts)
            SELECT rows.embedding_model_id, kind, -rows.passages, -rows.bytes,
                COALESCE(words.lexemes, '{}'), COALESCE(words.counts, '{}')
            FROM (
                SELECT embedding_model_id, count(*) AS passages,
                    sum(octet_length(chunk_text)) AS bytes
                FROM old_rows GROUP BY embedding_model_id
            ) AS rows
            CROSS JOIN LATERAL (
                SELECT array_agg(lexeme) AS lexemes, array_agg(-number) AS counts FROM (
                    SELECT lexeme, count(*) AS number
                    FROM old_rows AS r, unnest(tsvector_to_array(
                        r.chunk_search || COALESCE(r.chunk_identifiers, '')
                    )) AS lexeme
                    WHERE r.embedding_model_id = rows.embedding_model_id
                    GROUP BY lexeme
                ) AS counted
            ) AS words
            RETURNING embedding_model_id, passages
        )
        SELECT -sum(removed.passages), min(COALESCE(s.passages, 0)) INTO written, known
        FROM removed LEFT JOIN search_statistics AS s
            ON s.embedding_model_id = removed.embedding_model_id AND s.source = kind;
    ELSE
        INSERT INTO search_changes (embedding_model_id, source, passages, bytes, lexemes, counts)
        SELECT model, kind, sign, sign * octet_length(content), tsvector_to_array(vector),
            array_fill(sign, ARRAY[length(vector)])
        FROM (VALUES
            (-1, OLD.embedding_model_id, OLD.chunk_text,
                OLD.chunk_search || COALESCE(OLD.chunk_identifiers, '')),
            (1, NEW.embedding_model_id, NEW.chunk_text,
                NEW.chunk_search || COALESCE(NEW.chunk_identifiers, ''))
        ) AS changed (sign, model, content, vector);
        written := 1;
        SELECT passages INTO known FROM search_statistics
        WHERE embedding_model_id = NEW.embedding_model_id AND source = kind;
    END IF;
    -- At once while there are few passages, later about whenever a twentieth has changed.
    IF written > random() * 0.05 * GREATEST(COALESCE(known, 0) - 500, 0) THEN
        PERFORM settle_search_changes();
    END IF;
    RETURN NULL;
END;
$$;

-- Adds up what statements have noted, and returns how many notes that were; null where somebody
-- else is at it. Nobody waits: one transaction at a time settles, until it is committed.
CREATE FUNCTION settle_search_changes() RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
-- Some thousand of perhaps millions of lexemes, whatever the planner expects.
SET enable_seqscan = off
AS $$
DECLARE
    notes bigint;
BEGIN
    -- In a stricter isolation, what others have settled meanwhile would be an error.
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted')
        OR NOT pg_try_advisory_xact_lock(
            hashtextextended('assistant.search_changes', 'search_changes'::regclass::oid::bigint)
        )
    THEN
        RETURN NULL;
    END IF;
    WITH taken AS (
        -- But for what a TRUNCATE takes back that is not committed yet.
        DELETE FROM search_changes WHERE id IN (SELECT id FROM search_changes FOR UPDATE SKIP LOCKED)
        RETURNING embedding_model_id AS model, source, passages, bytes, lexemes, counts
    ), totals AS (
        SELECT model, source, sum(passages) AS passages, sum(bytes) AS bytes
        FROM taken GROUP BY model, source
    ), differences AS (
        SELECT model, source, lexeme, sum(number) AS number
        FROM taken, unnest(lexemes, counts) AS word (lexeme, number)
        GROUP BY model, source, lexeme HAVING sum(number) <> 0
    ), grown AS (
        UPDATE search_statistics AS s SET
            passages = GREATEST(s.passages + t.passages, 0),
            bytes = GREATEST(s.bytes + t.bytes, 0),
            updated_at = now()
        FROM totals AS t WHERE s.embedding_model_id = t.model AND s.source = t.source
        RETURNING s.embedding_model_id AS model, s.source
    ), begun AS (
        INSERT INTO search_statistics (embedding_model_id, source, passages, bytes)
        SELECT model, source, passages, GREATEST(bytes, 0) FROM totals AS t
        WHERE passages > 0 AND NOT EXISTS (
            SELECT FROM grown AS g WHERE g.model = t.model AND g.source = t.source
        )
    ), added AS (
        INSERT INTO search_lexemes AS l (embedding_model_id, source, lexeme, passages)
        SELECT model, source, lexeme, number FROM differences WHERE number > 0
        ON CONFLICT (embedding_model_id, source, lexeme)
        DO UPDATE SET passages = l.passages + EXCLUDED.passages
    ), lessened AS (
        UPDATE search_lexemes AS l SET passages = l.passages + d.number
        FROM differences AS d
        WHERE l.embedding_model_id = d.model AND l.source = d.source AND l.lexeme = d.lexeme
            AND d.number < 0 AND l.passages + d.number > 0
    ), gone AS (
        -- What nobody holds any more.
        DELETE FROM search_lexemes AS l USING differences AS d
        WHERE l.embedding_model_id = d.model AND l.source = d.source AND l.lexeme = d.lexeme
            AND d.number < 0 AND l.passages + d.number <= 0
    )
    SELECT count(*) INTO notes FROM taken;
    DELETE FROM search_statistics WHERE passages = 0;
    RETURN notes;
END;
$$;

-- Counts all passages, and notes what the statistics have missed: passages that were there before
-- them, or were written while triggers did not run. One statement sees one state of everything, so
-- whoever writes meanwhile is neither counted twice nor left out. Returns how many passages were
-- missing or too many, and of how many words the numbers were wrong.
CREATE FUNCTION refresh_search_statistics(OUT wrong_passages bigint, OUT wrong_lexemes bigint)
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    -- Waits for who settles or refreshes: two at once would both note what is missing.
    PERFORM pg_advisory_xact_lock(
        hashtextextended('assistant.search_changes', 'search_changes'::regclass::oid::bigint)
    );
    WITH missed AS (
        INSERT INTO search_changes (embedding_model_id, source, passages, bytes, lexemes, counts)
        WITH passages AS (
            SELECT embedding_model_id AS model, 'documents' AS source,
                octet_length(chunk_text) AS bytes,
                chunk_search || COALESCE(chunk_identifiers, '') AS vector
            FROM knowledge_chunks
            UNION ALL
            SELECT embedding_model_id, 'messages', octet_length(chunk_text),
                chunk_search || COALESCE(chunk_identifiers, '')
            FROM conversation_embeddings
        ), totals AS (
            SELECT model, source, sum(passages) AS passages, sum(bytes) AS bytes FROM (
                SELECT model, source, count(*) AS passages, sum(bytes) AS bytes
                FROM passages GROUP BY model, source
                UNION ALL
                SELECT embedding_model_id, source, -passages, -bytes FROM search_statistics
                UNION ALL
                SELECT embedding_model_id, source, -passages, -bytes FROM search_changes
            ) AS all_totals
            GROUP BY model, source
        ), words AS (
            SELECT model, source, lexeme, sum(number) AS number FROM (
                SELECT model, source, lexeme, count(*) AS number
                FROM passages, unnest(tsvector_to_array(vector)) AS lexeme
                GROUP BY model, source, lexeme
                UNION ALL
                SELECT embedding_model_id, source, lexeme, -passages FROM search_lexemes
                UNION ALL
                SELECT embedding_model_id, source, lexeme, -number
                FROM search_changes, unnest(lexemes, counts) AS noted (lexeme, number)
            ) AS all_words
            GROUP BY model, source, lexeme HAVING sum(number) <> 0
        ), listed AS (
            SELECT model, source, array_agg(lexeme) AS lexemes, array_agg(number) AS counts
            FROM words GROUP BY model, source
        )
        SELECT model, source, COALESCE(t.passages, 0), COALESCE(t.bytes, 0),
            COALESCE(l.lexemes, '{}'), COALESCE(l.counts, '{}')
        FROM totals AS t FULL JOIN listed AS l USING (model, source)
        WHERE t.passages <> 0 OR t.bytes <> 0 OR l.lexemes IS NOT NULL
        RETURNING passages, lexemes
    )
    SELECT COALESCE(sum(abs(passages)), 0), COALESCE(sum(cardinality(lexemes)), 0)
    INTO wrong_passages, wrong_lexemes FROM missed;
    PERFORM settle_search_changes();
END;
$$;

CREATE TRIGGER trigger_count_search_words
    AFTER INSERT ON knowledge_chunks
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION count_search_words('documents');

CREATE TRIGGER trigger_count_search_words_on_update
    AFTER UPDATE OF chunk_text, embedding_model_id ON knowledge_chunks
    FOR EACH ROW
    WHEN (
        OLD.chunk_text IS DISTINCT FROM NEW.chunk_text
        OR OLD.embedding_model_id IS DISTINCT FROM NEW.embedding_model_id
    )
    EXECUTE FUNCTION count_search_words('documents');

CREATE TRIGGER trigger_count_search_words_on_delete
    AFTER DELETE ON knowledge_chunks
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION count_search_words('documents');

CREATE TRIGGER trigger_count_search_words_on_truncate
    AFTER TRUNCATE ON knowledge_chunks
    FOR EACH STATEMENT
    EXECUTE FUNCTION count_search_words('documents');

CREATE TRIGGER trigger_count_search_words
    AFTER INSERT ON conversation_embeddings
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION count_search_words('messages');

CREATE TRIGGER trigger_count_search_words_on_update
    AFTER UPDATE OF chunk_text, embedding_model_id ON conversation_embeddings
    FOR EACH ROW
    WHEN (
        OLD.chunk_text IS DISTINCT FROM NEW.chunk_text
        OR OLD.embedding_model_id IS DISTINCT FROM NEW.embedding_model_id
    )
    EXECUTE FUNCTION count_search_words('messages');

CREATE TRIGGER trigger_count_search_words_on_delete
    AFTER DELETE ON conversation_embeddings
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION count_search_words('messages');

CREATE TRIGGER trigger_count_search_words_on_truncate
    AFTER TRUNCATE ON conversation_embeddings
    FOR EACH STATEMENT
    EXECUTE FUNCTION count_search_words('messages');

-- What is worth ranking is chosen by these statistics now, outside of the database.

-- Searches alone have called them.
-- squawk-ignore ban-drop-function
DROP FUNCTION search_words_between(text, jsonb, float8, float8);
-- Searches alone have called them.
-- squawk-ignore ban-drop-function
DROP FUNCTION to_narrow_query(text, jsonb, float8);

-- A count that grows is an update, which stays out of both indexes where its page has room: three
-- times as fast. Rows of pages that are full already move to such pages when they are next updated.
ALTER TABLE search_lexemes SET (fillfactor = 65);
