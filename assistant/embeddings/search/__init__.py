"""Search: the parts of conversations and documents that answer a question."""
