DROP TRIGGER trigger_update_conversation_timestamp ON messages;
DROP FUNCTION update_conversation_timestamp();
DROP TRIGGER trigger_guard_conversation_timestamp ON conversations;
DROP FUNCTION guard_conversation_timestamp();
