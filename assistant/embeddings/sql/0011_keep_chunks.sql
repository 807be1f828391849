-- The passages of documents: their words, their vectors, whose they are. And on the embeddings of
-- conversations, whose they are.

ALTER TABLE knowledge_chunks
    -- The table is new, and empty.
    -- squawk-ignore adding-field-with-default
    ADD COLUMN chunk_search tsvector GENERATED ALWAYS AS (to_search_vector(chunk_text)) STORED;

-- Passages that hold a word: chunk_search @@ query
-- The table is new, and empty.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX idx_knowledge_chunks_chunk_fts ON knowledge_chunks USING gin (chunk_search);

ALTER TABLE knowledge_chunks
    -- The table is new, and empty.
    -- squawk-ignore constraint-missing-not-valid
    ADD CONSTRAINT knowledge_chunks_embedding_vector_check
    CHECK (vector_norm(embedding_vector) BETWEEN 1e-15 AND 1e15);

-- Beside a long text a vector would be moved out of line, where an exact search takes four times
-- as long. Rows that are there move when they are written next.
ALTER TABLE knowledge_chunks ALTER COLUMN embedding_vector SET STORAGE MAIN;
ALTER TABLE conversation_embeddings ALTER COLUMN embedding_vector SET STORAGE MAIN;

-- Now also of rows that name a model before they have a vector: of a trigger with an argument.
CREATE OR REPLACE FUNCTION guard_embedding_vector() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    model record;
BEGIN
    IF NEW.embedding_vector IS NULL AND TG_NARGS = 0 THEN
        RETURN NEW;
    END IF;
    -- A row written without a model is the default model's.
    IF NEW.embedding_model_id IS NULL THEN
        SELECT id INTO NEW.embedding_model_id FROM embedding_models WHERE is_default;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'this vector names no embedding model, and none is the default'
            USING ERRCODE = 'check_violation',
                  SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'embedding_model_id',
                  CONSTRAINT = TG_TABLE_NAME || '_embedding_model_id_check',
                  HINT = 'Set embedding_model_id, or is_default of a row in embedding_models.';
        END IF;
    END IF;
    IF NEW.embedding_vector IS NULL THEN
        RETURN NEW;
    END IF;
    -- The lock keeps the dimension as it is until this row is committed.
    SELECT name, dimension INTO model
    FROM embedding_models WHERE id = NEW.embedding_model_id FOR KEY SHARE;
    -- A model that does not exist is the foreign key's to report.
    IF FOUND AND vector_dims(NEW.embedding_vector) <> model.dimension THEN
        RAISE EXCEPTION 'expected % dimensions (embedding model "%"), not %',
            model.dimension, model.name, vector_dims(NEW.embedding_vector)
        USING ERRCODE = 'check_violation',
              SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'embedding_vector',
              CONSTRAINT = TG_TABLE_NAME || '_embedding_vector_dimension_check',
              HINT = 'Set embedding_model_id to the model that made the vector.';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER trigger_guard_knowledge_chunk_vector
    BEFORE INSERT OR UPDATE OF embedding_vector, embedding_model_id ON knowledge_chunks
    FOR EACH ROW
    EXECUTE FUNCTION guard_embedding_vector('names a model without a vector');

-- A model's dimension stays as it is once vectors have it: chunks', too.
CREATE OR REPLACE FUNCTION guard_embedding_model_dimension() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    -- Wait for rows of this model that are not committed yet; they hold FOR KEY SHARE.
    PERFORM FROM embedding_models WHERE id = OLD.id FOR UPDATE;
    IF EXISTS (
        SELECT FROM conversation_embeddings WHERE embedding_model_id = OLD.id
    ) OR EXISTS (
        SELECT FROM knowledge_base
        WHERE embedding_model_id = OLD.id AND embedding_vector IS NOT NULL
    ) OR EXISTS (
        SELECT FROM knowledge_chunks
        WHERE embedding_model_id = OLD.id AND embedding_vector IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'embedding model "%" has vectors of % dimensions', OLD.name, OLD.dimension
        USING ERRCODE = 'check_violation',
              SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'dimension',
              CONSTRAINT = 'embedding_models_dimension_in_use_check',
              HINT = 'Add a model with the other dimension, or delete the vectors first.';
    END IF;
    RETURN NEW;
END;
$$;

-- conversation_embeddings.user_id is the conversation's, whatever a client writes: filtering by
-- user must not need a join. Those that are there already:
UPDATE conversation_embeddings AS e SET user_id = c.user_id
FROM conversations AS c WHERE c.id = e.conversation_id;

-- No trigger here names the columns of users: a host may alter the type of its users' key.
CREATE FUNCTION keep_conversation_embedding_user() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.conversation_id = OLD.conversation_id
        AND NEW.user_id IS NOT DISTINCT FROM OLD.user_id
    THEN
        RETURN NEW;
    END IF;
    -- The lock is the foreign key's own, and keeps the user as it is: see below.
    SELECT user_id INTO NEW.user_id
    FROM conversations WHERE id = NEW.conversation_id FOR KEY SHARE;
    RETURN NEW;
END;
$$;

CREATE TRIGGER trigger_keep_conversation_embedding_user
    BEFORE INSERT OR UPDATE ON conversation_embeddings
    FOR EACH ROW
    EXECUTE FUNCTION keep_conversation_embedding_user();

-- A row may come before its conversation: the foreign key is checked at the commit.
CREATE FUNCTION find_conversation_embedding_user() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF NEW.user_id IS NULL THEN
        UPDATE conversation_embeddings AS e SET user_id = c.user_id
        FROM conversations AS c
        WHERE e.id = NEW.id AND c.id = e.conversation_id
          AND e.user_id IS DISTINCT FROM c.user_id;
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER trigger_find_conversation_embedding_user
    AFTER INSERT OR UPDATE OF conversation_id ON conversation_embeddings
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    EXECUTE FUNCTION find_conversation_embedding_user();

CREATE FUNCTION move_conversation_embeddings() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF NEW.user_id IS NOT DISTINCT FROM OLD.user_id THEN
        NULL;
    ELSIF TG_WHEN = 'BEFORE' THEN
        -- Wait for those who write embeddings and have seen the former user: they hold FOR KEY
        -- SHARE. The next wait for us.
        PERFORM FROM conversations WHERE id = OLD.id FOR UPDATE;
    ELSE
        UPDATE conversation_embeddings SET user_id = NEW.user_id WHERE conversation_id = NEW.id;
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER trigger_lock_conversation_embeddings
    BEFORE UPDATE ON conversations
    FOR EACH ROW
    EXECUTE FUNCTION move_conversation_embeddings();

CREATE TRIGGER trigger_move_conversation_embeddings
    AFTER UPDATE ON conversations
    FOR EACH ROW
    EXECUTE FUNCTION move_conversation_embeddings();

-- knowledge_chunks.owner_id is the document's, likewise.
CREATE FUNCTION keep_knowledge_chunk_owner() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.document_id = OLD.document_id
        AND NEW.owner_id IS NOT DISTINCT FROM OLD.owner_id
    THEN
        RETURN NEW;
    END IF;
    SELECT owner_id INTO NEW.owner_id
    FROM knowledge_base WHERE id = NEW.document_id FOR KEY SHARE;
    RETURN NEW;
END;
$$;

CREATE TRIGGER trigger_keep_knowledge_chunk_owner
    BEFORE INSERT OR UPDATE ON knowledge_chunks
    FOR EACH ROW
    EXECUTE FUNCTION keep_knowledge_chunk_owner();

-- Without an owner a chunk is everybody's, which one that came before its document must not be.
CREATE FUNCTION find_knowledge_chunk_owner() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF NEW.owner_id IS NULL THEN
        UPDATE knowledge_chunks AS k SET owner_id = d.owner_id
        FROM knowledge_base AS d
        WHERE k.id = NEW.id AND d.id = k.document_id AND k.owner_id IS DISTINCT FROM d.owner_id;
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER trigger_find_knowledge_chunk_owner
    AFTER INSERT OR UPDATE OF document_id ON knowledge_chunks
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    EXECUTE FUNCTION find_knowledge_chunk_owner();

CREATE FUNCTION move_knowledge_chunks() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF NEW.owner_id IS NOT DISTINCT FROM OLD.owner_id THEN
        NULL;
    ELSIF TG_WHEN = 'BEFORE' THEN
        PERFORM FROM knowledge_base WHERE id = OLD.id FOR UPDATE;
    ELSE
        UPDATE knowledge_chunks SET owner_id = NEW.owner_id WHERE document_id = NEW.id;
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER trigger_lock_knowledge_chunks
    BEFORE UPDATE ON knowledge_base
    FOR EACH ROW
    EXECUTE FUNCTION move_knowledge_chunks();

CREATE TRIGGER trigger_move_knowledge_chunks
    AFTER UPDATE ON knowledge_base
    FOR EACH ROW
    EXECUTE FUNCTION move_knowledge_chunks();
