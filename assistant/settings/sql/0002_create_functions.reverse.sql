DROP TRIGGER trigger_update_system_setting_timestamp ON system_settings;
DROP FUNCTION update_system_setting_timestamp();

-- Only the function that carries our comment, and only while no default or view uses it.
DO $$
BEGIN
    IF obj_description(
        to_regprocedure(quote_ident(current_schema()) || '.uuid_generate_v4()'), 'pg_proc'
    ) LIKE 'assistant_settings:%' THEN
        DROP FUNCTION uuid_generate_v4();
    END IF;
EXCEPTION
    WHEN dependent_objects_still_exist THEN
        RAISE NOTICE 'uuid_generate_v4() is in use and stays';
END;
$$;
