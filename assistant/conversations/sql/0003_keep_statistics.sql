-- conversation_stats is kept by triggers on messages: once a statement, by what the statement
-- changed, so that the 100,000th message costs what the 10th did.
--
-- Lock order, here and everywhere: conversations (sorted by id), messages, statistics (sorted by
-- conversation). A deleter of conversations holds their rows when its cascade reaches messages
-- and statistics. So what adds messages locks conversations before statistics, and what deletes
-- messages, holding those already, locks statistics only.

-- Lock conversations against being deleted and against other writers of their messages.
--
-- Sorting keeps writers of messages from deadlocking with each other; but a DELETE or an UPDATE
-- of conversations locks them in whatever order its plan has. So several are first waited for
-- only briefly, less than deadlock_timeout: leaving the inner block gives back every row it
-- locked, the other side goes on, and we start again. A deadlock that such a wait cannot undo (of
-- transactions with several statements) is left to PostgreSQL to find in the last, long wait.
CREATE FUNCTION lock_conversations(wanted uuid[]) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    callers_limit CONSTANT text := current_setting('lock_timeout');
    patience double precision := extract(epoch FROM callers_limit::interval);  -- seconds; 0: any
    wait double precision := extract(epoch FROM current_setting('deadlock_timeout')::interval) / 5;
BEGIN
    IF cardinality(wanted) < 2 THEN
        PERFORM FROM conversations WHERE id = ANY (wanted) FOR NO KEY UPDATE;
        RETURN;
    END IF;
    IF patience > 0 THEN
        wait := LEAST(wait, patience / 10);
    END IF;
    FOR attempt IN 1..10 LOOP
        BEGIN
            PERFORM set_config('lock_timeout', ceil(wait * 1000) || 'ms', true);
            PERFORM FROM conversations WHERE id = ANY (wanted) ORDER BY id FOR NO KEY UPDATE;
            PERFORM set_config('lock_timeout', callers_limit, true);
            RETURN;
        EXCEPTION
            WHEN lock_not_available THEN
                IF patience > 0 AND attempt = 10 THEN
                    RAISE;
                END IF;
        END;
    END LOOP;
    PERFORM FROM conversations WHERE id = ANY (wanted) ORDER BY id FOR NO KEY UPDATE;
END;
$$;

-- Count the messages of these conversations again. The caller has locked the conversations.
CREATE FUNCTION recount_conversation_stats(wanted uuid[]) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET assistant.keeps_statistics = 'on'
AS $$
BEGIN
    INSERT INTO conversation_stats (conversation_id)
    SELECT id FROM conversations WHERE id = ANY (wanted) ORDER BY id
    ON CONFLICT (conversation_id) DO NOTHING;

    -- Only then count, with a new snapshot: whoever deletes messages holds these rows or will
    -- come for them after us.
    PERFORM FROM conversation_stats
    WHERE conversation_id = ANY (wanted) ORDER BY conversation_id FOR NO KEY UPDATE;

    UPDATE conversation_stats AS s
    SET total_messages = c.messages,
        total_tokens = c.tokens,
        response_count = c.responses,
        response_time_sum = c.seconds
    FROM (
        SELECT w.id,
               count(m.id) AS messages,
               COALESCE(sum(m.token_count), 0) AS tokens,
               count(m.generation_time) AS responses,
               COALESCE(sum(m.generation_time::numeric), 0) AS seconds
        FROM unnest(wanted) AS w (id)
        LEFT JOIN messages AS m ON m.conversation_id = w.id
        GROUP BY w.id
    ) AS c
    WHERE s.conversation_id = c.id;
END;
$$;

-- Mend the statistics of these conversations, whoever is writing to them meanwhile.
CREATE FUNCTION rebuild_conversation_stats(wanted uuid[]) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM lock_conversations(wanted);
    PERFORM recount_conversation_stats(wanted);
END;
$$;

-- What a statement did to messages goes into the statistics.
CREATE FUNCTION update_conversation_stats() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET assistant.keeps_statistics = 'on'
AS $$
DECLARE
    -- One element a conversation, sorted by its id; each holds by how much a total changes.
    ids uuid[];
    messages bigint[];
    tokens bigint[];
    responses bigint[];
    seconds numeric[];
    updated bigint;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        UPDATE conversation_stats
        SET total_messages = 0, total_tokens = 0, response_count = 0, response_time_sum = 0
        WHERE total_messages <> 0;
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        SELECT array_agg(d.id ORDER BY d.id), array_agg(d.messages ORDER BY d.id),
               array_agg(d.tokens ORDER BY d.id), array_agg(d.responses ORDER BY d.id),
               array_agg(d.seconds ORDER BY d.id)
        INTO ids, messages, tokens, responses, seconds
        FROM (
            SELECT conversation_id AS id,
                   count(*) AS messages,
                   COALESCE(sum(token_count), 0) AS tokens,
                   count(generation_time) AS responses,
                   COALESCE(sum(generation_time::numeric), 0) AS seconds
            FROM new_messages
            GROUP BY conversation_id
        ) AS d;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(d.id ORDER BY d.id), array_agg(d.messages ORDER BY d.id),
               array_agg(d.tokens ORDER BY d.id), array_agg(d.responses ORDER BY d.id),
               array_agg(d.seconds ORDER BY d.id)
        INTO ids, messages, tokens, responses, seconds
        FROM (
            SELECT conversation_id AS id,
                   -count(*) AS messages,
                   -COALESCE(sum(token_count), 0) AS tokens,
                   -count(generation_time) AS responses,
                   -COALESCE(sum(generation_time::numeric), 0) AS seconds
            FROM old_messages
            GROUP BY conversation_id
        ) AS d;
    ELSE
        SELECT array_agg(d.id ORDER BY d.id), array_agg(d.messages ORDER BY d.id),
               array_agg(d.tokens ORDER BY d.id), array_agg(d.responses ORDER BY d.id),
               array_agg(d.seconds ORDER BY d.id)
        INTO ids, messages, tokens, responses, seconds
        FROM (
            SELECT c.conversation_id AS id,
                   sum(c.sign) AS messages,
                   sum(c.sign * COALESCE(c.token_count, 0)) AS tokens,
                   sum(c.sign) FILTER (WHERE c.generation_time IS NOT NULL) AS responses,
                   COALESCE(sum(c.sign * c.generation_time::numeric), 0) AS seconds
            FROM (
                SELECT 1::bigint AS sign, conversation_id, token_count, generation_time
                FROM new_messages
                UNION ALL
                SELECT -1::bigint, conversation_id, token_count, generation_time
                FROM old_messages
            ) AS c
            GROUP BY c.conversation_id
        ) AS d
        WHERE (d.messages, d.tokens, COALESCE(d.responses, 0), d.seconds) <> (0, 0, 0, 0);
    END IF;

    IF ids IS NULL THEN
        RETURN NULL;
    END IF;

    IF TG_OP = 'INSERT' THEN
        PERFORM lock_conversations(ids);
    ELSIF TG_OP = 'UPDATE' THEN
        -- Messages that moved here: the foreign key will want their conversation at the commit.
        PERFORM lock_conversations(ARRAY(
            SELECT d.id FROM unnest(ids, messages) AS d (id, messages) WHERE d.messages > 0
        ));
    END IF;

    PERFORM FROM conversation_stats
    WHERE conversation_id = ANY (ids) ORDER BY conversation_id FOR NO KEY UPDATE;

    UPDATE conversation_stats AS s
    SET total_messages = s.total_messages + d.messages,
        total_tokens = s.total_tokens + d.tokens,
        response_count = s.response_count + COALESCE(d.responses, 0),
        response_time_sum = s.response_time_sum + d.seconds
    FROM unnest(ids, messages, tokens, responses, seconds)
        AS d (id, messages, tokens, responses, seconds)
    WHERE s.conversation_id = d.id;
    GET DIAGNOSTICS updated = ROW_COUNT;

    -- A conversation's first messages, or a row that somebody deleted. Not after a DELETE: the
    -- conversation may be going, too.
    IF updated < cardinality(ids) AND TG_OP <> 'DELETE' THEN
        PERFORM recount_conversation_stats(ARRAY(
            SELECT d.id FROM unnest(ids) AS d (id)
            WHERE NOT EXISTS (SELECT FROM conversation_stats AS s WHERE s.conversation_id = d.id)
            ORDER BY d.id
        ));
    END IF;
    RETURN NULL;
END;
$$;

-- What a client writes into the derived columns is ignored: an INSERT counts the messages, an
-- UPDATE keeps what was there. The functions above say who they are by a setting of their own.
CREATE FUNCTION guard_conversation_stats() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF COALESCE(current_setting('assistant.keeps_statistics', true), '') <> 'on' THEN
        IF TG_OP = 'UPDATE' AND NEW.conversation_id = OLD.conversation_id THEN
            NEW.total_messages := OLD.total_messages;
            NEW.total_tokens := OLD.total_tokens;
            NEW.response_count := OLD.response_count;
            NEW.response_time_sum := OLD.response_time_sum;
        ELSE
            PERFORM lock_conversations(ARRAY[NEW.conversation_id]);
            SELECT count(*), COALESCE(sum(token_count), 0),
                   count(generation_time), COALESCE(sum(generation_time::numeric), 0)
            INTO NEW.total_messages, NEW.total_tokens, NEW.response_count, NEW.response_time_sum
            FROM messages
            WHERE conversation_id = NEW.conversation_id;
        END IF;
    END IF;
    NEW.avg_response_time := NEW.response_time_sum / NULLIF(NEW.response_count, 0);
    IF TG_OP = 'UPDATE' THEN
        NEW.updated_at := GREATEST(OLD.updated_at, now());
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER trigger_guard_conversation_stats
    BEFORE INSERT OR UPDATE ON conversation_stats
    FOR EACH ROW
    EXECUTE FUNCTION guard_conversation_stats();

-- PostgreSQL allows transition tables on one event a trigger only.
CREATE TRIGGER trigger_update_conversation_stats
    AFTER INSERT ON messages
    REFERENCING NEW TABLE AS new_messages
    FOR EACH STATEMENT
    EXECUTE FUNCTION update_conversation_stats();

CREATE TRIGGER trigger_update_conversation_stats_on_update
    AFTER UPDATE ON messages
    REFERENCING OLD TABLE AS old_messages NEW TABLE AS new_messages
    FOR EACH STATEMENT
    EXECUTE FUNCTION update_conversation_stats();

CREATE TRIGGER trigger_update_conversation_stats_on_delete
    AFTER DELETE ON messages
    REFERENCING OLD TABLE AS old_messages
    FOR EACH STATEMENT
    EXECUTE FUNCTION update_conversation_stats();

CREATE TRIGGER trigger_update_conversation_stats_on_truncate
    AFTER TRUNCATE ON messages
    FOR EACH STATEMENT
    EXECUTE FUNCTION update_conversation_stats();
