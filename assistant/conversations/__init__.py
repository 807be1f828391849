"""What was said: conversations, messages and their statistics."""
