"""Companies and their members, who are the project's users."""
