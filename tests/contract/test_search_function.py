"""to_search_vector(), which two apps bring: whichever comes first, and whichever leaves."""

from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.contract import databases

CONVERSATIONS, EMBEDDINGS = "assistant_conversations", "assistant_embeddings"


def definition(label: str, name: str) -> str:
    text = (Path(apps.get_app_config(label).path) / "sql" / f"{name}.sql").read_text()
    begin = text.index("CREATE OR REPLACE FUNCTION to_search_vector")
    return text[begin : text.index("\n$$;", begin)]


def test_both_apps_define_the_same() -> None:
    one = definition(CONVERSATIONS, "0004_create_search_function")

    assert one == definition(EMBEDDINGS, "0003_create_functions")


def has_function(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('to_search_vector(text)') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def migrate(*target: str) -> None:
    call_command("migrate", *target, database="scratch", verbosity=0)


@pytest.mark.usefixtures("unblocked")
def test_the_function_stays_as_long_as_one_app_needs_it() -> None:
    with databases.database("function") as name, databases.alias(name) as connection:
        migrate(EMBEDDINGS)  # before the conversations app has the function
        migrate(CONVERSATIONS)
        migrate(EMBEDDINGS, "zero")
        assert has_function(connection)

        migrate(EMBEDDINGS)
        migrate(CONVERSATIONS, "0003")
        assert has_function(connection)

        migrate(EMBEDDINGS, "0002")
        assert not has_function(connection)


@pytest.mark.usefixtures("unblocked")
def test_words_are_found_whichever_came_first() -> None:
    with databases.database("function") as name, databases.alias(name) as connection:
        migrate(CONVERSATIONS)
        migrate(EMBEDDINGS)
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_search_vector('Dogs') @@ 'dog'::tsquery")
            assert cursor.fetchone() == (True,)
