"""At most one default model configuration, whoever writes at the same time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.services import set_default_embedding_model
from assistant.settings.models import ModelConfig
from assistant.settings.services import set_default_model_config
from tests.contract.databases import alias
from tests.contract.test_one_default import INSERT, defaults
from tests.conversations.statistics.sessions import Sessions, open_sessions, outcome


@pytest.fixture
def sessions(scratch: str) -> Iterator[Sessions]:
    """Give sessions of a database with the configurations a (the default), b, c and d."""
    with open_sessions(scratch) as opened:
        for name in "abcd":
            opened.observer.run(f"{INSERT} ('{name}', '/m', '{{}}', {name == 'a'})")
        yield opened


@pytest.mark.parametrize(
    "first,second",
    [
        pytest.param(
            f"{INSERT} ('e', '/m', '{{}}', true)",
            f"{INSERT} ('f', '/m', '{{}}', true)",
            id="insert",
        ),
        pytest.param(
            "UPDATE model_configs SET is_default = true WHERE name = 'e'",
            "UPDATE model_configs SET is_default = true WHERE name = 'f'",
            id="update",
        ),
        pytest.param(
            "UPDATE model_configs SET is_default = (name = 'e')",
            "UPDATE model_configs SET is_default = (name = 'f')",
            id="update-of-all",
        ),
        pytest.param(
            "UPDATE model_configs SET is_default = (name = 'e')",
            f"{INSERT} ('f', '/m', '{{}}', true)",
            id="both",
        ),
    ],
)
def test_two_writers_wait_for_each_other(sessions: Sessions, first: str, second: str) -> None:
    sessions.observer.run("UPDATE model_configs SET name = 'e' WHERE name = 'c'")
    sessions.observer.run("UPDATE model_configs SET name = 'f' WHERE name = 'd'")
    one, other = sessions.open(), sessions.open()
    one.run("BEGIN")
    one.run(first)

    waiting = other.start(second)
    sessions.wait_until_blocked(other, by=one)
    one.run("COMMIT")

    assert outcome(waiting) == "00000"
    assert defaults(sessions.observer.client) == ["f"]


def test_many_writers_end_with_one_default_and_no_error(sessions: Sessions) -> None:
    statements = [
        statement
        for name in "abcd"
        for statement in (
            f"UPDATE model_configs SET is_default = true WHERE name = '{name}'",
            f"UPDATE model_configs SET is_default = (name = '{name}')",
            f"{INSERT} ('{name}{name}', '/m', '{{}}', true)",
        )
    ]
    writers = [sessions.open() for _ in range(6)]

    futures = [
        writer.start(statements[(index * 5 + turn) % len(statements)])
        for turn in range(10)
        for index, writer in enumerate(writers)
    ]

    assert {outcome(future) for future in futures} == {"00000"}
    assert len(defaults(sessions.observer.client)) == 1


@pytest.mark.parametrize(
    "before, state", [("true", "40001"), ("false", "23505")], ids=["a-default", "none"]
)
def test_a_snapshot_from_before_is_refused(sessions: Sessions, before: str, state: str) -> None:
    sessions.observer.run(f"UPDATE model_configs SET is_default = {before} WHERE name = 'a'")
    old = sessions.open()
    old.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM model_configs")
    sessions.observer.run(f"{INSERT} ('e', '/e', '{{}}', true)")

    assert outcome(old.start(f"{INSERT} ('f', '/f', '{{}}', true)")) == state
    old.run("ROLLBACK")
    assert defaults(sessions.observer.client) == ["e"]


def test_the_same_table_of_another_schema_does_not_wait(sessions: Sessions) -> None:
    one, other = sessions.open(), sessions.open()
    one.run("BEGIN; SELECT lock_default_model_config()")

    held = one.run(
        "SELECT classid, objid FROM pg_locks"
        " WHERE locktype = 'advisory' AND pid = pg_backend_pid()"  # others may be migrating
    )

    assert held == one.run("SELECT 'pg_class'::regclass::oid, 'model_configs'::regclass::oid")
    assert other.run("SELECT pg_try_advisory_xact_lock(1259, 1)") == [(True,)]


SERVICES = {
    "model configuration": (ModelConfig, "model_config", set_default_model_config),
    "embedding model": (EmbeddingModel, "embedding_model", set_default_embedding_model),
}


@pytest.mark.parametrize("model,argument,service", SERVICES.values(), ids=SERVICES)
def test_services_in_two_threads(
    scratch: str, unblocked: None, model: Any, argument: str, service: Any
) -> None:
    with alias(scratch):
        columns = {"dimension": 3} if model is EmbeddingModel else {"model_path": "m"}
        rows = [
            model.objects.using("scratch").create(name=f"m{number}", **columns)
            for number in range(4)
        ]
        barrier = Barrier(2)

        def switch(chosen: list[Any]) -> None:
            try:
                barrier.wait(30)
                for row in chosen * 10:
                    service(**{argument: row})
            finally:
                connections["scratch"].close()

        with ThreadPoolExecutor(2) as threads:
            for future in [threads.submit(switch, half) for half in (rows[:2], rows[1:])]:
                future.result(60)

        assert model.objects.using("scratch").filter(is_default=True).count() == 1
