"""Searching with a re-ranker, and without one that is set."""

from typing import Any

import pytest

from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.rerankers import RerankerSpec, forget_rerankers
from assistant.embeddings.search import search
from assistant.embeddings.search.hits import Hit
from assistant.embeddings.search.reranking import forget_failures, reranked
from tests.embeddings.rerankers.counting import Shortest
from tests.factories import make_document

SHORTEST = "tests.embeddings.rerankers.counting.Shortest"
LINES = [f"refunds take {'very ' * number}long" for number in range(8, 0, -1)]


@pytest.fixture(autouse=True)
def fresh() -> None:
    forget_rerankers()
    forget_failures()
    Shortest.asked.clear()


@pytest.fixture
def documents(db: None) -> None:
    """Store what waits for a model, found by its words."""
    EmbeddingModel.objects.update(is_default=False, is_active=False)
    for line in LINES:
        make_document(title="t", content=line)


def with_reranker(settings: Any, **keys: Any) -> None:
    settings.ASSISTANT = {"RERANKER": {"backend": SHORTEST, **keys}}


def found(**options: Any) -> Any:
    return search("how long do refunds take", user=None, mode="keyword", **options)


def hit(text: str) -> Hit:
    return Hit(text, 1.0, {"vector": 1}, EmbeddingModel(), 0, len(text), text, "document", None)


@pytest.mark.usefixtures("documents")
def test_the_best_hits_are_ordered_by_the_reranker(settings: Any) -> None:
    before = found(limit=8)
    with_reranker(settings)
    hits = found(limit=3)
    assert [hit.text for hit in hits] == sorted(LINES, key=len)[:3]
    assert [hit.ranks["reranker"] for hit in hits] == [1, 2, 3]
    assert [hit.score for hit in hits] == [-len(hit.text) for hit in hits]
    former = {hit.source.pk: hit for hit in before}
    for each in hits:
        assert each.scores["reranker"] == each.score
        assert each.scores["keyword"] == former[each.source.pk].scores["keyword"]
        assert each.ranks["keyword"] == former[each.source.pk].ranks["keyword"]
    assert hits.note == ""
    assert hits.timings["rerank"] <= hits.timings["total"]
    assert Shortest.asked[0][0] == "how long do refunds take"


@pytest.mark.usefixtures("documents")
def test_as_many_as_candidates_are_scored(settings: Any) -> None:
    with_reranker(settings, candidates=4)
    best = [hit.text for hit in found(limit=4, rerank=False)]
    assert Shortest.asked == []
    assert [hit.text for hit in found(limit=2)] == sorted(best, key=len)[:2]
    assert sorted(text for _question, texts in Shortest.asked for text in texts) == sorted(best)


@pytest.mark.usefixtures("documents")
def test_all_that_is_wanted_is_scored(settings: Any) -> None:
    with_reranker(settings, candidates=1)
    assert [hit.text for hit in found(limit=8)] == sorted(LINES, key=len)


@pytest.mark.usefixtures("documents")
def test_off_is_the_order_as_it_was(settings: Any) -> None:
    plain = found()
    assert "rerank" not in plain.timings
    assert all(set(hit.ranks) == {"keyword"} for hit in plain)
    with_reranker(settings)
    assert found(rerank=False) == plain
    assert found(rerank=True) == found() != plain


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize(
    "options,said",
    [
        ({"error": "no server today"}, "Not re-ranked. no server today"),
        ({"answer": [1.0]}, "Not re-ranked. ours answered 2 passages with 1 scores."),
    ],
)
def test_failure_leaves_the_order_and_says_so(
    settings: Any, options: dict[str, Any], said: str
) -> None:
    plain = found(limit=3)
    with_reranker(settings, model="ours", options=options)
    hits = found(limit=3)
    assert hits == plain
    assert hits.note == said


@pytest.mark.usefixtures("documents")
def test_library_that_is_missing_is_a_note(settings: Any) -> None:
    settings.ASSISTANT = {"RERANKER": {"backend": "nowhere.Reranker"}}
    hits = found()
    assert len(hits) == 8
    assert hits.note.startswith('Not re-ranked. nowhere.Reranker: the re-ranker "nowhere.Reran')
    assert "\n" not in hits.note


def test_what_cannot_be_had_is_not_asked_again_at_once() -> None:
    spec = RerankerSpec(SHORTEST, provider={"error": "no server today"})
    for _ in range(3):
        hits, note = reranked([hit("a"), hit("b")], "why?", spec=spec, limit=1)
        assert [each.text for each in hits] == ["a"]
        assert note == "Not re-ranked. no server today"
    assert len(Shortest.asked) == 1
    forget_failures()
    reranked([hit("a")], "why?", spec=spec, limit=1)
    assert len(Shortest.asked) == 2


def test_equally_good_ones_keep_their_order() -> None:
    spec = RerankerSpec(SHORTEST)
    hits, _note = reranked([hit("b"), hit("aa"), hit("a")], "why?", spec=spec, limit=9)
    assert [each.text for each in hits] == ["b", "a", "aa"]


def test_no_hits_ask_nobody() -> None:
    assert reranked([], "why?", spec=RerankerSpec("nowhere.Reranker"), limit=3) == ([], "")


@pytest.mark.django_db
def test_one_has_to_be_set_to_be_required(settings: Any) -> None:
    settings.ASSISTANT = {}
    with pytest.raises(ValueError, match=r'set ASSISTANT\["RERANKER"\], such as'):
        found(rerank=True)


@pytest.mark.django_db
@pytest.mark.parametrize("rerank", ["yes", 0, []])
def test_other_values_are_refused(rerank: Any) -> None:
    with pytest.raises(ValueError, match="True, False or None"):
        found(rerank=rerank)
