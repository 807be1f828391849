"""Pages of the admin site over many messages, against few, and against Django's stock pages.

The time is the server's: from the request to the last byte of the answer, without a network.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.databases import ALIAS, Client, connect, database
from benchmarks.measure import (
    Finding,
    Samples,
    at_least_one,
    interleave,
    main,
    ratios,
    show_samples,
)

SMALL = "benchmark_small"
SQL = Path(__file__).with_name("sql") / "chats.sql"
MESSAGES = 20  # of each conversation

FILL = """
    INSERT INTO messages (conversation_id, role, content, token_count, timestamp, model_name)
    SELECT id, CASE WHEN m % 2 = 0 THEN 'user' ELSE 'assistant' END,
        (
            SELECT string_agg('word' || floor(exp(random() * ln(50000)))::int, ' ')
            FROM generate_series(1, 5 + (random() * 70)::int + 0 * m)
        ),
        m, created_at + m * interval '20 seconds', CASE WHEN m % 2 = 1 THEN 'model-' || m % 4 END
    FROM conversations, generate_series(1, :messages) AS m
    WHERE hashtext(id::text) & 63 = :part
"""

# About 84 %, 3.5 % and 0.6 % of the messages hold these words: few messages fill a page, too.
WORDS = {"frequent": "word1", "common": "word100", "uncommon": "word600"}


class Router:
    """Sends everything to the database whose turn it is."""

    alias = ALIAS

    def db_for_read(self, model: Any, **hints: Any) -> str:
        """Return that database."""
        return self.alias

    db_for_write = db_for_read

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        """Let rows of one database refer to each other."""
        return True


def fill(client: Client, conversations: int) -> None:
    """Store conversations and their messages."""
    values = {"people": max(conversations // 10, 1), "conversations": conversations}
    client.execute(_with_values(SQL.read_text(encoding="utf-8"), **values))
    for part in range(64):
        client.execute(_with_values(FILL, messages=MESSAGES, part=part))
    client.execute("VACUUM (ANALYZE)")


def _with_values(text: str, **values: int) -> str:
    for name, value in values.items():
        text = text.replace(f":{name}", str(value))
    return text


def pages() -> dict[str, str]:
    """Return the address of each page."""
    from assistant.conversations.models import Conversation  # noqa: PLC0415

    site = "/admin/assistant_conversations"
    thread = Conversation.objects.recent_first().values_list("pk", flat=True)[:1].get()
    return {
        "index": "/admin/",
        "conversations": f"{site}/conversation/",
        "conversations, page 5": f"{site}/conversation/?p=5",
        "messages": f"{site}/message/",
        "thread": f"{site}/conversation/{thread}/change/",
        **{f"{kind} word": f"{site}/message/?q={word}" for kind, word in WORDS.items()},
    }


@contextmanager
def browser(router: Router) -> Iterator[Any]:
    """Log a superuser in, and return a function that times a page of the router's database."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.test import override_settings  # noqa: PLC0415
    from django.test.client import Client as Browser  # noqa: PLC0415

    with override_settings(
        DATABASE_ROUTERS=[router],
        ROOT_URLCONF="benchmarks.admin_urls",
        ALLOWED_HOSTS=["testserver"],
        SESSION_COOKIE_SECURE=False,
    ):
        clients = {}
        for alias in (ALIAS, SMALL):
            router.alias = alias
            user = get_user_model().objects.create_superuser("visitor", "v@example.org", "x")
            clients[alias] = Browser()
            clients[alias].force_login(user)

        def visit(alias: str, address: str) -> float:
            router.alias = alias
            start = perf_counter()
            response = clients[alias].get(address)
            seconds = perf_counter() - start
            assert response.status_code == 200, (address, response.status_code)
            return seconds

        yield visit


def add_arguments(parser: ArgumentParser) -> None:
    """Take how many conversations there are."""
    parser.add_argument("--conversations", type=at_least_one, default=50_000)
    parser.add_argument("--small", type=at_least_one, default=500)


def run(options: Namespace) -> list[Finding]:
    """Measure, print the times, and return the ratios."""
    router = Router()
    with ExitStack() as stack:
        for alias, conversations in ((ALIAS, options.conversations), (SMALL, options.small)):
            name = stack.enter_context(database(alias, alias=alias))
            with connect(name) as client:
                fill(client, conversations)
        visit = stack.enter_context(browser(router))
        contenders = {}
        for alias, size in ((ALIAS, "large"), (SMALL, "small")):
            router.alias = alias
            for name, address in pages().items():
                contenders[f"{name}, {size}"] = partial(visit, alias, address)
        for name, address in (("messages", ""), ("uncommon word", f"?q={WORDS['uncommon']}")):
            stock = f"/stock/assistant_conversations/message/{address}"
            contenders[f"{name}, stock"] = partial(visit, ALIAS, stock)
        for contend in contenders.values():  # templates and caches
            contend()
        samples = interleave(contenders, rounds=options.rounds)
        names = list(pages())
    total = options.conversations * MESSAGES
    show_samples(f"Pages over {total:,} messages and {options.small * MESSAGES:,}", samples)
    return [finding for name in names for finding in findings(name, samples)]


def findings(name: str, samples: Samples) -> Iterator[Finding]:
    """Yield a page's time, its ratio to few messages', and to the stock page's."""
    large = samples[f"{name}, large"]
    milliseconds = [seconds * 1000 for seconds in large]
    yield Finding(f"{name}: server time", milliseconds, at_most=300, unit=" ms")
    growth = ratios(samples, f"{name}, large", f"{name}, small")
    yield Finding(f"{name}: time to that over few messages", growth, at_most=1.5)
    if f"{name}, stock" in samples:
        speed = ratios(samples, f"{name}, stock", f"{name}, large")
        yield Finding(f"{name}: speed to the stock page's", speed)


if __name__ == "__main__":
    main(run, add_arguments, __doc__)
