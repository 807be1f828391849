"""Changing the embedding model of many passages while others search: add, build, activate, retire.

The steps are the command's own, at its pace. Those who search are another process, with two
threads that ask four times a second each, in all modes. Their latency meanwhile is compared with
their usual one: before, after, and in quiet times in which the build is held up, so that whatever
else the machine has to do counts in both.
"""

import itertools
import os
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from multiprocessing import get_context
from threading import Event
from time import sleep, time

from benchmarks.databases import ALIAS, Client, connect, database
from benchmarks.measure import Finding, at_least_one, main, show_progress
from benchmarks.searchers import Asked, serve, show

BACKEND = "benchmarks.scattered.Scattered"
# Steps in which nothing is changed, and those after them.
QUIET = {"before": "build", "after": "end"}

FILL = """
    WITH conversation AS (
        INSERT INTO conversations (user_id)
        SELECT (SELECT id FROM users LIMIT 1) FROM generate_series(1, 100) RETURNING id
    ), numbered AS (
        SELECT id, row_number() OVER () - 1 AS number FROM conversation
    )
    INSERT INTO messages (conversation_id, role, content)
    SELECT numbered.id, 'user', (
        SELECT string_agg('word' || (20000 ^ random())::int, ' ')
        FROM generate_series(1, 30 + 0 * row)
    )
    FROM generate_series(1, %s) AS row JOIN numbered ON numbered.number = row %% 100
"""

Time = tuple[float, float]


def add_arguments(parser: ArgumentParser) -> None:
    """Take how much there is."""
    parser.add_argument("--rows", type=at_least_one, default=100_000)
    parser.add_argument("--dimension", type=at_least_one, default=384)
    parser.add_argument("--new-dimension", type=at_least_one, default=384)
    parser.add_argument("--index-workers", type=int, default=0)
    parser.add_argument("--rest", type=float, default=None)
    parser.add_argument(
        "--usual", type=float, default=20, help="seconds of searches before, after, in between"
    )
    parser.add_argument("--nice", type=int, default=10, help="the command's priority")


def run(options: Namespace) -> list[Finding]:
    """Change the model once, and compare."""
    os.nice(options.nice)
    with database("change") as name, connect(name) as client:
        fill(client, options)
        context = get_context("spawn")
        here, there = context.Pipe()
        searcher = context.Process(target=serve, args=(there, name), daemon=True)
        searcher.start()
        sleep(min(5, options.usual))  # it warms up
        try:
            steps = {"before": time()}
            show_progress("searching as usual")
            sleep(options.usual)
            quiet = change(steps, options)
            steps["after"] = time()
            sleep(options.usual)
            steps["end"] = time()
            here.send(None)
            asked: list[Asked] = here.recv()
        finally:
            searcher.kill()
    quiet += [(steps[name], steps[after]) for name, after in QUIET.items()]
    return judge(asked, steps, quiet)


def fill(client: Client, options: Namespace) -> None:
    """Store the messages, and build the first model."""
    from assistant.embeddings.models import EmbeddingModel  # noqa: PLC0415
    from assistant.embeddings.queue.worker import Worker  # noqa: PLC0415

    show_progress(f"storing {options.rows:,} messages")
    EmbeddingModel.objects.using(ALIAS).update(
        name="former", backend=BACKEND, dimension=options.dimension, model_path=None
    )
    client.execute(FILL, [options.rows])
    show_progress("building the first model")
    Worker(using=ALIAS).run()
    client.execute("VACUUM ANALYZE")
    client.execute("CHECKPOINT")


def change(steps: dict[str, float], options: Namespace) -> list[Time]:
    """Take all steps, and note when each begins; return when the build was held up."""
    from assistant.embeddings.model_changes.activation import activate_model  # noqa: PLC0415
    from assistant.embeddings.model_changes.adding import add_model  # noqa: PLC0415
    from assistant.embeddings.model_changes.building import REST, Builder  # noqa: PLC0415
    from assistant.embeddings.model_changes.finding import find_model  # noqa: PLC0415
    from assistant.embeddings.model_changes.retirement import GRACE, retire_model  # noqa: PLC0415
    from assistant.embeddings.models import EmbeddingModel  # noqa: PLC0415
    from assistant.embeddings.queue.pacing import Pace  # noqa: PLC0415
    from assistant.embeddings.queue.reporting import Reporter  # noqa: PLC0415

    class Steps(Reporter):
        """Notes when the index begins."""

        def say(self, text: str) -> None:
            show_progress(text)
            if "building the index" in text:
                steps["index"] = time()

    quiet: list[Time] = []

    class Held(Pace):
        """Holds the build up now and then."""

        def pause(self, *, count: int, seconds: float, stop: Event) -> None:
            super().pause(count=count, seconds=seconds, stop=stop)
            now = time()
            if now - max([steps["build"], *(end for _start, end in quiet)]) > options.usual:
                stop.wait(options.usual)
                quiet.append((now, time()))

    new = EmbeddingModel(name="new", dimension=options.new_dimension, backend=BACKEND)
    add_model(new, using=ALIAS)
    steps["build"] = time()
    rest = REST if options.rest is None else options.rest
    builder = Builder(
        new,
        using=ALIAS,
        pace=Held(rest=rest),
        index_workers=options.index_workers,
        reporter=Steps(),
    )
    built = builder.run()
    assert built.completeness.covered == options.rows
    steps["activate"] = time()
    activate_model(new, using=ALIAS)
    sleep(options.usual)
    steps["retire"] = time()
    former = find_model("former", using=ALIAS)
    grace = min(GRACE, options.usual)
    retired = retire_model(former, using=ALIAS, grace=grace, reporter=Steps())
    assert retired.passages == options.rows
    return quiet


def judge(asked: Sequence[Asked], steps: dict[str, float], quiet: Sequence[Time]) -> list[Finding]:
    """Print how long searches took during each step, and return what counts."""
    names = list(steps)
    print(f"\n{'step':<12}{'seconds':>9}{'searches':>10}{'p50':>10}{'p95':>10}{'longest':>10}")
    usual = [
        one
        for one in asked
        if any(start <= one.at and one.at + one.seconds <= end for start, end in quiet)
    ]
    busy = [one for one in asked if one not in usual]
    p95s = {"usual": show("usual", usual, sum(end - start for start, end in quiet))}
    for name, following in itertools.pairwise(names):
        if name in QUIET:
            continue
        part = [one for one in busy if steps[name] <= one.at < steps[following]]
        p95s[name] = show(name, part, steps[following] - steps[name])
    ratio = show("during all", busy, steps["end"] - steps["before"]) / p95s["usual"]
    for one in asked:
        if one.error:
            print(f"  {one.error}")
    return [
        Finding("searches that failed", [sum(bool(one.error) for one in asked)], at_most=0),
        Finding("searches that found nothing", [sum(not one.found for one in asked)], at_most=0),
        Finding("p95 latency during the change to the usual", [ratio], at_most=2),
        *(
            Finding(f"p95 latency during {name} to the usual", [p95s[name] / p95s["usual"]])
            for name in p95s
            if name != "usual"
        ),
    ]


if __name__ == "__main__":
    main(run, add_arguments, __doc__)
