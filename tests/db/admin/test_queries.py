"""Which queries the pages of every table make, for few rows and for more."""

import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.db.admin.pages import TABLES, page

# After those for the session and whoever looks.
LISTS = {
    "users": [
        "count users",
        "users",
    ],
    "system_settings": [
        "count system_settings",
        "system_settings",
    ],
    "model_configs": [
        "count model_configs",
        "model_configs",
    ],
    "conversations": [
        "values of conversations.agent_type",
        "count conversations",
        "conversations",
    ],
    "messages": [
        "values of messages.model_name",
        "count messages",
        "messages",
    ],
    "conversation_stats": [
        "count conversation_stats",
        "conversation_stats",
    ],
    "conversation_embeddings": [
        "values of conversation_embeddings.source_type",
        "embedding_models",
        "count conversation_embeddings",
        "conversation_embeddings",
    ],
    "knowledge_base": [
        "values of knowledge_base.content_type",
        "values of knowledge_base.language",
        "embedding_models",
        "count knowledge_base",
        "knowledge_base",
    ],
    "knowledge_chunks": [
        "embedding_models",
        "count knowledge_chunks",
        "knowledge_chunks",
    ],
    "embedding_queue": [
        "embedding_models",
        "count embedding_queue",
        "embedding_queue",
    ],
    "search_statistics": [
        "embedding_models",
        "count search_statistics",
        "search_statistics",
    ],
    "search_lexemes": [
        "embedding_models",
        "count search_lexemes",
        "search_lexemes",
    ],
    "search_changes": [
        "count search_changes",
        "search_changes",
    ],
    "search_records": [
        "count search_records",
        "search_records with outcomes",
    ],
    "search_events": [
        "count search_events",
        "search_events",
    ],
    "search_evaluations": [
        "search_evaluations",  # the latest, charted
        "values of search_evaluations.name",
        "count search_evaluations",
        "search_evaluations",
    ],
    "embedding_models": [
        "count embedding_models",
        "embedding_models with counts of their queues",
    ],
    "schema_migrations": [
        "count schema_migrations",
        "schema_migrations",
    ],
}
PAGES = {
    "users": [
        "sizes of users",
        "users",
        "auth_permission",
        "auth_group",
        "counts of related rows",
        "auth_group",
        "auth_permission",
    ],
    "system_settings": [
        "sizes of system_settings",
        "system_settings",
    ],
    "model_configs": [
        "sizes of model_configs",
        "model_configs",
    ],
    "conversations": [
        "sizes of conversations",
        "conversations",
        "messages",
        "users",
        "count messages",
        "count messages",
        "counts of related rows",
        "users",
        "values of conversations.agent_type",
    ],
    "messages": [
        "sizes of messages",
        "messages",
        "conversations",
        "counts of related rows",
        "values of messages.model_name",
    ],
    "conversation_stats": [
        "conversation_stats",
        "conversation_stats",
    ],
    "conversation_embeddings": [
        "sizes of conversation_embeddings",
        "conversation_embeddings",
        "users",
    ],
    "knowledge_base": [
        "sizes of knowledge_base",
        "knowledge_base",
        "counts of related rows",
        "values of knowledge_base.content_type",
        "values of knowledge_base.language",
    ],
    "knowledge_chunks": [
        "sizes of knowledge_chunks",
        "knowledge_chunks",
    ],
    "embedding_queue": [
        "sizes of embedding_queue",
        "embedding_queue",
        "embedding_models",
    ],
    "search_statistics": [
        "search_statistics",
        "search_statistics",
    ],
    "search_lexemes": [
        "sizes of search_lexemes",
        "search_lexemes",
    ],
    "search_changes": [
        "search_changes",
        "search_changes",
    ],
    "search_records": [
        "sizes of search_records",
        "search_records",
        "counts of related rows",
    ],
    "search_events": [
        "search_events",
        "search_events",
    ],
    "search_evaluations": [
        "sizes of search_evaluations",
        "search_evaluations",
        "search_evaluations",  # the questions, charted
    ],
    "embedding_models": [
        "sizes of embedding_models",
        "embedding_models",
        "conversation_embeddings",
        "knowledge_base",
        "knowledge_chunks",
        "counts of texts and of the queue",
        "sample of messages",
        "sample of knowledge_base",
        "state of an index",
        "state of an index",
        "counts of related rows",
    ],
    "schema_migrations": [
        "sizes of schema_migrations",
        "schema_migrations",
    ],
}


# What tells some of the queries from others, first come first served.
MARKS = {
    'FROM "messages" AS t TABLESAMPLE': "sample of messages",
    'FROM "knowledge_base" AS t TABLESAMPLE': "sample of knowledge_base",
    '"waiting_count"': "embedding_models with counts of their queues",
    'AS "opened"': "search_records with outcomes",
    '= ("search_statistics"."embedding_model_id")': "search_statistics",
    '= ("search_lexemes"."embedding_model_id")': "search_lexemes",
    '= ("search_changes"."embedding_model_id")': "search_changes",
    "FROM pg_class AS t": "state of an index",
    "to_regclass('\"messages\"')": "counts of texts and of the queue",
}


def purpose(sql: str) -> str:
    """Say what a query is for: what it asks of which table."""
    if marked := [text for mark, text in MARKS.items() if mark in sql]:
        return marked[0]
    table = re.search(r'FROM "(\w+)"', sql)
    name = table[1] if table else "?"
    if "WITH RECURSIVE" in sql:
        column = re.search(r'min\("(\w+)"\)', sql)
        return f"values of {name}.{column[1] if column else '?'}"
    if re.match(r"SELECT \(SELECT count\(\*\)", sql):
        return "counts of related rows"
    if "COUNT(" in sql:
        return f"count {name}"
    return f"sizes of {name}" if 'AS "size_' in sql else name


def purposes(client: Client, address: str) -> list[str]:
    """Return what a page's queries are for."""
    ContentType.objects.clear_cache()
    client.get(address)  # fills the cache of content types
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    session, user, *others = [purpose(query["sql"]) for query in queries]
    assert (session, user) == ("django_session", "users")
    return others


@pytest.mark.parametrize("name", TABLES)
def test_queries_of_a_list(root: Client, name: str) -> None:
    table = TABLES[name]
    found = []
    for count in (2, 4):
        for _ in range(count):
            table.make()
        found.append(purposes(root, page(table.model, "changelist")))

    assert found == [LISTS[name]] * 2


@pytest.mark.parametrize("name", TABLES)
def test_queries_of_a_page(root: Client, name: str) -> None:
    table = TABLES[name]
    found = []
    for count in (1, 4):
        rows = [table.make() for _ in range(count)]
        found.append(purposes(root, page(rows[-1], "change")))

    assert found == [PAGES[name]] * 2
