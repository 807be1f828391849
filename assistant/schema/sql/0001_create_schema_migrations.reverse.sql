DROP VIEW schema_migrations;
DROP TABLE schema_migration_details;
