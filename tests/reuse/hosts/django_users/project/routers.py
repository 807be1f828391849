"""Which database holds what."""


class ReportsRouter:
    """Keep every table out of a database that is only read from."""

    def allow_migrate(self, db, app_label, **hints):
        return False if db == "reports" else None
