-- As before, but for a statement that inserts one passage: it feels most what counting costs.
CREATE OR REPLACE FUNCTION count_search_words() RETURNS trigger
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

-- A count that grows is an update, which stays out of both indexes where its page has room: three
-- times as fast. Rows of pages that are full already move to such pages when they are next updated.
ALTER TABLE search_lexemes SET (fillfactor = 65);
