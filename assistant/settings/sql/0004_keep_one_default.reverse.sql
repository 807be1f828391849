-- The default stays the default; those that it took the place of are not remembered.
DROP TRIGGER trigger_switch_default_model_config ON model_configs;
DROP TRIGGER trigger_keep_one_default_model_config ON model_configs;
DROP TRIGGER trigger_lock_default_model_config ON model_configs;
DROP FUNCTION keep_one_default_model_config();
DROP FUNCTION lock_default_model_config();
