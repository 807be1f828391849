-- Only while nothing uses it: the embeddings app's columns may.
DO $$
BEGIN
    DROP FUNCTION to_search_vector(text);
EXCEPTION
    WHEN dependent_objects_still_exist THEN
        RAISE NOTICE 'to_search_vector(text) is in use and stays';
END;
$$;
