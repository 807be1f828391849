DROP TRIGGER trigger_update_knowledge_base_timestamp ON knowledge_base;
DROP FUNCTION update_knowledge_base_timestamp();
DROP FUNCTION generate_content_hash(text);

-- Only while nothing uses it: the index on messages may.
DO $$
BEGIN
    DROP FUNCTION to_search_vector(text);
EXCEPTION
    WHEN dependent_objects_still_exist THEN
        RAISE NOTICE 'to_search_vector(text) is in use and stays';
END;
$$;
