"""Recorded searches and evaluations in the admin site."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assistant.embeddings.models import SearchRecord
from assistant.embeddings.question_hashes import hash_question
from tests import factories
from tests.db.admin.pages import page

pytestmark = pytest.mark.django_db

LIST = "/admin/assistant_embeddings/searchrecord/"
EVENTS = "/admin/assistant_embeddings/searchevent/"
EVALUATIONS = "/admin/assistant_embeddings/searchevaluation/"


def hit_of(source: Any, **fields: Any) -> dict[str, Any]:
    return {
        "kind": source._meta.model_name.removeprefix("knowledge"),
        "source": str(source.pk),
        "chunk": None,
        "score": 0.0325,
        "ranks": {"vector": 1, "keyword": 4},
        "scores": {"vector": 0.71234567, "keyword": None},
        **fields,
    }


def ask(text: str | None, **fields: Any) -> SearchRecord:
    return factories.make_search_record(query=text, query_hash=hash_question(text or "?"), **fields)


def found(client: Client, **query: Any) -> list[Any]:
    return list(client.get(LIST, query).context["cl"].result_list)


def test_filters(root: Client) -> None:
    old = ask("a", mode="keyword", created_at=timezone.now() - timedelta(days=20))
    user = factories.make_user()
    model = factories.make_embedding_model()
    young = ask("b", hits=[{}], user=user, embedding_model=model)

    assert found(root) == [young, old]
    assert found(root, found="nothing") == [old]
    assert found(root, mode__exact="keyword") == [old]
    assert found(root, user__exact=user.pk) == found(root, embedding_model__exact=model.pk)
    assert found(root, user__exact=user.pk) == [young]
    week = timezone.now() - timedelta(days=7)
    assert found(root, created_at__gte=week.isoformat(" ")) == [young]
    for wrong in ({"found": "x"}, {"mode__exact": "\0"}, {"user__exact": "x"}):
        assert root.get(LIST, wrong).status_code == 302


@pytest.mark.parametrize(
    "query, index",
    [
        ({}, "idx_search_records_created_at"),
        ({"found": "nothing"}, "idx_search_records_empty"),
        ({"mode__exact": "keyword"}, "idx_search_records_mode"),
        ({"user__exact": uuid4()}, "idx_search_records_user_id"),
        ({"q": "Where?"}, "idx_search_records_query_hash"),
    ],
)
def test_lists_follow_an_index(root: Client, query: dict[str, Any], index: str) -> None:
    ask("Where?")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        with CaptureQueriesContext(connection) as queries:
            root.get(LIST, query)
        plans = []
        for each in queries:
            if 'FROM "search_records"' in each["sql"] and "SAVEPOINT" not in each["sql"]:
                cursor.execute(f"EXPLAIN {each['sql']}")
                plans.append("\n".join(line for (line,) in cursor.fetchall()))

    assert any(index in plan for plan in plans), plans


def test_the_same_question_is_found_whatever_is_recorded(root: Client) -> None:
    same, _other = ask("Where are Refunds?"), ask("Where?")
    hashed = factories.make_search_record(query=None, query_hash=same.query_hash)

    assert set(found(root, q="where ARE  refunds?")) == {same, hashed}
    assert found(root, q=str(same.pk)) == [same]


def test_a_question_is_shown_only_where_it_is_recorded(viewer: Client) -> None:
    with_text = ask("<b>Where</b> are refunds?")
    without = factories.make_search_record(query=None, query_hash="ab12cd34" * 8)

    listed = viewer.get(LIST).text
    assert "&lt;b&gt;Where&lt;/b&gt; are refunds?" in listed
    assert "not recorded (ab12cd34…)" in listed
    assert "&lt;b&gt;Where" in viewer.get(page(with_text, "change")).text
    assert "not recorded (ab12cd34…)" in viewer.get(page(without, "change")).text


def test_what_became_of_searches(root: Client) -> None:
    record = ask("a")
    factories.make_search_event(record=record)
    factories.make_search_event(record=ask("b"), kind="rated", rating=0)

    rows = {row.pk: (row.opened, row.rated) for row in found(root)}

    assert rows.pop(record.pk) == (True, False)
    assert list(rows.values()) == [(False, True)]
    text = root.get(LIST).text
    assert '<td class="field-outcome">opened</td>' in text
    assert '<td class="field-outcome">rated</td>' in text


def test_a_long_question_is_cut_in_titles(root: Client) -> None:
    record = ask("word " * 1_000)

    assert len(str(record)) == 100
    assert root.get(page(record, "change")).text.count("word") < 1_100


def test_hits_link_to_their_sources(root: Client) -> None:
    document, message = factories.make_document(title="<i>Manual</i>"), factories.make_message()
    chunk = factories.make_chunk(document=document)
    hits = [hit_of(document, chunk=str(chunk.pk)), hit_of(message)]
    record = ask("a", hits=hits, user=message.conversation.user)
    factories.make_search_event(
        record=record, source=document.pk, chunk=chunk.pk, kind="rated", rating=2
    )

    text = root.get(page(record, "change")).text

    assert f'<a href="{page(document, "change")}">&lt;i&gt;Manual&lt;/i&gt;</a>' in text
    assert f'href="{page(message, "change")}"' in text
    assert f'href="{page(chunk, "change")}"' in text
    assert f'href="{page(message.conversation.user, "change")}"' in text
    assert "<td>0.0325</td><td>vector 1 (0.7123)<br>keyword 4</td><td></td><td>2</td>" in text


def test_who_may_not_see_the_sources_sees_neither_links_nor_titles(client: Client) -> None:
    user = factories.make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_searchrecord"))
    client.force_login(user)
    document, message = factories.make_document(title="Secret plans"), factories.make_message()
    record = ask("a", hits=[hit_of(document), hit_of(message)], user=message.conversation.user)

    text = client.get(page(record, "change")).text

    assert f"knowledge document {str(document.pk)[:8]}…" in text
    assert "Secret plans" not in text
    for row in (document, message, message.conversation.user):
        assert page(row, "change") not in text


def test_what_is_gone_is_said_and_no_link(root: Client) -> None:
    document, message = factories.make_document(), factories.make_message()
    chunk = factories.make_chunk(document=document)
    embedding = factories.make_embedding(message=message)
    conversation = factories.make_conversation()
    hits = [
        hit_of(document, chunk=str(chunk.pk)),
        hit_of(message, chunk=str(embedding.pk)),
        hit_of(conversation),
    ]
    record = ask("a", hits=hits)
    gone = [document, chunk, message, embedding, conversation]
    links = [f'href="{page(row, "change")}"' for row in gone]
    text = root.get(page(record, "change")).text
    assert all(link in text for link in links)
    assert "gone" not in text

    for row in (chunk, embedding):
        row.delete()
    text = root.get(page(record, "change")).text
    assert [link in text for link in links] == [True, False, True, False, True]
    assert text.count("… (gone)") == 2

    for row in (document, message, conversation):
        row.delete()
    text = root.get(page(record, "change")).text
    assert not any(link in text for link in links)
    assert text.count("… (gone)") == 5


WRITTEN_BY_ANYBODY: list[Any] = [
    None,
    [],
    "x",
    {"kind": ["message"], "source": 5},
    {"kind": "message", "source": "x", "chunk": "<b>", "score": "<b>", "ranks": [1]},
    {"kind": "document", "source": str(uuid4()), "ranks": {"<b>": "<b>"}, "scores": {"<b>": {}}},
    {"kind": "message", "score": 10**400, "ranks": {"vector": -(10**400)}, "scores": {}},
    {"kind": "document", "source": None, "score": True, "ranks": {"vector": {}}, "scores": 3},
]


def test_hits_that_are_none_fail_no_page(root: Client) -> None:
    record = ask(
        "a",
        hits=WRITTEN_BY_ANYBODY,
        plans={"<b>": [1]},
        sources=["<b>"],
        note="<b> https://ada:hunter2@host/",
    )

    response = root.get(page(record, "change"))

    assert response.status_code == 200
    assert "<b>" not in response.text
    assert "hunter2" not in response.text


def test_a_page_makes_as_many_queries_for_more_hits(root: Client) -> None:
    def queries(count: int) -> int:
        documents = [factories.make_document() for _ in range(count)]
        record = ask("a", hits=[hit_of(document) for document in documents])
        for rank, document in enumerate(documents, start=1):
            factories.make_search_event(record=record, source=document.pk, rank=rank)
        with CaptureQueriesContext(connection) as captured:
            assert root.get(page(record, "change")).status_code == 200
        return len(captured)

    assert queries(1) == queries(7)


def test_many_hits_are_cut(root: Client) -> None:
    document = factories.make_document()
    record = ask("a", hits=[hit_of(document)] * 130)

    text = root.get(page(record, "change")).text

    assert text.count("vector 1 (0.7123)") == 100
    assert "…and 30 more." in text


def test_who_may_delete_users_may_delete_their_searches_along(client: Client) -> None:
    staff, user = factories.make_user(is_staff=True), factories.make_user()
    names = ["delete_user", "view_user", "change_user"]
    staff.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(staff)
    factories.make_search_event(record=ask("a", user=user))

    client.post(page(user, "delete"), {"post": "yes"})

    assert not SearchRecord.objects.exists()


def test_events_lead_to_their_search(root: Client) -> None:
    record = ask("Where?")
    event = factories.make_search_event(record=record, kind="rated", rating=3)
    factories.make_search_event()

    assert f'<a href="{page(record, "change")}">Where?</a>' in root.get(EVENTS).text
    assert found_events(root, record__exact=record.pk) == [event]
    assert found_events(root, q=str(record.pk)) == found_events(root, q=str(event.pk)) == [event]
    assert "?record__exact=" in root.get(page(record, "change")).text


def test_who_may_not_see_searches_sees_no_questions_of_events(client: Client) -> None:
    user = factories.make_user(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_searchevent"))
    client.force_login(user)
    record = ask("Who is ill?")
    event = factories.make_search_event(record=record)

    for path in (EVENTS, page(event, "change"), f"{EVENTS}?record__exact={record.pk}"):
        with CaptureQueriesContext(connection) as queries:
            text = client.get(path).text
        assert str(record.pk)[:8] in text
        assert "Who is ill?" not in text
        assert page(record, "change") not in text
        assert not any("search_records" in each["sql"] for each in queries)


def found_events(client: Client, **query: Any) -> list[Any]:
    return list(client.get(EVENTS, query).context["cl"].result_list)


def test_evaluations_show_a_figure(viewer: Client) -> None:
    good = factories.make_search_evaluation(
        name="cisi", figures={"hybrid": {"ndcg@10": 0.43149}}, embedding_model_name="tiny"
    )
    for figures in ({}, {"hybrid": "<b>"}, {"hybrid": {"ndcg@10": "<b>"}}, {"hybrid": [1]}):
        factories.make_search_evaluation(figures=figures)

    listed = viewer.get(EVALUATIONS).text
    assert ">0.431<" in listed
    assert ">tiny<" in listed
    assert "<b>" not in listed
    assert viewer.get(page(good, "change")).status_code == 200
    assert len(viewer.get(EVALUATIONS, {"name__exact": "cisi"}).context["cl"].result_list) == 1
    assert len(viewer.get(EVALUATIONS, {"q": "ci"}).context["cl"].result_list) == 1
