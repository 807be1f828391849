"""What can be found: embeddings, the knowledge base and full-text search."""
