-- The statistics go with their tables.
SELECT;
