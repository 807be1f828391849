DROP TRIGGER trigger_update_user_timestamp ON users;
DROP FUNCTION update_user_timestamp();
