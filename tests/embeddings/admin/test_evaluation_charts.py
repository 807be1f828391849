"""Charts on the pages of evaluations."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assistant.embeddings.models import SearchEvaluation
from tests.db.admin.pages import page
from tests.factories import make_search_evaluation, make_user

pytestmark = pytest.mark.django_db

LIST = "/admin/assistant_embeddings/searchevaluation/"
EVIL = '"><script>alert(1)</script>'


def figures(value: float) -> dict[str, Any]:
    return {
        mode: {"ndcg@10": value, "recall@100": 1, "mrr": 0.5}
        for mode in ("hybrid", "vector", "keyword")
    }


def question(hybrid: Any, vector: Any, keyword: Any) -> dict[str, Any]:
    found = {"hybrid": hybrid, "vector": vector, "keyword": keyword}
    return {mode: {"ndcg@10": value, "plans": {}} for mode, value in found.items()}


def make(name: str = "ours", value: float = 0.5, questions: int = 3) -> SearchEvaluation:
    per_query = {str(number): question(0.5, number / questions, 0) for number in range(questions)}
    return make_search_evaluation(name=name, figures=figures(value), per_query=per_query)


def test_an_evaluation_is_charted(root: Client) -> None:
    response = root.get(page(make(value=0.4321), "change"))

    assert [group.title for group in response.context["bars"]] == ["nDCG@10", "recall@100", "MRR"]
    margins = response.context["margins"]
    assert (margins.better, margins.worse, margins.same) == (2, 1, 0)
    assert "0.4321" in response.text
    assert 'class="chart-margins"' in response.text
    assert "assistant_embeddings/charts.css" in response.text


def test_evaluations_of_a_name_are_charted_over_time(root: Client) -> None:
    asked = [("ours", 0.4), ("theirs", 0.3), ("ours", 0.5), ("once", 0.2), ("theirs", 0.35)]
    for day, (name, value) in enumerate(asked, 1):
        row = make(name, value)
        time = datetime(2026, 1, day, tzinfo=UTC)
        SearchEvaluation.objects.filter(pk=row.pk).update(created_at=time)

    response = root.get(LIST)

    charted = {one.name: one.lines[0] for one in response.context["series"]}
    assert set(charted) == {"ours", "theirs"}
    assert (charted["ours"]["first"], charted["ours"]["last"]) == (0.4, 0.5)
    assert 'class="chart-lines"' in response.text
    assert {one.name for one in root.get(LIST, {"q": "once"}).context["series"]} == set(charted)


def test_without_figures_there_are_no_charts(root: Client) -> None:
    row = make_search_evaluation()
    assert 'class="chart"' not in root.get(LIST).text
    assert 'class="chart"' not in root.get(page(row, "change")).text


@pytest.mark.parametrize("value", ["<b>", [1], {"a": 1}, True, None, "9" * 500, -3, 1e300])
def test_what_anybody_wrote_does_no_harm(root: Client, value: Any) -> None:
    rows = [
        make_search_evaluation(
            name=EVIL,
            figures={EVIL: figures(0.5)["hybrid"], "hybrid": {"ndcg@10": value}, "vector": value},
            per_query={EVIL: question(value, 0.25, 0.5), "2": value, "3": question(0.5, value, 0)},
        )
        for _ in range(2)
    ]
    for address in (LIST, page(rows[0], "change")):
        response = root.get(address)
        assert response.status_code == 200
        assert EVIL not in response.text
        assert (
            " style=" not in response.text.partition('class="chart"')[2].partition("</section")[0]
        )


def test_more_questions_than_a_page_shows_are_charted(root: Client, settings: Any) -> None:
    settings.ASSISTANT = {"MAX_FORM_BYTES": 2_000}
    row = make(questions=500)
    with CaptureQueriesContext(connection) as queries:
        response = root.get(page(row, "change"))
    assert response.context["margins"].count == 500
    assert len(response.context["margins"].bars) == 400
    assert not any('"search_evaluations"."per_query",' in query["sql"] for query in queries)


def test_few_queries_however_many_rows(root: Client) -> None:
    def count(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            root.get(address)
        return len(queries)

    first, _second = make(), make()
    few = count(LIST), count(page(first, "change"))
    large = [make(name, questions=50) for name in "abcdefghij" * 2]
    assert (count(LIST), count(page(large[0], "change"))) == few


def test_charts_are_for_those_who_may_view_evaluations(viewer: Client) -> None:
    rows = [make(), make()]
    assert 'class="chart"' in viewer.get(LIST).text
    assert 'class="chart"' in viewer.get(page(rows[0], "change")).text
    other = make_user(is_staff=True)
    other.user_permissions.set(Permission.objects.filter(codename="view_message"))
    client = Client()
    client.force_login(other)
    assert client.get(LIST).status_code == 403
