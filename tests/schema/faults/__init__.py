"""What goes wrong around a migration, and that the next one finishes.

The short version runs with the other tests. The long one, some minutes with kills at many more
points, is ``python -m pytest tests/schema/faults --long``.
"""
