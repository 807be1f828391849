-- One row a migration, in the order in which they were applied. Django's table may name one more
-- than once: processes that migrated side by side without a lock each wrote theirs.
CREATE OR REPLACE VIEW schema_migrations AS
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

DROP TABLE schema_migration_files;
