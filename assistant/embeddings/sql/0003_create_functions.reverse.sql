DROP TRIGGER trigger_update_knowledge_base_timestamp ON knowledge_base;
DROP FUNCTION update_knowledge_base_timestamp();
DROP FUNCTION generate_content_hash(text);

-- Only while nothing uses it: the index on messages may.
DO $$
BEGIN
    -- The other app's as much as ours: where its migration is applied, that one drops it.
    IF NOT EXISTS (
        SELECT FROM django_migrations
        WHERE app = 'assistant_conversations' AND name = '0004_create_search_function'
    ) THEN
        DROP FUNCTION to_search_vector(text);
    END IF;
EXCEPTION
    WHEN dependent_objects_still_exist THEN
        RAISE NOTICE 'to_search_vector(text) is in use and stays';
END;
$$;
