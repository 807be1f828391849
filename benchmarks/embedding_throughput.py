"""Embedding texts through the backend, against fastembed called directly with the same batches.

Both have the same model, all-MiniLM-L6-v2, in a process of its own, whose peak of memory counts.
The direct call gets the texts in the order in which the backend's batches have them: what is
measured is what checking and converting the vectors costs.
"""

import resource
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from time import perf_counter

from benchmarks.databases import set_up_django
from benchmarks.measure import Finding, at_least_one, interleave, main, ratios, show_samples
from benchmarks.minilm import MODEL, folder

DIRECT, OURS = "fastembed called directly", "embed_texts"
MIBIBYTE = 1024 * 1024


def add_arguments(parser: ArgumentParser) -> None:
    """Take how much to embed."""
    parser.add_argument("--texts", type=at_least_one, default=128)
    parser.add_argument("--batch-size", type=at_least_one, default=16)


def run(options: Namespace) -> list[Finding]:
    """Measure, print the speeds, and return the ratio and the memory."""
    context = get_context("spawn")
    contenders: dict[str, Callable[[], float]] = {}
    workers = []
    for name in (DIRECT, OURS):
        here, there = context.Pipe()
        arguments = (there, name, folder(), options.texts, options.batch_size)
        worker = context.Process(target=serve, args=arguments, daemon=True)
        worker.start()
        workers.append((here, worker))
        contenders[name] = partial(ask, here)
    for contender in contenders.values():
        contender()  # warm
    samples = interleave(contenders, rounds=options.rounds)
    peaks = {}
    for name, (here, worker) in zip(contenders, workers, strict=True):
        here.send(False)
        peaks[name] = here.recv()
        worker.join()
    title = f"{options.texts:,} texts of up to 256 tokens, {options.batch_size} at a time"
    show_samples(title, samples, rows=options.texts)
    return [
        Finding("Embedding, speed to the library's", ratios(samples, DIRECT, OURS), at_least=0.9),
        Finding("Embedding, peak memory", [peaks[OURS]], at_most=2048, unit=" MiB"),
        Finding("The library called directly, peak memory", [peaks[DIRECT]], unit=" MiB"),
    ]


def ask(connection: Connection) -> float:
    """Let a worker embed all texts, and return how long that took."""
    connection.send(True)
    seconds: float = connection.recv()
    return seconds


def serve(connection: Connection, name: str, model: Path, texts: int, batch_size: int) -> None:
    """Embed whenever asked; at last, tell the peak of memory."""
    embed = (direct if name == DIRECT else ours)(model, batch_size)
    passages = make_texts(texts)
    while connection.recv():
        start = perf_counter()
        assert embed(passages) == texts
        connection.send(perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    connection.send(peak / MIBIBYTE if sys.platform == "darwin" else peak / 1024)


def direct(model: Path, batch_size: int) -> Callable[[list[str]], int]:
    """Return fastembed's own way."""
    from fastembed import TextEmbedding  # noqa: PLC0415

    embedding = TextEmbedding(MODEL, specific_model_path=str(model))

    def embed(texts: list[str]) -> int:
        texts = sorted(texts, key=len, reverse=True)
        return len(list(embedding.embed(texts, batch_size=batch_size)))

    return embed


def ours(model: Path, batch_size: int) -> Callable[[list[str]], int]:
    """Return the way of a worker of the queue."""
    set_up_django()
    from assistant.embeddings.backends import ModelSpec, embed_texts, load_backend  # noqa: PLC0415

    spec = ModelSpec(MODEL, 384, str(model), "fastembed", {"batch_size": batch_size})
    backend = load_backend(spec)
    return lambda texts: len(embed_texts(backend, spec, texts))


def make_texts(count: int) -> list[str]:
    """Return passages as long as chunks are, some shorter."""
    chosen = Random(1)  # noqa: S311
    words = Path(__file__).read_text().split()
    return [" ".join(chosen.choices(words, k=chosen.randint(10, 90))) for _ in range(count)]


if __name__ == "__main__":
    main(run, add_arguments, __doc__)
