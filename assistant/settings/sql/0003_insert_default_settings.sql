-- The default settings; a value that is there already stays as it is.

INSERT INTO system_settings (key, value, description)
VALUES
    ('app_version', '"1.0.0"', 'Application version'),
    ('default_temperature', '0.7', 'Default model temperature'),
    ('max_context_length', '4096', 'Maximum context length'),
    ('enable_embeddings', 'true', 'Enable embeddings system')
ON CONFLICT (key) DO NOTHING;
