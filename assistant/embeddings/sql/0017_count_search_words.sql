-- What ranking by words needs: in how many passages each lexeme is, and how long passages are.

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
