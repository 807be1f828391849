"""Search over what was said and what is known."""
