"""What a worker says: a line that is rewritten on a terminal, else plain lines, or JSON."""

import json
import time
from collections.abc import Callable
from typing import Any, TextIO

from assistant.embeddings.queue.outcomes import Outcome

__all__ = ["JSONReporter", "LineReporter", "Reporter"]

# Seconds between two reports.
INTERVAL = 5
TERMINAL_INTERVAL = 0.5

# Of the speed, so that an estimate follows a change within some reports.
SMOOTHING = 0.3


class Reporter:
    """Adds up what is done, and says nothing."""

    interval: float = INTERVAL

    def __init__(self) -> None:
        self.total = Outcome()
        self.rate = 0.0
        # Seconds of other work that comes after the texts.
        self.afterwards = 0
        self._since: tuple[float, int] | None = None

    def say(self, text: str) -> None:
        """Say something in a line."""

    def problem(self, name: str, text: str) -> None:
        """Say what is wrong with a model."""
        self.say(f"{name}: {text}" if name not in text else text)

    def idle(self) -> None:
        """Nothing is due: the next texts are not measured by this pause."""
        self._since = None

    def begin(self) -> None:
        """Measure from here on."""
        if self._since is None:
            self._since = (time.monotonic(), self.total.done)
            self.rate = 0.0

    def advance(self, outcome: Outcome, waiting: Callable[[], int]) -> None:
        """Add a batch, and report now and then."""
        for name in ("done", "computed", "retried", "failed", "postponed"):
            setattr(self.total, name, getattr(self.total, name) + getattr(outcome, name))
        now = time.monotonic()
        since, done = self._since or (now, self.total.done)
        if now - since >= self.interval and now > since:
            speed = (self.total.done - done) / (now - since)
            self.rate = speed if not self.rate else self.rate + SMOOTHING * (speed - self.rate)
            self._since = (now, self.total.done)
            self.report(waiting())

    def report(self, waiting: int) -> None:
        """Show where the work is."""

    def seconds_left(self, waiting: int) -> int | None:
        """Return the estimate, where there is a speed."""
        return round(waiting / self.rate) + self.afterwards if self.rate else None

    def step(
        self, event: str, name: str, *, done: int, total: int, seconds_left: int | None
    ) -> None:
        """Show how far other work is: of an index, of what is deleted."""

    def end(self, left: dict[str, int]) -> None:
        """Say what was done, and what is left."""


class LineReporter(Reporter):
    """For people."""

    def __init__(self, stream: TextIO, *, is_terminal: bool) -> None:
        super().__init__()
        self.stream = stream
        self.is_terminal = is_terminal
        self.interval = TERMINAL_INTERVAL if is_terminal else INTERVAL
        self._is_open = False

    def say(self, text: str) -> None:
        """Say something in a line of its own."""
        self._close()
        self.stream.write(f"{text}\n")
        self.stream.flush()

    def idle(self) -> None:
        """Leave the last report as it is."""
        super().idle()
        self._close()

    def report(self, waiting: int) -> None:
        """Show where the work is."""
        text = f"{self.total.done:,} done, {waiting:,} waiting, {self.rate:,.0f} a second"
        if (seconds := self.seconds_left(waiting)) is not None:
            text += f", {duration(seconds)} left"
        self._show(text)

    def step(
        self, event: str, name: str, *, done: int, total: int, seconds_left: int | None
    ) -> None:
        """Show how far other work is."""
        left = "" if seconds_left is None else f", {duration(seconds_left)} left"
        self._show(f"{name}: {done:,} of {total:,}{left}")

    def end(self, left: dict[str, int]) -> None:
        """Say what was done, and what is left."""
        total = self.total
        if total.done or not any(left.values()):
            made = f"; {total.computed:,} vectors computed" if total.computed else ""
            self.say(f"{total.done:,} texts done{made}." if total.done else "Nothing is waiting.")
        texts = {
            "taken": "{:,} texts are taken by other workers.",
            "later": "{:,} texts are tried again later.",
            "due": "{:,} texts are still waiting.",
            "failed": "{:,} texts have failed; to try them again: manage.py embed --retry-failed",
        }
        for name, count in left.items():
            if count:
                self.say(texts[name].format(count))

    def _show(self, text: str) -> None:
        if self.is_terminal:
            self.stream.write(f"\r{text:<79}")
            self.stream.flush()
            self._is_open = True
        else:
            self.say(text)

    def _close(self) -> None:
        if self._is_open:
            self.stream.write("\n")
        self._is_open = False


class JSONReporter(Reporter):
    """For machines: one object a line, named by its ``event``."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.stream = stream

    def say(self, text: str) -> None:
        """Say something."""
        self._write(event="note", text=text)

    def problem(self, name: str, text: str) -> None:
        """Say what is wrong with a model."""
        self._write(event="problem", model=name, text=text)

    def report(self, waiting: int) -> None:
        """Show where the work is."""
        self._write(
            event="progress",
            done=self.total.done,
            computed=self.total.computed,
            failed=self.total.failed,
            waiting=waiting,
            rate=round(self.rate, 1),
            seconds_left=self.seconds_left(waiting),
        )

    def step(
        self, event: str, name: str, *, done: int, total: int, seconds_left: int | None
    ) -> None:
        """Show how far other work is."""
        self._write(event=event, name=name, done=done, total=total, seconds_left=seconds_left)

    def end(self, left: dict[str, int]) -> None:
        """Say what was done, and what is left."""
        self._write(
            event="end",
            done=self.total.done,
            computed=self.total.computed,
            retried=self.total.retried,
            failed_now=self.total.failed,
            **left,
        )

    def _write(self, **values: Any) -> None:
        self.stream.write(json.dumps(values) + "\n")
        self.stream.flush()


def duration(seconds: int) -> str:
    """Return a time that people grasp."""
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"
