"""Databases that the SQL files made, with rows everywhere, and what was repaired by hand."""

from typing import Any

import psycopg
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from assistant.schema.adopting.transforming import (
    PREREQUISITES,
    Stage,
    Summary,
    set_aside_history,
    transform,
)
from assistant.schema.adopting.transforming.stages import TABLES
from tests.contract.databases import FILES

Client = psycopg.Connection[Any]

EXTENSION = 'CREATE EXTENSION IF NOT EXISTS "uuid-ossp";'
BY_HAND = """
CREATE FUNCTION uuid_generate_v4() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()';
"""
HISTORY = """
CREATE TABLE schema_migrations (
    version {version}, filename varchar(255) NOT NULL, applied_at {applied_at} DEFAULT now()
)
"""

MODEL = "40000000-0000-4000-8000-00000000000{}"

ROWS = {
    1: """
        INSERT INTO users (id, username, email, created_at, updated_at, is_active, preferences)
        VALUES
            ('10000000-0000-4000-8000-000000000001', 'Ünï ''quoted'' 100%', NULL,
                '0001-01-03', 'infinity', NULL, NULL),
            ('10000000-0000-4000-8000-000000000002', '', '', NULL, NULL, false, '{"a": [1, null]}'),
            ('10000000-0000-4000-8000-000000000003', repeat('x', 255), repeat('y', 255),
                '2020-01-01', '2021-01-01', true, '{}');
        INSERT INTO system_settings (key, value, description, updated_at) VALUES
            ('', 'null', NULL, NULL), ('deep', '[[{"k": "%s"}]]', '{}', '2020-01-01');
        DELETE FROM system_settings WHERE key = 'app_version';
        UPDATE system_settings SET value = '0.1' WHERE key = 'default_temperature';
        INSERT INTO model_configs (name, model_path, config, is_default, created_at) VALUES
            ('a', '/a', '{}', true, '2020-01-01'), ('a', '/b', '{"x": 1}', true, '2021-01-01'),
            ('c', '', '{}', NULL, NULL);
    """,
    2: """
        INSERT INTO conversations
            (id, user_id, title, agent_type, context_length, is_active, created_at, updated_at,
             metadata)
        VALUES
            ('20000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001',
                NULL, NULL, NULL, NULL, NULL, NULL, NULL),
            ('20000000-0000-4000-8000-000000000002', '10000000-0000-4000-8000-000000000002',
                repeat('t', 500), '', 7, false, '2019-01-01', '2019-01-02', '{"a": {}}'),
            ('20000000-0000-4000-8000-000000000003', '10000000-0000-4000-8000-000000000002',
                '100% $$ \\ "q"', 'code', 0, true, '2018-01-01', '2018-01-02', '{}');
        INSERT INTO messages
            (id, conversation_id, role, content, token_count, timestamp, model_name,
             generation_time, temperature, generation_config)
        SELECT ('30000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
            ('20000000-0000-4000-8000-00000000000' || 1 + n % 2)::uuid,
            (ARRAY['user', 'assistant', 'system'])[1 + n % 3], 'Message ' || n || ' ünï %s',
            NULLIF(n % 5, 0),
            CASE WHEN n % 7 > 0 THEN '2020-01-01'::timestamptz + n * '1s'::interval END,
            CASE n % 2 WHEN 0 THEN 'gpt' END, NULLIF(n % 4, 0) * 0.1, n / 10.0,
            CASE n % 3 WHEN 0 THEN NULL ELSE '{"n": 1}'::jsonb END
        FROM generate_series(1, 40) AS n;
        UPDATE messages SET content = (
            SELECT string_agg('w' || i, ' ') FROM generate_series(1, 60000) AS i
        ) WHERE id = '30000000-0000-4000-8000-000000000001';
    """,
    3: """
        INSERT INTO embedding_models (id, name, dimension, is_active, created_at) VALUES
            ('40000000-0000-4000-8000-000000000003', 'three', 3, NULL, NULL),
            ('40000000-0000-4000-8000-000000000002', 'two', 2, false, '2020-01-01');
        INSERT INTO conversation_embeddings
            (id, conversation_id, message_id, content_hash, embedding_vector, chunk_text,
             chunk_index, created_at, source_type, metadata)
        VALUES
            ('50000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000001',
                '30000000-0000-4000-8000-000000000002', 'h', '{0.1,-1e-60,3}', 'chunky %s',
                NULL, NULL, NULL, NULL),
            ('50000000-0000-4000-8000-000000000002', '20000000-0000-4000-8000-000000000002',
                NULL, '', '[0:2]={1,0,1e-40}', '', 4, '2020-01-01', 'file', '{"m": 1}'),
            ('50000000-0000-4000-8000-000000000003', '20000000-0000-4000-8000-000000000002',
                NULL, '', '{0.3333333333333333,1e10}', 'two', 0, '2020-01-01', 'message', '{}');
        INSERT INTO knowledge_base
            (id, title, content, source, content_type, file_hash, tags, embedding_vector,
             created_at, updated_at, file_size, file_extension, language)
        VALUES
            ('60000000-0000-4000-8000-000000000001', '', 'The cats', NULL, NULL, NULL, NULL, NULL,
                NULL, NULL, NULL, NULL, NULL),
            ('60000000-0000-4000-8000-000000000002', 't', '', 's', 'pdf', 'h', '{a,NULL,"b c"}',
                '{0.7,0.1}', '2020-01-01', '2020-01-02', 2147483647, '.md', 'de');
    """,
}


# The second is refused where somebody made it unique. Wrong, as whatever the files count is.
STATISTICS = """
INSERT INTO conversation_stats
    (id, conversation_id, total_messages, total_tokens, avg_response_time, created_at, updated_at)
VALUES
    ('70000000-0000-4000-8000-000000000001', '20000000-0000-4000-8000-000000000002',
        NULL, NULL, 'NaN', '2020-01-01', NULL),
    ('70000000-0000-4000-8000-000000000003', '20000000-0000-4000-8000-000000000003',
        5, -7, 1.5, NULL, '2020-01-01')
"""
DUPLICATES = """
INSERT INTO conversation_stats (id, conversation_id, total_messages, created_at) VALUES
    ('70000000-0000-4000-8000-000000000005', '20000000-0000-4000-8000-000000000002', 3, NULL),
    ('70000000-0000-4000-8000-000000000004', '20000000-0000-4000-8000-000000000002',
        9, '2019-01-01')
"""

Rows = dict[str, dict[str, dict[str, str | None]]]


def build(
    client: Client,
    stage: Stage,
    *,
    repairs: str = "",
    duplicates: bool = True,
    extension: bool = False,
) -> None:
    """Run the files and fill every table; ``repairs`` is SQL that is run in between.

    The files' triggers refuse every message, so they are off while rows are written. Few servers
    have the files' ``extension``.
    """
    for number, path in enumerate(sorted(FILES.glob("*.sql"))[:stage], start=1):
        text = path.read_text(encoding="utf-8")
        by_hand = BY_HAND if number == 1 else ""
        client.execute(text if extension else text.replace(EXTENSION, by_hand))
    client.execute(repairs)
    for number in range(1, stage + 1):
        if number == 2:
            client.execute("ALTER TABLE messages DISABLE TRIGGER USER")
        client.execute(ROWS[number])
    if stage >= 2:
        client.execute("ALTER TABLE messages ENABLE TRIGGER USER")
        client.execute(STATISTICS)
        if duplicates:
            client.execute(DUPLICATES)


def models(stage: Stage) -> dict[int, Any]:
    """Return the models of the vectors above."""
    return {2: MODEL.format(2), 3: MODEL.format(3)} if stage == 3 else {}


def prepare(connection: BaseDatabaseWrapper, stage: Stage) -> None:
    """Make what the alteration needs, as the command does."""
    set_aside_history(connection)
    MigrationExecutor(connection).migrate(list(PREREQUISITES[stage]))


def adopt(connection: BaseDatabaseWrapper, stage: Stage, **options: Any) -> Summary:
    """Do as the command does, in one transaction: prepare, alter, record."""
    with transaction.atomic(using=connection.alias):
        prepare(connection, stage)
        summary = alter(connection, stage, **options)
        recorder = MigrationRecorder(connection)
        for app, name in summary.migrations:
            recorder.record_applied(app, name)
    return summary


def alter(
    connection: BaseDatabaseWrapper,
    stage: Stage,
    *,
    keep_arrays: bool = False,
    **options: Any,
) -> Summary:
    """Only alter."""
    return transform(
        connection,
        stage=stage,
        models=options.get("models", models(stage)),
        keep_arrays=keep_arrays,
        say=options.get("say", lambda text: None),
    )


def read(client: Client, stage: Stage) -> Rows:
    """Return the rows of the files' tables: every value as text, by column, key and table."""
    return {table: read_table(client, table) for table in TABLES[stage]}


def read_table(client: Client, table: str) -> dict[str, dict[str, str | None]]:
    """Return the rows of a table by their keys, the first column."""
    query = (
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
        " AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
    )
    columns = [name for (name,) in client.execute(query, [table])]
    texts = ", ".join(f'"{name}"::text' for name in columns)
    rows = client.execute(f"SELECT {texts} FROM {table}").fetchall()
    return {row[0]: dict(zip(columns, row, strict=True)) for row in rows}
