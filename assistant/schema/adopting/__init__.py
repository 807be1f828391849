"""Taking over a database that the SQL files made."""
