"""A worker: takes what is due, embeds it, and sleeps or ends when nothing is."""

from collections.abc import Sequence
from threading import Event
from uuid import UUID

from django.db import InterfaceError, OperationalError, connections

from assistant.conf import conf
from assistant.embeddings.backends import BackendUnavailable, EmbeddingError, load_backend
from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.queue.backfilling import Backfill
from assistant.embeddings.queue.counting import count_waiting, seconds_until_due
from assistant.embeddings.queue.failures import describe
from assistant.embeddings.queue.items import Item
from assistant.embeddings.queue.pauses import Pauses
from assistant.embeddings.queue.processing import Batch
from assistant.embeddings.queue.reporting import Reporter
from assistant.embeddings.queue.taking import give_back, kept, note, take
from assistant.embeddings.queue.tidying import Tidying
from assistant.embeddings.queue.unavailable import split_documents
from assistant.embeddings.queue.waiting import BLINK, Sleeper

__all__ = ["Worker"]

# The longest sleep, in seconds: whatever was missed is found then.
LONGEST_SLEEP = 30

# Turns in a row in which others had all that was due, before a run that does not watch ends.
MOST_BUSY_TURNS = 20

# Seconds that a row waits for others only; see processing.
BUSY_SECONDS = 1.5


class Worker:
    """Works off the queue of live models, or of those with certain names.

    A model that is being built is left to those who name it: they do so at their own pace.
    """

    def __init__(
        self,
        *,
        using: str,
        names: Sequence[str] = (),
        limit: int | None = None,
        reporter: Reporter | None = None,
    ) -> None:
        self.using = using
        self.names = names
        self.left = limit
        self.reporter = reporter or Reporter()
        self.stop = Event()
        self.backfills: dict[EmbeddingModel, Backfill] = {}
        self.pauses = Pauses()
        self.busy_turns = 0
        self.tidying = Tidying(using=using, reporter=self.reporter)
        self.spare: dict[UUID, dict[str, bytes]] = {}

    @property
    def problems(self) -> dict[str, str]:
        """Return what is wrong with models, by their names."""
        return self.pauses.problems

    @property
    def rows(self) -> int:
        """Return how many texts to take at a time."""
        return conf.EMBED_BATCH_ROWS

    def models(self) -> list[EmbeddingModel]:
        """Return the live models, the default one first."""
        rows = EmbeddingModel.objects.using(self.using).live().order_by("-is_default", "name")
        return list(rows.filter(name__in=self.names) if self.names else rows.in_use())

    def run(self) -> None:
        """Work until nothing is due."""
        worked = True
        while worked and not self.stop.is_set():
            worked = self.turn() or self._await_others()
        self._tidy()

    def watch(self) -> None:
        """Work and sleep until told to stop; survive restarts of the server."""
        sleeper = Sleeper(using=self.using, say=self.reporter.say)
        lost = 0
        try:
            while not self.stop.is_set():
                try:
                    if not self.turn() and not self.stop.is_set() and self.left != 0:
                        self.reporter.idle()
                        self._tidy()
                        if self._is_due():  # but somebody else has it in hand
                            self.stop.wait(BLINK)
                        else:
                            sleeper.sleep(self._nap(), due=self._is_due, stop=self.stop)
                    lost = 0
                except (OperationalError, InterfaceError) as error:
                    connections[self.using].close()
                    lost += 1
                    seconds = min(2**lost, LONGEST_SLEEP)
                    first = describe(error).splitlines()[0]
                    self.reporter.say(f"Lost the database ({first}); again in {seconds} s.")
                    self.stop.wait(seconds)
                if self.left == 0:
                    break
        finally:
            sleeper.close()

    def turn(self) -> bool:
        """Do one batch of each model, and return whether there was any."""
        worked = False
        models = self.models()
        for model in models:
            self._backfill(model)
            if not self.pauses.holds(model) and not self.stop.is_set() and self.left != 0:
                worked |= self._work(model)
        return worked

    def _backfill(self, model: EmbeddingModel) -> None:
        if model.backfilled_at is not None:
            self.backfills.pop(model, None)
            return
        if model in self.backfills:
            backfill = self.backfills[model]
        else:
            self.reporter.say(f"{model.name}: queueing what is there already.")
            backfill = self.backfills[model] = Backfill(model, using=self.using)
        if (count := backfill.run(self.stop)) is not None:
            self.reporter.say(f"{model.name}: {count:,} texts were queued.")

    def _work(self, model: EmbeddingModel) -> bool:
        rows = self.rows if self.left is None else min(self.rows, self.left)
        size = conf.EMBED_BATCH_BYTES
        if not (items := take(model_id=model.pk, using=self.using, rows=rows, size=size)):
            return False
        self.reporter.begin()
        with kept(items, using=self.using):
            try:
                backend = load_backend(model)
                spare = self.spare.setdefault(model.pk, {})
                batch = Batch(items, model=model, backend=backend, using=self.using, spare=spare)
                outcome = batch.run(self.stop)
            except EmbeddingError as error:
                self._do_without(model, items, error)
                return True
        self.reporter.advance(
            outcome, lambda: count_waiting(model_ids=self._model_ids(), using=self.using)
        )
        if self.left is not None:
            self.left -= outcome.done + outcome.retried + outcome.failed
        self.busy_turns = self.busy_turns + 1 if outcome.postponed == len(items) else 0
        if outcome.outage:
            self._pause(model, outcome.outage)
        elif outcome.done:
            self.pauses.end(model)
        return True

    def _do_without(
        self, model: EmbeddingModel, items: Sequence[Item], error: EmbeddingError
    ) -> None:
        """Give rows back as if they had not been tried: it is not the texts' fault."""
        problem = describe(error)
        give_back(items, using=self.using)
        if isinstance(error, BackendUnavailable):
            split_documents(model, problem=problem, using=self.using, stop=self.stop)
        note(items, error=problem, using=self.using)
        self._pause(model, problem)

    def _pause(self, model: EmbeddingModel, problem: str) -> None:
        self.pauses.begin(model, problem)
        self.reporter.problem(model.name, problem)

    def _model_ids(self) -> list[UUID]:
        return [model.pk for model in self.models() if not self.pauses.holds(model)]

    def _tidy(self) -> None:
        """Do what is not urgent."""
        self.tidying.run(self.models, stop=self.stop)

    def _is_due(self) -> bool:
        return self._nap() == 0

    def _nap(self) -> float:
        """Return the seconds until there is something to do."""
        due = seconds_until_due(model_ids=self._model_ids(), using=self.using)
        naps = [LONGEST_SLEEP, *self.pauses.seconds(), *([] if due is None else [due])]
        return min(naps)

    def _await_others(self) -> bool:
        """Wait for rows that others were busy with a moment ago; return whether there are any."""
        due = seconds_until_due(model_ids=self._model_ids(), using=self.using)
        if due is None or due > BUSY_SECONDS or self.busy_turns > MOST_BUSY_TURNS or self.left == 0:
            return False
        self.busy_turns += 1
        self.stop.wait(max(due, BLINK))
        return True
