-- model_configs. The one default is kept, and its index built, after its triggers are there.

ALTER TABLE model_configs
    ALTER COLUMN id SET DEFAULT gen_random_uuid(),
    ALTER COLUMN is_default SET DEFAULT false,
    ALTER COLUMN is_default SET NOT NULL,
    ALTER COLUMN created_at SET DEFAULT now(),
    ALTER COLUMN created_at SET NOT NULL,
    ADD CONSTRAINT model_configs_config_check CHECK (jsonb_typeof(config) = 'object');

CREATE INDEX IF NOT EXISTS idx_model_configs_default ON model_configs (is_default);
