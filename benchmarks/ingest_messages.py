"""ingest_messages from Python, against Django's bulk_create.

All triggers are there for both. bulk_create gets instances that are made before the clock starts:
plain ones, and ones that bring key, time and configuration, which spares Django an expression a
row. Of its batch sizes the fastest counts. ingest_messages gets mappings, or plain instances.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.utils import timezone

from benchmarks.databases import ALIAS, connect, database
from benchmarks.measure import Finding, at_least_one, interleave, main, ratios, show_samples
from benchmarks.peers import settle

Store = Callable[[list[Any]], object]
CONTENT = "This is what somebody said, as long as one or two lines of a chat usually are: {}."


def add_arguments(parser: ArgumentParser) -> None:
    """Take how much to store."""
    parser.add_argument("--rows", type=at_least_one, default=50_000)
    parser.add_argument("--conversations", type=at_least_one, default=1_000)
    parser.add_argument(
        "--batch-sizes",
        type=at_least_one,
        nargs="+",
        default=[1_000, 10_000],
        help="of bulk_create",
    )


def run(options: Namespace) -> list[Finding]:
    """Measure, print the speeds, and return the ratios."""
    # Not before Django is set up.
    from assistant.conversations.models import Conversation, Message  # noqa: PLC0415
    from assistant.conversations.services import ingest_messages  # noqa: PLC0415

    with database("ingest") as name, connect(name) as owner:
        user = get_user_model().objects.using(ALIAS).get()

        def measured(store: Store, make: Callable[[dict[str, Any]], Any]) -> float:
            owner.execute("TRUNCATE conversations CASCADE")
            conversations = Conversation.objects.using(ALIAS).bulk_create(
                Conversation(user=user) for _ in range(options.conversations)
            )
            keys = [conversation.pk for conversation in conversations]
            rows = [make(row) for row in message_rows(keys, options.rows)]
            settle(owner)
            start = perf_counter()
            store(rows)
            seconds = perf_counter() - start
            assert Message.objects.using(ALIAS).count() == options.rows
            return seconds

        def plain(row: dict[str, Any]) -> Any:
            return Message(**row)

        def complete(row: dict[str, Any]) -> Any:
            return Message(id=uuid4(), timestamp=timezone.now(), generation_config={}, **row)

        def ingest(rows: list[Any]) -> object:
            return ingest_messages(rows, using=ALIAS)

        def bulk_create(size: int) -> Store:
            return lambda rows: Message.objects.using(ALIAS).bulk_create(rows, batch_size=size)

        contenders = {
            "ingest_messages of mappings": partial(measured, ingest, dict),
            "ingest_messages of instances": partial(measured, ingest, plain),
        }
        for size in options.batch_sizes:
            for kind, make in (("plain", plain), ("complete", complete)):
                label = f"bulk_create of {kind} instances, {size:,} at a time"
                contenders[label] = partial(measured, bulk_create(size), make)
        samples = interleave(contenders, rounds=options.rounds)
    title = f"{options.rows:,} messages over {options.conversations:,} conversations from Python"
    show_samples(title, samples, rows=options.rows)
    findings = []
    for kind, at_least in (("plain", 4), ("complete", None)):
        times = [v for label, v in samples.items() if f"bulk_create of {kind}" in label]
        fastest = min(times, key=median)
        findings += [
            Finding(
                f"ingest_messages of {rows}, speed to bulk_create's of {kind} instances",
                ratios({**samples, "peer": fastest}, "peer", f"ingest_messages of {rows}"),
                at_least=at_least,
            )
            for rows in ("mappings", "instances")
        ]
    return findings


def message_rows(conversations: list[Any], rows: int) -> Iterable[dict[str, Any]]:
    """Yield messages, one of each conversation after another."""
    for number in range(rows):
        answer = number // len(conversations) % 2
        yield {
            "conversation_id": conversations[number % len(conversations)],
            "role": "assistant" if answer else "user",
            "content": CONTENT.format(number),
            "token_count": number % 300,
            "model_name": "gpt" if answer else None,
            "generation_time": 1.25 if answer else None,
        }


if __name__ == "__main__":
    main(run, add_arguments, __doc__)
