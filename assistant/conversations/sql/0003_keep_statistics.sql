-- conversation_stats is kept by triggers on messages: once a statement, by what the statement
-- changed, so that the 100,000th message costs what the 10th did.
--
-- Lock order, here and everywhere: conversations (sorted by id), messages, statistics (sorted by
-- conversation). A deleter of conversations holds their rows when its cascade reaches messages
-- and statistics. So what adds messages locks conversations before statistics, and what deletes
-- messages, holding those already, locks statistics only.
--
-- A conversation without a row has no messages: a client cannot delete the row of one that has
-- some, nor give it to another conversation. So nothing but rebuild_conversation_stats() ever
-- counts again, and several triggers of one statement (MERGE, ON CONFLICT, WITH) can each add
-- their share without knowing of the others.

-- Lock conversations against being deleted and against other writers of their messages.
--
-- Sorting keeps writers of messages from deadlocking with each other; but a DELETE or an UPDATE
-- of conversations locks them in whatever order its plan has. So, holding some, we wait for the
-- others only briefly: for all of them together much less than deadlock_timeout, so that nobody
-- who waits for us finds a deadlock meanwhile. Leaving the inner block gives back every row it
-- locked; then we wait for the one in the way, holding none, and start again with more patience
-- (busy conversations are not all free at once). A deadlock that giving back cannot undo (of
-- transactions with several statements) PostgreSQL finds in the wait for the one, as it does
-- anywhere else; and the caller's own lock_timeout ends that wait.
CREATE FUNCTION lock_conversations(wanted uuid[]) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    callers_limit CONSTANT text := current_setting('lock_timeout');
    most interval := current_setting('deadlock_timeout')::interval / 4;
    patience interval := most / 25;
    deadline timestamptz;
    busy uuid;
    locked bigint;
BEGIN
    IF cardinality(wanted) < 2 THEN  -- with nothing to give back, waiting is all there is
        LOOP
            PERFORM FROM conversations WHERE id = ANY (wanted) FOR NO KEY UPDATE;
            -- One that was deleted while we waited may have been made again.
            EXIT WHEN FOUND OR NOT EXISTS (SELECT FROM conversations WHERE id = ANY (wanted));
        END LOOP;
        RETURN;
    END IF;

    IF callers_limit <> '0' THEN
        most := LEAST(most, callers_limit::interval / 2);
        patience := LEAST(patience, most);
    END IF;
    BEGIN
        PERFORM FROM conversations WHERE id = ANY (wanted) ORDER BY id FOR NO KEY UPDATE NOWAIT;
        GET DIAGNOSTICS locked = ROW_COUNT;
        IF locked = cardinality(wanted) THEN
            RETURN;
        END IF;
    EXCEPTION
        WHEN lock_not_available THEN
            NULL;
    END;

    LOOP
        BEGIN
            deadline := clock_timestamp() + patience;
            locked := 0;
            FOR busy IN SELECT id FROM conversations WHERE id = ANY (wanted) ORDER BY id LOOP
                PERFORM set_config('lock_timeout', GREATEST(1, ceil(
                    extract(epoch FROM deadline - clock_timestamp()) * 1000)) || 'ms', true);
                PERFORM FROM conversations WHERE id = busy FOR NO KEY UPDATE;
                locked := locked + FOUND::integer;
            END LOOP;
            PERFORM set_config('lock_timeout', callers_limit, true);
            -- Fewer than there are: some were deleted meanwhile, and may have been made again.
            IF locked = (SELECT count(*) FROM conversations WHERE id = ANY (wanted)) THEN
                RETURN;
            END IF;
            RAISE SQLSTATE 'ASGIV';
        EXCEPTION
            WHEN lock_not_available OR SQLSTATE 'ASGIV' THEN
                NULL;
        END;
        BEGIN
            PERFORM FROM conversations WHERE id = busy FOR NO KEY UPDATE;
            RAISE SQLSTATE 'ASGIV';
        EXCEPTION
            WHEN SQLSTATE 'ASGIV' THEN
                NULL;
        END;
        patience := LEAST(patience * 2, most);
    END LOOP;
END;
$$;

-- Count the messages of these conversations again. Nobody else may be adding to them.
CREATE FUNCTION recount_conversation_stats(wanted uuid[]) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    kept CONSTANT text := COALESCE(current_setting('assistant.keeps_statistics', true), '');
BEGIN
    PERFORM set_config('assistant.keeps_statistics', 'on', true);
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
        FROM (SELECT DISTINCT unnest(wanted)) AS w (id)
        LEFT JOIN messages AS m ON m.conversation_id = w.id
        GROUP BY w.id
    ) AS c
    WHERE s.conversation_id = c.id;
    PERFORM set_config('assistant.keeps_statistics', kept, true);
END;
$$;

-- Mend the statistics of these conversations, whoever is writing to them meanwhile.
CREATE FUNCTION rebuild_conversation_stats(wanted uuid[]) RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    -- Messages without statistics, written while the triggers were off: who is deleting some now
    -- has no row to come for, and has to finish first. (Asking also locks the table against
    -- TRUNCATE before anything else is locked.)
    IF EXISTS (
        SELECT FROM unnest(wanted) AS w (id)
        WHERE NOT EXISTS (SELECT FROM conversation_stats AS s WHERE s.conversation_id = w.id)
          AND EXISTS (SELECT FROM messages AS m WHERE m.conversation_id = w.id)
    ) THEN
        LOCK TABLE messages IN SHARE MODE;
    END IF;
    PERFORM lock_conversations(wanted);
    PERFORM recount_conversation_stats(wanted);
END;
$$;

-- What a statement did to messages goes into the statistics.
CREATE FUNCTION update_conversation_stats() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    kept CONSTANT text := COALESCE(current_setting('assistant.keeps_statistics', true), '');
    -- One element a conversation, sorted by its id; each holds by how much a total changes.
    ids uuid[];
    messages bigint[];
    tokens bigint[];
    responses bigint[];
    seconds numeric[];
    updated bigint;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        PERFORM set_config('assistant.keeps_statistics', 'on', true);
        UPDATE conversation_stats
        SET total_messages = 0, total_tokens = 0, response_count = 0, response_time_sum = 0
        WHERE total_messages <> 0;
        PERFORM set_config('assistant.keeps_statistics', kept, true);
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
                   COALESCE(sum(c.sign) FILTER (WHERE c.generation_time IS NOT NULL), 0)
                       AS responses,
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
        WHERE (d.messages, d.tokens, d.responses, d.seconds) <> (0, 0, 0, 0);
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

    PERFORM set_config('assistant.keeps_statistics', 'on', true);
    UPDATE conversation_stats AS s
    SET total_messages = s.total_messages + d.messages,
        total_tokens = s.total_tokens + d.tokens,
        response_count = s.response_count + d.responses,
        response_time_sum = s.response_time_sum + d.seconds
    FROM unnest(ids, messages, tokens, responses, seconds)
        AS d (id, messages, tokens, responses, seconds)
    WHERE s.conversation_id = d.id;
    GET DIAGNOSTICS updated = ROW_COUNT;

    -- A conversation's first messages, even before the conversation itself: the foreign keys are
    -- checked at the commit. Not after a DELETE that takes the conversation along.
    IF updated < cardinality(ids) THEN
        INSERT INTO conversation_stats AS s
            (conversation_id, total_messages, total_tokens, response_count, response_time_sum)
        SELECT d.id, d.messages, d.tokens, d.responses, d.seconds
        FROM unnest(ids, messages, tokens, responses, seconds)
            AS d (id, messages, tokens, responses, seconds)
        WHERE NOT EXISTS (SELECT FROM conversation_stats AS t WHERE t.conversation_id = d.id)
          AND (TG_OP <> 'DELETE' OR EXISTS (SELECT FROM conversations AS c WHERE c.id = d.id))
        ORDER BY d.id
        ON CONFLICT (conversation_id) DO UPDATE
        SET total_messages = s.total_messages + EXCLUDED.total_messages,
            total_tokens = s.total_tokens + EXCLUDED.total_tokens,
            response_count = s.response_count + EXCLUDED.response_count,
            response_time_sum = s.response_time_sum + EXCLUDED.response_time_sum;
    END IF;
    PERFORM set_config('assistant.keeps_statistics', kept, true);
    RETURN NULL;
END;
$$;

-- What a client writes into the derived columns is ignored: they start at zero and stay as they
-- are. So does the row, while its conversation has messages. The functions above say who they are
-- by a setting of their own, set inside them: only a superuser may attach one to a function.
CREATE FUNCTION guard_conversation_stats() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    keeps CONSTANT boolean :=
        COALESCE(current_setting('assistant.keeps_statistics', true), '') = 'on';
    mean numeric;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        PERFORM recount_conversation_stats(ARRAY(SELECT DISTINCT conversation_id FROM messages));
        RETURN NULL;
    ELSIF TG_OP = 'DELETE' THEN
        IF OLD.total_messages <> 0
            AND EXISTS (SELECT FROM conversations WHERE id = OLD.conversation_id)
        THEN
            RETURN NULL;
        END IF;
        RETURN OLD;
    ELSIF TG_OP = 'INSERT' AND NOT keeps THEN
        NEW.total_messages := 0;
        NEW.total_tokens := 0;
        NEW.response_count := 0;
        NEW.response_time_sum := 0;
    ELSIF TG_OP = 'UPDATE' AND NOT keeps THEN
        NEW.conversation_id := OLD.conversation_id;
        NEW.total_messages := OLD.total_messages;
        NEW.total_tokens := OLD.total_tokens;
        NEW.response_count := OLD.response_count;
        NEW.response_time_sum := OLD.response_time_sum;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        NEW.updated_at := GREATEST(OLD.updated_at, now());
    END IF;
    -- Within what a float holds: beyond that the assignment would fail.
    mean := NEW.response_time_sum / NULLIF(NEW.response_count, 0);
    NEW.avg_response_time := CASE
        WHEN mean > 1.79769313486231e308 THEN 1.79769313486231e308
        WHEN mean < 1e-307 THEN 0
        ELSE mean
    END;
    RETURN NEW;
END;
$$;

CREATE TRIGGER trigger_guard_conversation_stats
    BEFORE INSERT OR UPDATE OR DELETE ON conversation_stats
    FOR EACH ROW
    EXECUTE FUNCTION guard_conversation_stats();

CREATE TRIGGER trigger_guard_conversation_stats_on_truncate
    AFTER TRUNCATE ON conversation_stats
    FOR EACH STATEMENT
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

-- A conversation takes its messages along before anything else, which is the lock order: the
-- foreign keys' own order is that of their creation, and pg_dump creates them by name. Triggers
-- of one event fire by name, too, and the foreign keys' start with "RI_".
CREATE FUNCTION delete_conversation_messages() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    DELETE FROM messages WHERE conversation_id = OLD.id;
    RETURN NULL;
END;
$$;

CREATE TRIGGER "A_trigger_delete_conversation_messages"
    AFTER DELETE ON conversations
    FOR EACH ROW
    EXECUTE FUNCTION delete_conversation_messages();

-- Count what is there already. CREATE TRIGGER has locked messages against writers.
SELECT recount_conversation_stats(ARRAY(
    SELECT conversation_id FROM messages UNION SELECT conversation_id FROM conversation_stats
));
