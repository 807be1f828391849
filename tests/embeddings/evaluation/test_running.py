"""Asking every question in every mode."""

from typing import Any

import pytest

from assistant.embeddings.backends import EmbeddingError
from assistant.embeddings.evaluation import running
from assistant.embeddings.evaluation.questions import Question
from assistant.embeddings.evaluation.results import Evaluation
from assistant.embeddings.evaluation.running import FallbackError, Searcher, evaluate
from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.search import Hits
from tests.embeddings.evaluation.conftest import Known
from tests.factories import make_user

MODES = ("vector", "keyword", "hybrid")


def made(*modes: str) -> Evaluation:
    return Evaluation(name="test", modes=modes or MODES, depth=100)


def question(text: str, key: str = "1", **grades: int) -> Question:
    return Question(key, text, grades)


def test_a_document_is_where_its_best_passage_is(known: Known) -> None:
    several = known("refund card\nrefund card money\nrefund")
    one = known("refund")
    known("garden")
    asked = Question("1", "refund card", {one.pk: 1})

    answer, _hits = Searcher(sources=["documents"]).ask(asked, "keyword")

    assert answer.ranking == [several.pk, one.pk]
    assert answer.figures["rr"] == 1 / 2
    assert answer.latency > 0


def test_the_plans_of_both_legs_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def search(*_arguments: Any, **_options: Any) -> Hits:
        return Hits(mode="hybrid", plans={"documents": "index"}, keyword_plans={"messages": "all"})

    monkeypatch.setattr(running, "search", search)

    answer, _hits = Searcher().ask(question("refund"), "hybrid")

    assert answer.plans == {"documents": "index", "keyword:messages": "all"}


def test_a_hundred_documents_are_ranked_though_one_has_many_passages(known: Known) -> None:
    known("\n".join(f"refund refund refund word{n}" for n in range(260)))
    for number in range(110):
        known(f"refund of a garden with other{number} things and more{number} words")
    searcher = Searcher(sources=["documents"])

    answer, _hits = searcher.ask(question("refund"), "keyword")

    assert len(answer.ranking) == 100
    assert searcher.limits["keyword"] > running.FIRST


def test_what_a_user_sees_comes_first(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deeper search may rank otherwise; the first ten hits are those of a search for ten."""
    documents = {n: known(f"refund {n}") for n in range(12)}
    limits: list[int] = []

    def reverse(*args: Any, limit: int, **options: Any) -> Any:
        limits.append(limit)
        hits = search(*args, limit=limit, **options)
        if limit > running.SHOWN:
            hits.reverse()
        return hits

    search = running.search
    shown = [hit.source.pk for hit in search("refund", user=None, mode="keyword", limit=10)]
    monkeypatch.setattr(running, "search", reverse)

    answer, _hits = Searcher().ask(question("refund"), "keyword")

    assert limits == [10, 200]
    assert answer.ranking[:10] == shown
    assert set(answer.ranking) == {document.pk for document in documents.values()}


@pytest.mark.parametrize(
    "rerank, setting, expected",
    [
        (None, {}, [None, False]),
        (True, {}, [True, False]),
        (False, {"backend": "fastembed"}, [False, False]),
        (None, {"backend": "fastembed"}, [None, False]),
    ],
)
def test_only_what_users_see_is_ranked_again(
    monkeypatch: pytest.MonkeyPatch, rerank: bool | None, setting: Any, expected: list[Any]
) -> None:
    given: list[dict[str, Any]] = []

    def search(*_arguments: Any, **options: Any) -> Hits:
        given.append(options)
        return Hits(mode="hybrid")

    monkeypatch.setattr(running, "search", search)
    monkeypatch.setattr(running, "reranker", lambda: setting)

    Searcher(rerank=rerank).ask(question("refund"), "hybrid")

    assert [options.get("rerank") for options in given] == expected
    assert [options["record"] for options in given] == [False, False]


def test_what_is_not_as_asked_is_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    def search(*_arguments: Any, **_options: Any) -> Hits:
        return Hits(mode="hybrid", note="Not re-ranked. The model is not there.")

    monkeypatch.setattr(running, "search", search)

    with pytest.raises(FallbackError, match=r"answered otherwise\. Not re-ranked\. The model is"):
        Searcher(rerank=True).ask(question("refund"), "hybrid")


def test_all_questions_are_answered_in_all_modes(known: Known, model: EmbeddingModel) -> None:
    refund, garden = known("refunds are paid by card"), known("the garden has roses")
    questions = [
        Question("1", "refund by card", {refund.pk: 2, "not-stored": 1}),
        Question("2", "garden roses", {garden.pk: 1}),
    ]
    evaluation, done = made(), list[int]()

    evaluate(questions, evaluation, Searcher(), progress=done.append)

    assert done == [1, 2]
    assert evaluation.embedding_model == model
    assert list(evaluation.per_query) == ["1", "2"]
    assert list(evaluation.per_query["2"]) == list(MODES)
    figures = evaluation.figures["hybrid"]
    assert figures["mrr"] == 1
    assert figures["recall@100"] == pytest.approx(0.75)
    assert figures["latency_ms"]["p95"] >= figures["latency_ms"]["median"] > 0
    assert evaluation.per_query["1"]["vector"]["plans"] == {
        "messages": "exact",
        "documents": "exact",
    }


def test_searches_are_those_of_the_user(known: Known) -> None:
    ada, ben = make_user(), make_user()
    own = known("refund one", owner=ada)
    known("refund two", owner=ben)

    answer, _hits = Searcher(user=ada).ask(question("refund"), "hybrid")

    assert answer.ranking == [own.pk]


def test_a_model_that_cannot_be_had_ends_it_before_anything_is_asked(known: Known) -> None:
    known("refund")
    EmbeddingModel.objects.update(is_default=False)
    evaluation = made()

    with pytest.raises(EmbeddingError, match="no default embedding model"):
        evaluate([question("refund")], evaluation, Searcher())
    assert evaluation.answers == {}


def test_words_only_are_no_hybrid_search(known: Known) -> None:
    known("refund")
    EmbeddingModel.objects.update(is_default=False)

    with pytest.raises(FallbackError, match=r"in mode hybrid was answered otherwise\. Searched"):
        evaluate([question("refund")], made("hybrid"), Searcher())


def test_an_interruption_leaves_what_is_complete(known: Known) -> None:
    document = known("refund")
    questions = [Question(str(n), "refund", {document.pk: 1}) for n in range(3)]
    evaluation = made("keyword")

    def interrupt(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(questions, evaluation, Searcher(), progress=interrupt)

    assert list(evaluation.answers) == ["0", "1"]
    assert evaluation.figures["keyword"]["mrr"] == 1
