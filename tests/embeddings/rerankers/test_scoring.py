"""Loading by name, once, and what answers are refused."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.embeddings.backends import BackendUnavailable, EmbeddingError
from assistant.embeddings.rerankers import (
    RerankerSpec,
    configured_reranker,
    load_reranker,
    score_passages,
)
from tests.embeddings.rerankers.counting import Shortest

SHORTEST = "tests.embeddings.rerankers.counting.Shortest"


def spec_for(backend: str = SHORTEST, **options: Any) -> RerankerSpec:
    return RerankerSpec.of({"backend": backend, "model": "ours", "options": options})


def scores_of(spec: RerankerSpec, *texts: str) -> list[float]:
    return score_passages(load_reranker(spec), spec, "why?", texts)


def test_without_the_setting_there_is_none(settings: Any) -> None:
    settings.ASSISTANT = {}
    assert configured_reranker() is None


def test_setting_says_which(settings: Any) -> None:
    settings.ASSISTANT = {
        "RERANKER": {
            "backend": "http",
            "base_url": "http://localhost",
            "candidates": 20,
            "timeout": 1,
            "options": {"format": "texts"},
        }
    }
    assert configured_reranker() == RerankerSpec(
        "http",
        candidates=20,
        timeout=1,
        provider={"base_url": "http://localhost", "format": "texts"},
    )


def test_it_is_made_once_a_setting() -> None:
    assert load_reranker(spec_for()) is load_reranker(spec_for())
    assert load_reranker(spec_for(a=1)) is not load_reranker(spec_for())


def test_texts_of_a_length_go_together_and_scores_are_in_order() -> None:
    Shortest.asked.clear()
    assert scores_of(spec_for(), "ccc", "a", "dddd", "bb", "a") == [-3, -1, -4, -2, -1]
    assert Shortest.asked == [
        ("why?", ["a", "a"]),
        ("why?", ["bb", "ccc"]),
        ("why?", ["dddd"]),
    ]


@pytest.mark.parametrize(
    "answer,said",
    [
        ([1.0], "answered 2 passages with 1 scores"),
        ([1.0, float("nan")], "NaN or infinite"),
        ([1.0, float("inf")], "NaN or infinite"),
        ([1.0, None], "no scores"),
        ([[1.0], [2.0]], "no scores"),
        (7, "no scores"),
        ("ab", "no scores"),
    ],
)
def test_bad_answer_is_an_error(answer: Any, said: str) -> None:
    with pytest.raises(EmbeddingError, match=said):
        scores_of(spec_for(answer=answer), "a", "b")


class Broken:
    """Fails in a way of its own."""

    batch_size = 8

    def __init__(self, spec: Any) -> None:
        pass

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Divide by zero."""
        return [1 / 0 for _text in texts]


def test_what_a_class_of_the_hosts_raises_is_an_error_of_one_kind() -> None:
    with pytest.raises(EmbeddingError, match="ours failed: ZeroDivisionError: division by zero"):
        scores_of(spec_for(f"{__name__}.Broken"), "a")


class Slow:
    """Takes a while for each passage."""

    batch_size = 1

    def __init__(self, spec: Any) -> None:
        pass

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return the same for all."""
        time.sleep(0.03)
        return [1.0] * len(texts)


def test_what_takes_too_long_is_given_up_between_batches() -> None:
    spec = RerankerSpec(f"{__name__}.Slow", "ours", timeout=0.05)
    with pytest.raises(BackendUnavailable, match=r"scored 2 of 50 passages after 0\.05 seconds"):
        scores_of(spec, *["a"] * 50)


@pytest.mark.parametrize(
    "path,said",
    [
        ("fastembeddd", 're-ranker "fastembeddd" cannot be imported'),
        (f"{__name__}.Missing", "cannot be imported"),
        (f"{__name__}.spec_for", "made no re-ranker, for it has no batch_size, scores"),
    ],
)
def test_reranker_that_cannot_be_had_is_an_error_that_says_why(path: str, said: str) -> None:
    with pytest.raises(BackendUnavailable) as caught:
        load_reranker(spec_for(path))
    assert said in str(caught.value)


def test_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sentence_transformers", None)
    with pytest.raises(BackendUnavailable, match=r"assistant-backend\[sentence-transformers\]"):
        load_reranker(spec_for("sentence_transformers"))


def test_module_that_fails_is_a_reranker_that_cannot_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "failing_reranker.py").write_text("raise RuntimeError('out of order')")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(BackendUnavailable, match=r"cannot be imported \(RuntimeError: out of or"):
        load_reranker(spec_for("failing_reranker.Shortest"))
