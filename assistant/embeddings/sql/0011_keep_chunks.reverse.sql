DROP TRIGGER trigger_move_knowledge_chunks ON knowledge_base;
DROP TRIGGER trigger_lock_knowledge_chunks ON knowledge_base;
DROP FUNCTION move_knowledge_chunks();
DROP TRIGGER trigger_find_knowledge_chunk_owner ON knowledge_chunks;
DROP FUNCTION find_knowledge_chunk_owner();
DROP TRIGGER trigger_keep_knowledge_chunk_owner ON knowledge_chunks;
DROP FUNCTION keep_knowledge_chunk_owner();
DROP TRIGGER trigger_move_conversation_embeddings ON conversations;
DROP TRIGGER trigger_lock_conversation_embeddings ON conversations;
DROP FUNCTION move_conversation_embeddings();
DROP TRIGGER trigger_find_conversation_embedding_user ON conversation_embeddings;
DROP FUNCTION find_conversation_embedding_user();
DROP TRIGGER trigger_keep_conversation_embedding_user ON conversation_embeddings;
DROP FUNCTION keep_conversation_embedding_user();
DROP TRIGGER trigger_guard_knowledge_chunk_vector ON knowledge_chunks;

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

CREATE OR REPLACE FUNCTION guard_embedding_vector() RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    model record;
BEGIN
    IF NEW.embedding_vector IS NULL THEN
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

ALTER TABLE conversation_embeddings ALTER COLUMN embedding_vector SET STORAGE EXTERNAL;
ALTER TABLE knowledge_chunks ALTER COLUMN embedding_vector SET STORAGE EXTERNAL;
ALTER TABLE knowledge_chunks DROP CONSTRAINT knowledge_chunks_embedding_vector_check;
-- Nobody reads the table any more, and the next step drops it.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX idx_knowledge_chunks_chunk_fts;
ALTER TABLE knowledge_chunks DROP COLUMN chunk_search;
