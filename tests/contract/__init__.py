"""The migrated database against its contract: the SQL files, their repairs and additions."""
