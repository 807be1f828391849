"""Adopting a database that the SQL files made, in one transaction.

Against the bare ``ALTER TABLE``, ``CREATE INDEX`` and ``INSERT … SELECT`` that it needs at least
(``sql/adopt_bare.sql``), in one transaction, too; without the rest of what makes the tables ours.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from time import perf_counter

from django.apps import apps
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from assistant.schema.adopting.transforming import PREREQUISITES, set_aside_history, transform
from benchmarks.databases import ALIAS, Client, connect, database
from benchmarks.measure import Finding, at_least_one, interleave, main, ratios, show_samples

ROOT = Path(__file__).resolve().parent.parent
FILES = ROOT / "tests" / "contract" / "files"
BARE = Path(__file__).with_name("sql") / "adopt_bare.sql"

# Few servers have the extension, whose one function the files call.
EXTENSION = 'CREATE EXTENSION IF NOT EXISTS "uuid-ossp";'
FUNCTION = (
    "CREATE FUNCTION uuid_generate_v4() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()';"
)

CONVERSATIONS = """
INSERT INTO conversations (user_id, title)
SELECT id, 'Conversation ' || n FROM users, generate_series(1, {conversations}) AS n
"""
# One in a hundred has a NULL to be filled.
MESSAGES = """
INSERT INTO messages
    (conversation_id, role, content, token_count, timestamp, generation_time, generation_config)
SELECT c.ids[1 + n % {conversations}], CASE n % 2 WHEN 0 THEN 'user' ELSE 'assistant' END,
    'This is what somebody said, as long as one or two lines of a chat usually are: ' || n,
    n % 300, now() - n * '1s'::interval, CASE n % 2 WHEN 1 THEN 1.25 END,
    CASE WHEN n % 100 > 0 THEN '{{}}'::jsonb END
FROM (SELECT array_agg(id) AS ids FROM conversations) AS c, generate_series(1, {messages}) AS n
"""
EMBEDDINGS = """
INSERT INTO conversation_embeddings
    (conversation_id, content_hash, embedding_vector, chunk_text, chunk_index)
SELECT c.ids[1 + n % {conversations}], md5(n::text),
    ARRAY(SELECT random() - 0.5 + n * 0 FROM generate_series(1, {dimension})),
    'This is what somebody said, as long as one or two lines of a chat usually are: ' || n, n
FROM (SELECT array_agg(id) AS ids FROM conversations) AS c, generate_series(1, {embeddings}) AS n
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Take how much there is."""
    parser.add_argument("--messages", type=at_least_one, default=1_000_000)
    parser.add_argument("--embeddings", type=at_least_one, default=100_000)
    parser.add_argument("--dimension", type=at_least_one, default=384)
    parser.add_argument("--conversations", type=at_least_one, default=10_000)


def run(options: Namespace) -> list[Finding]:
    """Measure, print the times, and return the ratio."""
    with database("adopt_files", migrated=False, alias="files") as template:
        with connect(template) as client:
            build(client, options)
        samples = interleave(
            {
                "adoption": lambda: adopt(template, options),
                "bare statements": lambda: alter(template),
            },
            rounds=options.rounds,
        )
    title = f"{options.messages:,} messages, {options.embeddings:,} vectors of {options.dimension}"
    show_samples(title, samples)
    return [
        Finding(
            "adoption of a database, speed to the bare statements'",
            ratios(samples, "bare statements", "adoption"),
            at_least=0.5,
        )
    ]


def build(client: Client, options: Namespace) -> None:
    """Run the files and store rows; their triggers would refuse each message."""
    for path in sorted(FILES.glob("*.sql")):
        client.execute(path.read_text(encoding="utf-8").replace(EXTENSION, FUNCTION))
    client.execute("ALTER TABLE messages DISABLE TRIGGER USER")
    client.execute(f"UPDATE embedding_models SET dimension = {options.dimension}")
    for statement in (CONVERSATIONS, MESSAGES, EMBEDDINGS):
        client.execute(statement.format(**vars(options)))
    client.execute("ALTER TABLE messages ENABLE TRIGGER USER")
    client.execute("VACUUM (ANALYZE)")


def adopt(template: str, options: Namespace) -> float:
    """Return how many seconds all of an adoption takes, commit included."""
    with database("adopt", migrated=False, template=template) as name:
        with connect(name) as client:
            client.execute("CHECKPOINT")
            (model,) = client.execute("SELECT id FROM embedding_models").fetchone()
        start = perf_counter()
        connection = connections[ALIAS]
        with transaction.atomic(using=ALIAS):
            set_aside_history(connection)
            MigrationExecutor(connection).migrate(list(PREREQUISITES[3]))
            summary = transform(
                connection,
                stage=3,
                models={options.dimension: model},
                keep_arrays=False,
                say=lambda text: None,
            )
            recorder = MigrationRecorder(connection)
            for app, migration in summary.migrations:
                recorder.record_applied(app, migration)
        return perf_counter() - start


def alter(template: str) -> float:
    """Return how many seconds the bare statements take, commit included."""
    conversations = Path(apps.get_app_config("assistant_conversations").path)
    function = conversations / "sql" / "0004_create_search_function.sql"
    with (
        database("adopt", migrated=False, template=template) as name,
        connect(name) as client,
    ):
        client.execute("CHECKPOINT")
        start = perf_counter()
        with client.transaction():
            client.execute("CREATE EXTENSION vector")
            for path in (function, BARE):
                client.execute(path.read_text(encoding="utf-8"))
        return perf_counter() - start


if __name__ == "__main__":
    main(run, add_arguments, __doc__)
