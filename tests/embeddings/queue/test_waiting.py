"""Sleeping until something is queued."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import psycopg
import pytest

from assistant.embeddings.queue import waiting
from assistant.embeddings.queue.waiting import TRY, UNLOCK, Sleeper
from tests.contract.databases import connect
from tests.embeddings.queue.conftest import Client
from tests.embeddings.queue.test_sessions import asleep, until


def nothing(text: str) -> None:
    raise AssertionError(text)


@pytest.fixture
def sleep(client: Client) -> Callable[[Event, Callable[[], bool]], Sleeper]:
    def run(stop: Event, due: Callable[[], bool]) -> Sleeper:
        sleeper = Sleeper(using="scratch", say=nothing)
        sleeper.sleep(60, due=due, stop=stop)
        sleeper.close()
        return sleeper

    return run


def test_it_looks_once_more_with_the_lock_and_gives_it_back(client, sleep):
    seen = []

    def due() -> bool:
        seen.append(asleep(client))
        return True

    sleep(Event(), due)

    assert seen == [True]
    assert not asleep(client)


def test_told_to_stop_it_wakes(client, sleep):
    stop = Event()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(sleep, stop, lambda: False)
        until(lambda: asleep(client))
        stop.set()
        future.result(30)


def test_a_second_one_only_listens_until_the_first_wakes(client, sleep):
    stop = Event()
    client.execute(TRY)
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(sleep, stop, lambda: False)
        with connect(client.info.dbname, autocommit=True) as other:
            listens = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%advisory%'"
            until(lambda: other.execute(listens + " AND pid <> pg_backend_pid()").fetchone()[0] > 1)
            assert not future.done()
            client.execute(UNLOCK)
            until(lambda: asleep(other))
            other.execute("NOTIFY assistant_embedding_queue")
            future.result(30)


def test_a_writer_s_lock_is_never_waited_for(client, sleep):
    stop = Event()
    with connect(client.info.dbname) as writer, ThreadPoolExecutor(1) as pool:
        writer.execute("SELECT wake_embedding_workers()")
        future = pool.submit(sleep, stop, lambda: False)
        time.sleep(0.3)
        blocked = client.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ).fetchone()
        assert blocked == (0,)
        writer.commit()
        until(lambda: asleep(client))
        stop.set()
        future.result(30)


def test_behind_a_proxy_it_polls(client, monkeypatch):
    said = []
    # As of PgBouncer, which makes up a number.
    monkeypatch.setattr(psycopg.ConnectionInfo, "backend_pid", 1)
    monkeypatch.setattr(waiting, "POLL", 0.01)
    sleeper = Sleeper(using="scratch", say=said.append)

    for _ in range(2):
        sleeper.sleep(60, due=lambda: False, stop=Event())

    assert len(said) == 1
    assert not asleep(client)


def test_without_a_server_it_returns(client, monkeypatch):
    def refuse(**options):
        raise psycopg.OperationalError("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(waiting, "POLL", 0.01)
        patch.setattr(psycopg, "connect", refuse)
        Sleeper(using="scratch", say=nothing).sleep(60, due=lambda: False, stop=Event())
