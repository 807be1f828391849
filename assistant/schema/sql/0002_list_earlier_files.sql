-- The SQL files that made an adopted database, as its own table listed them; elsewhere none.
CREATE TABLE schema_migration_files (
    -- Their order, from 1.
    position bigint NOT NULL,
    filename text,
    applied_at timestamptz,
    CONSTRAINT schema_migration_files_pkey PRIMARY KEY (position)
);

-- Those files, then one row a migration, in the order in which they were applied. Django's table
-- may name one more than once: processes that migrated side by side without a lock each wrote
-- theirs.
CREATE OR REPLACE VIEW schema_migrations AS
SELECT
    row_number() OVER (ORDER BY r.is_migration, r.position) AS version,
    r.filename,
    r.applied_at,
    r.app,
    r.name,
    r.checksum,
    r.duration,
    r.versions
FROM (
    SELECT
        false AS is_migration,
        f.position,
        f.filename,
        f.applied_at,
        NULL::text AS app,
        NULL::text AS name,
        NULL::text AS checksum,
        NULL::interval AS duration,
        NULL::jsonb AS versions
    FROM schema_migration_files AS f
    UNION ALL
    SELECT
        true,
        m.id,
        concat(m.app, '/', m.name, '.py'),
        m.applied,
        m.app::text,
        m.name::text,
        d.checksum,
        d.duration,
        d.versions
    FROM (
        SELECT DISTINCT ON (app, name) id, app, name, applied
        FROM django_migrations
        ORDER BY app, name, id
    ) AS m
    LEFT JOIN schema_migration_details AS d ON d.migration_id = m.id
) AS r;
