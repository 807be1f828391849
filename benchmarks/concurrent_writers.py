"""Writers of unsorted batches of messages, while others delete the conversations.

Each transaction is one statement. Writers insert messages into random conversations of those that
are there; deleters delete several conversations, in random order, and make as many new ones in a
second transaction, all as fast as they can. Counted by SQLSTATE:

* refused: 23503, a message of a conversation that was deleted after the statement began. That is
  what a foreign key is for, so it is no failure, in whatever design.
* failed: everything else, such as 40P01 (deadlock).

Two deletes of the same rows in different orders deadlock without any trigger, so each deleter has
conversations of its own. After each round all messages are counted and compared with the
statistics. The bounds hold for every round.
"""

import random
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Event

import psycopg

from benchmarks.databases import Client, connect, database
from benchmarks.measure import Finding, at_least_one, main, show_progress
from benchmarks.peers import make_conversations, make_peer, settle

SCHEMAS = {"public": "triggers", "unsorted": "unsorted triggers", "files": "files' triggers"}
SUCCESS = "00000"
FOREIGN_KEY_VIOLATION = "23503"

INSERT = """
    INSERT INTO messages (conversation_id, role, content, token_count)
    SELECT w.id, 'user', 'One of twenty messages of a batch', 7
    FROM unnest(%s::uuid[]) WITH ORDINALITY AS w (id, number)
    WHERE EXISTS (SELECT FROM conversations AS c WHERE c.id = w.id)
    ORDER BY w.number
"""
DELETE = "DELETE FROM conversations AS c USING unnest(%s::uuid[]) AS w (id) WHERE c.id = w.id"
# With these the rows are locked in the order of the array.
IN_THE_GIVEN_ORDER = "SET enable_hashjoin TO off; SET enable_mergejoin TO off"
WRONG_STATISTICS = """
    SELECT count(*)
    FROM (
        SELECT conversation_id, count(*), sum(token_count) AS tokens
        FROM messages GROUP BY conversation_id
    ) AS m
    FULL JOIN conversation_stats AS s USING (conversation_id)
    WHERE (COALESCE(m.count, 0), COALESCE(m.tokens, 0))
        IS DISTINCT FROM (s.total_messages, s.total_tokens)
"""

RANDOM = random.SystemRandom()


@dataclass
class Outcome:
    """How many transactions ended in which way, by what they did and their SQLSTATE."""

    ended: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong_statistics: int = 0

    def add(self, other: "Outcome") -> None:
        """Add what others did."""
        self.ended += other.ended
        self.wrong_statistics += other.wrong_statistics

    def count(self, sqlstate: str) -> int:
        """Return how many ended with this SQLSTATE."""
        return sum(n for (_, state), n in self.ended.items() if state == sqlstate)

    @property
    def failed(self) -> Counter[tuple[str, str]]:
        """Return what failed, without what a foreign key refused."""
        good = {SUCCESS, FOREIGN_KEY_VIOLATION}
        return Counter({key: n for key, n in self.ended.items() if key[1] not in good})

    def __str__(self) -> str:
        states = [f"{kind} {state}: {n:,}" for (kind, state), n in sorted(self.failed.items())]
        return (
            f"{self.ended.total():>7,} transactions,"
            f" {self.count(FOREIGN_KEY_VIOLATION):>5,} refused,"
            f" {self.failed.total():>5,} failed ({', '.join(states) or 'none'});"
            f" {self.wrong_statistics} conversations with wrong statistics"
        )


def add_arguments(parser: ArgumentParser) -> None:
    """Take who writes and deletes how much."""
    parser.add_argument("--seconds", type=float, default=10, help="of each contender in a round")
    parser.add_argument("--writers", type=at_least_one, default=8)
    parser.add_argument("--deleters", type=int, default=2)
    parser.add_argument("--conversations", type=at_least_one, default=100)
    parser.add_argument("--batch", type=at_least_one, default=20, help="messages a transaction")
    parser.add_argument("--deleted", type=int, default=5, help="conversations a transaction")


def run(options: Namespace) -> list[Finding]:
    """Let the contenders work, print what became of the transactions, return the failures."""
    totals = {schema: Outcome() for schema in SCHEMAS}
    failures: dict[str, list[float]] = {schema: [] for schema in SCHEMAS}
    wrong: dict[str, list[float]] = {schema: [] for schema in SCHEMAS}
    with database("writers") as name, connect(name) as owner:
        for schema in ("unsorted", "files"):
            make_peer(owner, schema)
        for number in range(1, options.rounds + 1):
            for schema, label in SCHEMAS.items():
                show_progress(f"round {number} of {options.rounds}: {label}")
                outcome = work(name, schema, options)
                totals[schema].add(outcome)
                share = outcome.failed.total() / max(outcome.ended.total(), 1)
                failures[schema].append(100 * share)
                wrong[schema].append(outcome.wrong_statistics)
    print(
        f"\n{options.writers} writers of {options.batch} messages each, {options.deleters} deleters"
        f" of {options.deleted} conversations each, {options.conversations} conversations,"
        f" {options.rounds} rounds of {options.seconds:g} s"
    )
    for schema, label in SCHEMAS.items():
        print(f"  {label:<20} {totals[schema]}")
    return [
        Finding(
            f"{what}, {label}",
            rounds[schema],
            at_most=0 if schema == "public" else None,
            unit=unit,
            every_round=True,
        )
        for what, rounds, unit in (
            ("failed transactions", failures, " %"),
            ("conversations with wrong statistics", wrong, ""),
        )
        for schema, label in SCHEMAS.items()
    ]


def work(name: str, schema: str, options: Namespace) -> Outcome:
    """Return how many transactions ended in which way, and how many statistics are wrong."""
    stop = Event()
    with connect(name, schema=schema) as client:
        client.execute("TRUNCATE conversations CASCADE")
        conversations = make_conversations(client, options.conversations)
        settle(client)

        def write(client: Client, outcome: Outcome) -> None:
            keys = RANDOM.choices(conversations, k=options.batch)
            attempt(outcome, "write", lambda: client.execute(INSERT, [keys]))

        def delete(first: int, client: Client, outcome: Outcome) -> None:
            own = range(first, len(conversations), options.deleters)
            places = RANDOM.sample(own, k=min(options.deleted, len(own)))
            keys = [conversations[place] for place in places]
            if attempt(outcome, "delete", lambda: client.execute(DELETE, [keys])):
                new = make_conversations(client, len(keys))
                for place, key in zip(places, new, strict=True):
                    conversations[place] = key

        workers = [write] * options.writers
        workers += [partial(delete, number) for number in range(options.deleters)]
        with ThreadPoolExecutor(len(workers)) as pool:
            try:
                runs = [pool.submit(repeat, name, schema, worker, stop) for worker in workers]
                stop.wait(options.seconds)
            finally:
                stop.set()
            outcome = Outcome()
            for run in runs:
                outcome.add(run.result())
        (outcome.wrong_statistics,) = client.execute(WRONG_STATISTICS).fetchone()
        return outcome


def repeat(
    name: str, schema: str, worker: Callable[[Client, Outcome], None], stop: Event
) -> Outcome:
    """Let a worker go on, on a connection of its own, until it is told to stop."""
    outcome = Outcome()
    with connect(name, schema=schema) as client:
        client.execute(IN_THE_GIVEN_ORDER)
        while not stop.is_set():
            worker(client, outcome)
    return outcome


def attempt(outcome: Outcome, kind: str, transaction: Callable[[], object]) -> bool:
    """Run a transaction, count how it ended, and return whether it is done."""
    try:
        transaction()
    except psycopg.Error as error:
        if error.sqlstate is None:  # the connection is lost, not a transaction
            raise
        outcome.ended[kind, error.sqlstate] += 1
        return False
    outcome.ended[kind, SUCCESS] += 1
    return True


if __name__ == "__main__":
    main(run, add_arguments, __doc__)
