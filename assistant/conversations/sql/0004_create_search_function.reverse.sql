-- Only while nothing uses it: the embeddings app's columns may.
DO $$
BEGIN
    -- The other app's as much as ours: where its migration is applied, that one drops it.
    IF NOT EXISTS (
        SELECT FROM django_migrations
        WHERE app = 'assistant_embeddings' AND name = '0003_create_functions'
    ) THEN
        DROP FUNCTION to_search_vector(text);
    END IF;
EXCEPTION
    WHEN dependent_objects_still_exist THEN
        RAISE NOTICE 'to_search_vector(text) is in use and stays';
END;
$$;
