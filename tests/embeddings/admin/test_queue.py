"""The queue in the admin site."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assistant.embeddings.models import EmbeddingModel, EmbeddingQueueItem
from tests import factories
from tests.db.admin.pages import log_of, notices, page

LIST = "/admin/assistant_embeddings/embeddingqueueitem/"

NOW = timezone.now()
LATER = NOW + timedelta(hours=1)
BEFORE = NOW - timedelta(hours=1)


def make_failed(**fields: Any) -> EmbeddingQueueItem:
    """Return a row that is tried no more."""
    failure = {"failed_at": NOW, "attempts": 5, "last_error": "The model answered with NaN."}
    return factories.make_queue_item(**{**failure, **fields})


def clerk(*codenames: str) -> Client:
    """Return a client of staff with these permissions."""
    user = factories.make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    "fields, state",
    [
        ({"run_after": BEFORE}, "due"),
        ({"run_after": LATER}, "waiting"),
        ({"run_after": LATER, "locked_at": NOW, "attempts": 1}, "being worked on"),
        # A worker that was killed: its lease is over.
        ({"run_after": BEFORE, "locked_at": BEFORE, "attempts": 1}, "due"),
        ({"run_after": LATER, "attempts": 1, "last_error": "429"}, "waiting after a failure"),
        ({"failed_at": NOW, "last_error": "NaN", "run_after": LATER}, "failed"),
    ],
)
def test_the_state_of_a_row(viewer: Client, fields: dict[str, Any], state: str) -> None:
    item = factories.make_queue_item(**fields)

    listed = viewer.get(LIST, {"q": str(item.pk)}).text
    shown = viewer.get(page(item, "change")).text

    assert f">{state}</a>" in listed
    assert f'<div class="readonly">{state}</div>' in shown


def test_sources_are_linked_without_their_content(root: Client) -> None:
    message = factories.make_message(content="Long ago")
    document = factories.make_document(title="<b>Manual</b>", content="Chapters")
    items = EmbeddingQueueItem.objects.filter(embedding_model__is_default=True)
    item = items.get(document=document)

    for address in (LIST, page(item, "change"), page(items.get(message=message), "change")):
        with CaptureQueriesContext(connection) as queries:
            text = root.get(address).text
        assert "Long ago" not in text
        assert "Chapters" not in text
        assert "<b>Manual" not in text
        assert not [query for query in queries if '"content"' in query["sql"]]
    listed = root.get(LIST).text
    assert f'href="{page(message, "change")}"' in listed
    assert f'<a href="{page(document, "change")}">&lt;b&gt;Manual&lt;/b&gt;</a>' in listed


def test_errors_are_escaped_and_show_no_passwords(root: Client) -> None:
    error = "<script>alert(1)</script> https://ada:hunter2@host/v1 refused"
    item = make_failed(last_error=error)

    for address in (LIST, page(item, "change")):
        text = root.get(address).text
        assert "hunter2" not in text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_filters_by_state_and_model(root: Client) -> None:
    model = factories.make_embedding_model(name="tiny")
    EmbeddingQueueItem.objects.all().delete()
    mine = {
        "waiting": factories.make_queue_item(embedding_model=model),
        "failed": make_failed(embedding_model=model),
    }
    EmbeddingQueueItem.objects.exclude(pk__in=[item.pk for item in mine.values()]).delete()
    factories.make_queue_item(message=mine["waiting"].message)
    make_failed(message=mine["failed"].message)

    def found(**query: Any) -> list[Any]:
        return list(root.get(LIST, query).context["cl"].result_list)

    assert len(found()) == 4
    assert [len(found(state=state)) for state in ("waiting", "failed")] == [2, 2]
    for state, item in mine.items():
        assert found(state=state, model=model.pk) == [item]
    # One index has what waits of a model, and another one what has failed.
    assert found(model=model.pk) == [mine["waiting"]]
    assert root.get(LIST, {"model": "word"}).status_code == 302
    assert root.get(LIST, {"state": "word"}).status_code == 302


@pytest.mark.parametrize(
    "query, index",
    [
        pytest.param("state=failed", "idx_embedding_queue_failed", id="failed"),
        pytest.param("model={model}", "idx_embedding_queue_next", id="waiting-of-a-model"),
    ],
)
def test_filtered_lists_follow_their_indexes(root: Client, query: str, index: str) -> None:
    model = EmbeddingModel.objects.get(is_default=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO embedding_queue (embedding_model_id, message_id, failed_at)"
            " SELECT %s, gen_random_uuid(), CASE WHEN n %% 2 = 0 THEN now() END"
            " FROM generate_series(1, 5000) AS n",
            [model.pk],
        )
        cursor.execute("ANALYZE embedding_queue")
        with CaptureQueriesContext(connection) as queries:
            root.get(f"{LIST}?{query.format(model=model.pk)}")
        (rows,) = [q["sql"] for q in queries if '"queue_state"' in q["sql"]]
        cursor.execute(f"EXPLAIN {rows}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert index in plan
    assert "Seq Scan on embedding_queue" not in plan


@pytest.mark.parametrize("way", ["action", "button"])
def test_try_again(db: None, way: str) -> None:
    client = clerk("view_embeddingqueueitem", "change_embeddingqueueitem")
    item, other = make_failed(), make_failed()

    if way == "action":
        data = {"action": "retry", "_selected_action": str(item.pk)}
        response = client.post(LIST, data, follow=True)
    else:
        assert "Try again" in client.get(page(item, "change")).text
        response = client.post(page(item, "change"), {"_retry": "Try again"}, follow=True)

    assert notices(response) == ["1 text waits to be tried again."]
    item.refresh_from_db()
    other.refresh_from_db()
    assert (item.failed_at, item.attempts, item.locked_at) == (None, 0, None)
    assert other.failed_at
    assert [entry.get_change_message() for entry in log_of(item)] == ["Tried again."]
    assert "Try again" not in client.get(page(item, "change")).text


def test_nothing_failed_is_nothing_to_try_again(root: Client) -> None:
    item = factories.make_queue_item(attempts=2)
    data = {"action": "retry", "_selected_action": str(item.pk)}

    response = root.post(LIST, data, follow=True)

    assert notices(response) == [
        "Nothing of what was chosen has failed: nothing is to be tried again."
    ]
    item.refresh_from_db()
    assert item.attempts == 2
    assert log_of(item) == []


def test_a_viewer_has_no_way_to_try_again(viewer: Client) -> None:
    item = make_failed()

    assert "Try again" not in viewer.get(LIST).text
    assert "Try again" not in viewer.get(page(item, "change")).text
    viewer.post(LIST, {"action": "retry", "_selected_action": str(item.pk)})
    assert viewer.post(page(item, "change"), {"_retry": "1"}).status_code == 403
    item.refresh_from_db()
    assert item.failed_at


def test_nobody_deletes_or_edits(root: Client) -> None:
    item = make_failed()
    data = {"action": "delete_selected", "_selected_action": str(item.pk), "post": "yes"}

    assert "delete_selected" not in root.get(LIST).text
    root.post(LIST, data)
    assert root.post(page(item, "change"), {"attempts": "0"}).status_code == 403
    item.refresh_from_db()
    assert item.attempts == 5


def test_trying_again_takes_as_many_queries_whatever_the_rows(root: Client) -> None:
    counts = []
    for number in (1, 4):
        items = [make_failed(document=factories.make_document()) for _ in range(number)]
        data = {"action": "retry", "_selected_action": [str(item.pk) for item in items]}
        with CaptureQueriesContext(connection) as queries:
            root.post(LIST, data)
        counts.append(len(queries))

    assert counts[0] == counts[1]
