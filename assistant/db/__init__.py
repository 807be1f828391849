"""What migrations and models share: fields, indexes, expressions, operations. No tables.

Migrations name these classes by their import path, so a path or a signature, once released,
does not change.
"""
