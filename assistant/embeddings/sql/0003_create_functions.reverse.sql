DROP TRIGGER trigger_update_knowledge_base_timestamp ON knowledge_base;
DROP FUNCTION update_knowledge_base_timestamp();
DROP FUNCTION to_search_vector(text);
DROP FUNCTION generate_content_hash(text);
