"""COPY of many messages over many conversations, in one transaction.

Against the same tables without triggers, and against the triggers of the SQL files. The messages
are in the order of their time, so those of one conversation lie scattered.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from time import perf_counter

from benchmarks.databases import Client, connect, database
from benchmarks.measure import Finding, at_least_one, interleave, main, ratios, show_samples
from benchmarks.peers import make_conversations, make_peer, settle

COPY = (
    "COPY messages (conversation_id, role, content, token_count, model_name, generation_time) "
    "FROM STDIN"
)
CONTENT = "This is what somebody said, as long as one or two lines of a chat usually are: {}."


def message_lines(conversations: Sequence[str], rows: int) -> bytes:
    """Return messages in COPY's text format, one of each conversation after another."""
    lines = []
    for number in range(rows):
        conversation = conversations[number % len(conversations)]
        answer = number // len(conversations) % 2
        role, model, seconds = ("assistant", "gpt", "1.25") if answer else ("user", r"\N", r"\N")
        content = CONTENT.format(number)
        lines.append(f"{conversation}\t{role}\t{content}\t{number % 300}\t{model}\t{seconds}\n")
    return "".join(lines).encode()


def copy(client: Client, lines: bytes) -> float:
    """Return how many seconds COPY takes, commit included."""
    start = perf_counter()
    with client.cursor().copy(COPY) as stream:
        stream.write(lines)
    return perf_counter() - start


def add_arguments(parser: ArgumentParser) -> None:
    """Take how much to store."""
    parser.add_argument("--rows", type=at_least_one, default=200_000)
    parser.add_argument("--conversations", type=at_least_one, default=1_000)


def run(options: Namespace) -> list[Finding]:
    """Measure, print the speeds, and return the ratios."""
    with database("copy") as name, connect(name) as owner:

        def contender(schema: str, *, known: bool) -> float:
            # New conversations have no row of statistics yet; known ones have.
            with connect(name, schema=schema) as client:
                client.execute("TRUNCATE conversations CASCADE")
                conversations = make_conversations(client, options.conversations)
                if known:
                    copy(client, message_lines(conversations, len(conversations)))
                    client.execute("DELETE FROM messages")
                settle(client)
                return copy(client, message_lines(conversations, options.rows))

        for schema in ("bare", "files"):
            make_peer(owner, schema)
        samples = interleave(
            {
                "triggers, new conversations": lambda: contender("public", known=False),
                "triggers, known conversations": lambda: contender("public", known=True),
                "no triggers": lambda: contender("bare", known=True),
                "files' triggers": lambda: contender("files", known=False),
            },
            rounds=options.rounds,
        )
    title = f"COPY of {options.rows:,} messages over {options.conversations:,} conversations"
    show_samples(title, samples, rows=options.rows)
    findings = []
    for kind in ("new", "known"):
        ours = f"triggers, {kind} conversations"
        findings += [
            Finding(
                f"COPY into {kind} conversations, speed to no triggers'",
                ratios(samples, "no triggers", ours),
                at_least=0.9,
            ),
            Finding(
                f"COPY into {kind} conversations, speed to the files' triggers'",
                ratios(samples, "files' triggers", ours),
                at_least=4,
            ),
        ]
    return findings


if __name__ == "__main__":
    main(run, add_arguments, __doc__)
