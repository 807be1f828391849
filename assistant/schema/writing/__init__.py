"""Writing a new migration and its SQL files."""
