"""What a worker does when nothing is urgent, and that it goes on where it cannot."""

from collections.abc import Iterator

import pytest
from django.db import OperationalError, connection

from assistant.embeddings.models import SearchRecord
from assistant.embeddings.queue.reporting import Reporter
from assistant.embeddings.queue.worker import Worker
from tests.embeddings.search.test_retention import make_aged

pytestmark = pytest.mark.django_db(transaction=True)


class Heard(Reporter):
    """Keeps what was said."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def say(self, text: str) -> None:
        self.texts.append(text)


@pytest.fixture
def heard() -> Heard:
    return Heard()


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def is_refused() -> Iterator[None]:
    """Let the database refuse to add up what was noted."""
    run("ALTER FUNCTION settle_search_changes() RENAME TO gone")
    yield
    run("ALTER FUNCTION gone() RENAME TO settle_search_changes")


@pytest.fixture
def is_lost() -> Iterator[None]:
    """Let a lock be in the way, as on a server that is overloaded."""
    other = connection.copy()
    run("SET lock_timeout = '50ms'")
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("LOCK TABLE search_records")
    yield
    other.close()
    run("RESET lock_timeout")


def test_what_the_database_refuses_is_said_once_and_keeps_from_nothing(
    heard: Heard, is_refused: None
) -> None:
    make_aged(40)
    worker = Worker(using="default", reporter=heard)

    worker.run()
    worker.run()

    [text] = [text for text in heard.texts if "said once" in text]
    assert text.startswith("Search statistics are not added up (said once): function settle_")
    assert "\n" not in text
    assert not SearchRecord.objects.exists()


def test_a_database_that_does_not_answer_is_for_the_worker(heard: Heard, is_lost: None) -> None:
    with pytest.raises(OperationalError):
        Worker(using="default", reporter=heard).run()
