"""No models: each of the sets of migrations makes its own table."""
