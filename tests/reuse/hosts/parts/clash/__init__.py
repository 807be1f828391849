"""An app with a table of a name that is ours as well."""
