-- What Django's own table does not say of a migration. The row goes when the migration is taken
-- back, whoever does it.
CREATE TABLE schema_migration_details (
    migration_id bigint NOT NULL,
    -- SHA-256 of the migration and its SQL files as they were applied, in hexadecimal digits.
    checksum text,
    -- Unknown where the migration was applied by something else, and was only found later.
    duration interval,
    versions jsonb,
    -- When the run that applied it came to its end; null while it runs, and if it was killed.
    finished_at timestamptz,
    CONSTRAINT schema_migration_details_pkey PRIMARY KEY (migration_id),
    CONSTRAINT schema_migration_details_migration_id_fkey FOREIGN KEY (migration_id)
        REFERENCES django_migrations (id) ON DELETE CASCADE,
    CONSTRAINT schema_migration_details_checksum_check CHECK (checksum ~ '^[0-9a-f]{64}$'),
    CONSTRAINT schema_migration_details_versions_check CHECK (jsonb_typeof(versions) = 'object')
);

-- One row a migration, in the order in which they were applied. Django's table may name one more
-- than once: processes that migrated side by side without a lock each wrote theirs.
CREATE VIEW schema_migrations AS
SELECT
    row_number() OVER (ORDER BY m.id) AS version,
    concat(m.app, '/', m.name, '.py') AS filename,
    m.applied AS applied_at,
    m.app::text AS app,
    m.name::text AS name,
    d.checksum,
    d.duration,
    d.versions
FROM (
    SELECT DISTINCT ON (app, name) id, app, name, applied
    FROM django_migrations
    ORDER BY app, name, id
) AS m
LEFT JOIN schema_migration_details AS d ON d.migration_id = m.id;

-- Nobody writes it. Fixtures of a whole database hold its rows, and load without them.
CREATE RULE schema_migrations_insert AS ON INSERT TO schema_migrations DO INSTEAD NOTHING;
CREATE RULE schema_migrations_update AS ON UPDATE TO schema_migrations DO INSTEAD NOTHING;
