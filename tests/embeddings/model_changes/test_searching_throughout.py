"""Searches while the model is changed under them, and models of all dimensions side by side."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connections

from assistant.embeddings.index_states import index_states
from assistant.embeddings.models import ConversationEmbedding, EmbeddingModel, KnowledgeChunk
from assistant.embeddings.search import Hits, runs, search
from tests.contract import rows
from tests.embeddings.model_changes.commands import add, change, default_name, model
from tests.embeddings.model_changes.conftest import WORDS
from tests.embeddings.queue.conftest import Client
from tests.embeddings.queue.test_sessions import SECONDS, in_background, value, work

MODES = ("hybrid", "vector", "keyword")


@dataclass
class Seen:
    """What those who searched without pause have seen."""

    errors: list[BaseException] = field(default_factory=list)
    empty: int = 0
    mixed: list[str] = field(default_factory=list)
    searches: Counter[tuple[str, str]] = field(default_factory=Counter)  # by mode and model


def models_of(hits: Hits) -> set[str]:
    """Return the models of the passages that were found, as far as they are still there."""
    keys = [hit.chunk for hit in hits if hit.chunk]
    return {
        str(key)
        for chunks in (ConversationEmbedding, KnowledgeChunk)
        for key in chunks.objects.using("scratch")
        .filter(pk__in=keys)
        .values_list("embedding_model", flat=True)
    }


@contextmanager
def searching(seen: Seen) -> Iterator[None]:
    done = Event()

    def run(mode: str) -> None:
        number = 0
        try:
            while not done.is_set():
                number += 1
                question = f"note on the {WORDS[number % len(WORDS)]}"
                hits = search(question, user=None, mode=mode, using="scratch")
                seen.empty += not hits
                seen.searches[mode, str(hits.embedding_model)] += 1
                assert hits.embedding_model is not None
                assert not hits.note, hits.note
                if models_of(hits) - {str(hits.embedding_model.pk)}:
                    seen.mixed.append(question)
        except BaseException as error:
            seen.errors.append(error)
        finally:
            connections["scratch"].close()

    threads = [Thread(target=run, args=(mode,)) for mode in MODES]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()


def test_no_search_fails_is_empty_or_mixes_models(texts: int, client: Client) -> None:
    former, seen = default_name(), Seen()
    conversation = value(client, "SELECT id FROM conversations")

    def pause() -> None:
        """Let each thread search with what is the default now."""
        wanted = {(mode, default_name()): 0 for mode in MODES}
        before = Counter(seen.searches)
        deadline = time.monotonic() + 60
        while not seen.errors and time.monotonic() < deadline:
            if all(seen.searches[key] > before[key] for key in wanted):
                return
            time.sleep(0.01)

    with searching(seen):
        pause()
        add("new", 24)
        change("build", "new", "--full-speed")
        rows.message(client, conversation, content="a note on the harbour, written meanwhile")
        work()
        for name in ("new", former, "new"):
            change("activate", name, "--yes", "--queries", 2)
            pause()
        change("retire", former, "--yes", "--grace", 0)
        pause()

    assert seen.errors == []
    assert (seen.empty, seen.mixed) == (0, [])
    assert {name for _mode, name in seen.searches} == {former, "new"}


@pytest.mark.parametrize("held_up", ["embed_query", "union", "hits_of"])
def test_a_search_that_is_overtaken_finds_with_the_next_model(
    texts: int, monkeypatch: Any, held_up: str
) -> None:
    """Its model is retired after it was read, before the ranking, or before the hits are read."""
    add("new", 24)
    change("build", "new", "--full-speed")
    former, entered, released = default_name(), Event(), Event()
    function = getattr(runs, held_up)

    def hold(*arguments: Any, **options: Any) -> Any:
        entered.set()
        assert released.wait(SECONDS)
        return function(*arguments, **options)

    def ask() -> Hits:
        try:
            return search("note on the orchard", user=None, using="scratch")
        finally:
            connections["scratch"].close()

    monkeypatch.setattr(runs, held_up, hold)
    with in_background(ask) as future:
        try:
            assert entered.wait(SECONDS)
            change("activate", "new", "--yes", "--queries", 0)
            change("retire", former, "--yes", "--grace", 0)
        finally:
            released.set()
        hits = future.result()

    assert len(hits) == 10
    assert hits.embedding_model == model("new")
    assert models_of(hits) == {str(model("new").pk)}


def test_switching_to_and_fro_while_one_is_retired(texts: int) -> None:
    """Searches that have read the old default find it retired, and its rows gone, meanwhile."""
    seen = Seen()
    with searching(seen):
        for number in range(4):
            before = default_name()
            add(f"new {number}", 4 + number)
            change("build", f"new {number}", "--full-speed")
            change("activate", f"new {number}", "--yes", "--queries", 0)
            change("retire", before, "--yes", "--grace", 0)

    assert seen.errors == []
    assert (seen.empty, seen.mixed) == (0, [])


@pytest.mark.parametrize("dimensions", [(384, 768, 1536, 3072, 8192)])
def test_models_of_all_dimensions_side_by_side(
    texts: int, client: Client, dimensions: tuple[int, ...]
) -> None:
    for dimension in dimensions:
        add(f"of {dimension}", dimension)
        change("build", f"of {dimension}", "--full-speed")

    for dimension in dimensions:
        new = model(f"of {dimension}")
        state = index_states(new, using="scratch")[0].status
        assert state == ("valid" if dimension <= 4000 else "impossible")
        tried = search(
            "note 7 on the thimble saddle quarry", user=None, embedding_model=new, using="scratch"
        )
        change("activate", new.name, "--yes", "--queries", 0)
        for mode in MODES:
            hits = search(
                "note 7 on the thimble saddle quarry", user=None, mode=mode, using="scratch"
            )
            assert hits.embedding_model == new
            assert models_of(hits) == {str(new.pk)}
            assert "note 7 " in hits[0].text
        assert [hit.chunk for hit in tried] == [
            hit.chunk
            for hit in search("note 7 on the thimble saddle quarry", user=None, using="scratch")
        ]
    live = EmbeddingModel.objects.using("scratch").live()
    assert live.count() == len(dimensions) + 1
