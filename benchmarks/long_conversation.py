"""Messages of one long conversation.

One INSERT into a long conversation and into a short one: each is a transaction that does not wait
for the disk, which would hide the difference. And COPY of many messages into one conversation,
which the triggers of the SQL files count again for each of them: that takes minutes, so they run
in the first rounds only (``--slow-rounds``), and every round is compared with their median.
"""

from argparse import ArgumentParser, Namespace
from statistics import median
from time import perf_counter

from benchmarks.copy_messages import copy, message_lines
from benchmarks.databases import Client, connect, database
from benchmarks.measure import (
    Finding,
    Samples,
    at_least_one,
    interleave,
    main,
    ratios,
    show_samples,
)
from benchmarks.peers import make_conversations, make_peer, settle

INSERT = (
    "INSERT INTO messages (conversation_id, role, content, token_count) "
    "VALUES (%s, 'user', 'One more message of a conversation', 7) RETURNING id"
)
SCHEMAS = {"public": "triggers", "bare": "no triggers", "files": "files' triggers"}


def add_arguments(parser: ArgumentParser) -> None:
    """Take how long the conversations are."""
    parser.add_argument("--short", type=at_least_one, default=10)
    parser.add_argument("--long", type=at_least_one, default=100_000)
    parser.add_argument("--inserts", type=at_least_one, default=200, help="of each kind in a round")
    parser.add_argument(
        "--rows", type=at_least_one, default=20_000, help="copied into one conversation"
    )
    parser.add_argument(
        "--slow-rounds", type=at_least_one, default=1, help="of that by the files' triggers"
    )


def run(options: Namespace) -> list[Finding]:
    """Measure, print the speeds, and return the ratios."""
    with database("conversation") as name, connect(name) as owner:
        for schema in ("bare", "files"):
            make_peer(owner, schema)
        return [*compare_inserts(name, options), *compare_copies(name, options)]


def compare_inserts(name: str, options: Namespace) -> list[Finding]:
    """Compare an INSERT into a long conversation with one into a short one."""
    clients = {schema: connect(name, schema=schema) for schema in SCHEMAS}
    conversations = {schema: make_pair(clients[schema], schema, options) for schema in SCHEMAS}
    samples: Samples = {}
    for _ in range(options.rounds):
        for schema, client in clients.items():
            settle(client)
            for length, seconds in insert_in_turns(client, conversations[schema], options).items():
                label = f"{SCHEMAS[schema]}, after {length:,} messages"
                samples.setdefault(label, []).append(seconds)
    for client in clients.values():
        client.close()
    show_samples(f"One INSERT, median of {options.inserts}", samples)
    return [
        Finding(
            f"one INSERT after {options.long:,} messages, time to one after {options.short:,}"
            + ("" if schema == "public" else f": {contender}"),
            ratios(
                samples,
                f"{contender}, after {options.long:,} messages",
                f"{contender}, after {options.short:,} messages",
            ),
            at_most=1.25 if schema == "public" else None,
        )
        for schema, contender in SCHEMAS.items()
    ]


def make_pair(client: Client, schema: str, options: Namespace) -> dict[int, str]:
    """Store a short conversation and a long one, and return their keys by their length."""
    short, long = make_conversations(client, 2)
    if schema == "files":  # theirs would take an hour; they count all with the first INSERT
        client.execute("SET session_replication_role TO replica")
    copy(client, message_lines([short], options.short))
    copy(client, message_lines([long], options.long))
    client.execute("SET session_replication_role TO DEFAULT")
    client.execute("SET synchronous_commit TO off")
    for conversation in (short, long):
        insert(client, conversation)
    return {options.short: short, options.long: long}


def insert_in_turns(
    client: Client, conversations: dict[int, str], options: Namespace
) -> dict[int, float]:
    """Return the median seconds of an INSERT into each conversation, by its length."""
    seconds: dict[int, list[float]] = {length: [] for length in conversations}
    order = list(conversations)
    for _ in range(options.inserts):
        for length in order:
            seconds[length].append(insert(client, conversations[length]))
        order.reverse()  # being first or second must not matter
    return {length: median(values) for length, values in seconds.items()}


def insert(client: Client, conversation: str) -> float:
    """Return how many seconds an INSERT takes; afterwards the message is deleted again."""
    start = perf_counter()
    (key,) = client.execute(INSERT, [conversation]).fetchone()
    seconds = perf_counter() - start
    client.execute("DELETE FROM messages WHERE id = %s", [key])
    return seconds


def compare_copies(name: str, options: Namespace) -> list[Finding]:
    """Compare COPY into one conversation."""

    def contender(schema: str) -> float:
        with connect(name, schema=schema) as client:
            client.execute("TRUNCATE conversations CASCADE")
            conversations = make_conversations(client, 1)
            settle(client)
            return copy(client, message_lines(conversations, options.rows))

    slow = min(options.slow_rounds, options.rounds)
    peer = f"files' triggers, {slow} round{'s' if slow > 1 else ''}"
    fast = {
        "triggers": lambda: contender("public"),
        "no triggers": lambda: contender("bare"),
    }
    samples = interleave({**fast, peer: lambda: contender("files")}, rounds=slow)
    for label, values in interleave(fast, rounds=options.rounds - slow).items():
        samples[label] += values
    title = f"COPY of {options.rows:,} messages into one conversation"
    show_samples(title, samples, rows=options.rows)
    return [
        Finding(
            f"{title}, speed to the files' triggers' ({slow} of them)",
            [median(samples[peer]) / seconds for seconds in samples["triggers"]],
            at_least=80,
        )
    ]


if __name__ == "__main__":
    main(run, add_arguments, __doc__)
