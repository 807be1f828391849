"""Contenders that take turns, and the ratios between them."""

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.databases import facts, set_up_django

Samples = dict[str, list[float]]


@dataclass(frozen=True)
class Finding:
    """What was compared, its value in every round, and what it should be."""

    name: str
    rounds: list[float]
    at_least: float | None = None
    at_most: float | None = None
    unit: str = ""
    decimals: int = 2
    every_round: bool = False  # the bound holds for each round, not for their median only

    @property
    def median(self) -> float:
        """Return the value that counts."""
        return median(self.rounds)

    @property
    def target(self) -> str:
        """Return the bound, and whether it was kept."""
        judged = self.rounds if self.every_round else [self.median]
        if self.at_least is not None:
            return f">= {self.at_least:g} {'met' if min(judged) >= self.at_least else 'MISSED'}"
        if self.at_most is not None:
            return f"<= {self.at_most:g} {'met' if max(judged) <= self.at_most else 'MISSED'}"
        return "-"

    def row(self) -> str:
        """Return one line of the table of findings."""
        low, high = (f"{value:.{self.decimals}f}" for value in (min(self.rounds), max(self.rounds)))
        value = f"{self.median:.{self.decimals}f}{self.unit}"
        return f"{self.name:<72} {value:>9} {low + ' to ' + high:>17}  {self.target}"


def interleave(contenders: Mapping[str, Callable[[], float]], *, rounds: int) -> Samples:
    """Let each contender run once a round, A B C A B C, and return what each returned."""
    samples: Samples = {name: [] for name in contenders}
    for number in range(1, rounds + 1):
        for name, run in contenders.items():
            show_progress(f"round {number} of {rounds}: {name}")
            samples[name].append(run())
    show_progress("")
    return samples


def show_progress(text: str) -> None:
    """Say on a terminal what is being done, on a line that the next one replaces."""
    if sys.stderr.isatty():
        print(f"  {text}", end="\033[K\r", file=sys.stderr, flush=True)


def ratios(samples: Samples, dividend: str, divisor: str) -> list[float]:
    """Return the quotient of two contenders, round by round."""
    return [a / b for a, b in zip(samples[dividend], samples[divisor], strict=True)]


def show_samples(title: str, samples: Samples, *, rows: int = 0) -> None:
    """Print every contender's median, and how many rows a second that is."""
    print(f"\n{title}")
    for name, values in samples.items():
        speed = f"{rows / median(values):>12,.0f} rows/s" if rows else ""
        low, middle, high = (_seconds(v) for v in (min(values), median(values), max(values)))
        print(f"  {name:<40} {middle:>10} {f'{low} to {high}':>24}{speed}")


def show_findings(findings: Iterable[Finding]) -> None:
    """Print every finding: its median, smallest and largest round, and its target."""
    print(f"\n{'ratio':<72} {'median':>9} {'rounds':>17}  target")
    for finding in findings:
        print(finding.row())


def at_least_one(text: str) -> int:
    """Read an argument that is a size."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


def main(
    run: Callable[[Namespace], list[Finding]],
    add_arguments: Callable[[ArgumentParser], None],
    description: str | None,
    arguments: list[str] | None = None,
) -> None:
    """Run one benchmark from the command line."""
    parser = ArgumentParser(description=description)
    parser.add_argument("--rounds", type=at_least_one, default=5)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    set_up_django()
    print(facts())
    show_findings(run(options))


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.2f} ms"
