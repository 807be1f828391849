"""What was applied, and how that compares with the code."""
