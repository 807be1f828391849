"""A host's app, whose migrations do what they should not."""
