"""Changing the embedding model while everybody searches.

A model is added, built, activated; the one before it is retired. State is in the database: each
step can be interrupted at any time and begun again, and each is a function here, which the command
``embedding_model`` calls.
"""
