"""Search: what a question finds."""
