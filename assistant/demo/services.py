"""Loading the demo data and removing it again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from assistant.demo.conversations import first_day, load_conversations
from assistant.demo.removal import lock_users, remove_conversations, remove_users
from assistant.demo.runs import NAMESPACE, DemoError, Run
from assistant.demo.users import load_users

__all__ = ["DemoError", "load_demo", "remove_demo"]

# Where a project has these apps, these modules load and remove what the demo has for them.
PARTS = {
    "assistant.settings": "assistant.demo.system",
    "assistant.embeddings": "assistant.demo.knowledge",
}
LABELS = ("assistant_conversations", "assistant_settings", "assistant_embeddings")


def load_demo(*, using: str = DEFAULT_DB_ALIAS, today: date | None = None) -> Run:
    """Add the demo data that is missing, and return what was added.

    Rows that are there stay as they are, edited or not. Times lie before the day of the first
    load (``today``). All is one transaction, and runs wait for each other.

    Raises :class:`DemoError` where the tables or the user model do not allow it.
    """
    with one_run(using, today) as run:
        run.today = first_day(run)
        load_conversations(run, load_users(run))
        for part in parts():
            part.load(run)
    return run


def remove_demo(*, using: str = DEFAULT_DB_ALIAS) -> Run:
    """Delete the demo data, and return what was deleted.

    Edited or not, rows that were loaded go. What was made since stays, and with it the demo's
    conversations and users that it belongs to; the notes name them.
    """
    with one_run(using, None) as run:
        users = lock_users(run)
        remove_conversations(run)
        remove_users(run, users)
        for part in parts():
            part.remove(run)
    return run


@contextmanager
def one_run(using: str, today: date | None) -> Iterator[Run]:
    """Begin a transaction that waits for any other run's."""
    require_tables(using)
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NAMESPACE.int >> 65])
        yield Run(using=using, today=today or datetime.now(UTC).date())


def require_tables(using: str) -> None:
    """Raise ``DemoError`` unless the migrations have run."""
    connection = connections[using]
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
    models = [model for model in apps.get_models() if model._meta.app_label in LABELS]
    needed = {model._meta.db_table for model in (get_user_model(), *models)}
    if missing := sorted(needed - present):
        raise DemoError(
            f"The database has no table {missing[0]}. Run manage.py migrate first, then this."
        )


def parts() -> list[Any]:
    """Return the modules for the apps that this project has."""
    return [import_module(module) for app, module in PARTS.items() if apps.is_installed(app)]
