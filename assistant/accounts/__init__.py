"""Who: users."""
