"""Those who search while something else goes on, in a process of their own."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from statistics import quantiles
from threading import Event, Thread
from time import time

import numpy as np
from django.db import connections

from benchmarks.databases import ALIAS, set_up_django

THREADS = 2
PAUSE = 0.25  # seconds between two searches of a thread
MODES = ("hybrid", "vector", "hybrid", "keyword")


@dataclass(frozen=True)
class Asked:
    """One search: when it began, how long it took, what came of it."""

    at: float
    seconds: float
    found: int
    error: str = ""


def serve(pipe: Connection, name: str) -> None:
    """Search until told to stop, and tell of each search."""
    os.environ["BENCHMARK_DATABASE"] = name
    set_up_django()
    connections.databases[ALIAS] = {**connections.databases["default"], "NAME": name}
    done, asked = Event(), list[Asked]()
    threads = [Thread(target=ask, args=(number, done, asked)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    pipe.recv()
    done.set()
    for thread in threads:
        thread.join()
    pipe.send(asked)


def ask(number: int, done: Event, asked: list[Asked]) -> None:
    """Search again and again."""
    from assistant.embeddings.search import search  # noqa: PLC0415

    random = np.random.default_rng(number)
    count = 0
    while not done.wait(PAUSE):
        words = (20_000 ** random.random(6)).astype(int)
        question = " ".join(f"word{word}" for word in words)
        start, found, error = time(), 0, ""
        try:
            mode = MODES[count % len(MODES)]
            found = len(search(question, user=None, mode=mode, using=ALIAS))
        except Exception as problem:
            error = repr(problem)
        count += 1
        asked.append(Asked(start, time() - start, found, error))
    connections[ALIAS].close()


def show(name: str, part: Sequence[Asked], seconds: float) -> float:
    """Print one step's latencies, and return the 95th percentile."""
    times = sorted(1000 * one.seconds for one in part)
    cuts = quantiles(times, n=20) if len(times) > 1 else [float("nan")] * 19
    longest = times[-1] if times else float("nan")
    print(
        f"{name:<12}{seconds:>9.1f}{len(times):>10}"
        f"{cuts[9]:>7.1f} ms{cuts[18]:>7.1f} ms{longest:>7.1f} ms"
    )
    return cuts[18]
