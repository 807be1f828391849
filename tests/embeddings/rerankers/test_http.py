"""Servers that re-rank, a real one on this machine."""

import time
from typing import Any

import pytest

from assistant.embeddings.backends import BackendUnavailable, EmbeddingError
from assistant.embeddings.rerankers import RerankerSpec, load_reranker, score_passages
from tests.embeddings.backends.conftest import EmbeddingServer

KEY = "sk-very-secret-0123456789"


def spec_for(server: EmbeddingServer, timeout: float = 5, **options: Any) -> RerankerSpec:
    setting = {"backend": "http", "model": "reranker", "base_url": server.url, "timeout": timeout}
    if key_name := options.pop("api_key_env", None):
        setting["api_key_env"] = key_name
    return RerankerSpec.of({**setting, "options": options})


def scores_of(spec: RerankerSpec, *texts: str) -> list[float]:
    return score_passages(load_reranker(spec), spec, "a question", texts)


def numbered(body: dict[str, Any]) -> tuple[int, Any]:
    """Answer the texts "1", "2", … with that number as their score, the best first."""
    found = [
        {"index": index, "relevance_score": float(text), "document": {"text": text}}
        for index, text in enumerate(body["documents"])
    ]
    return 200, {"results": sorted(found, key=lambda item: -item["relevance_score"])}


def test_scores_are_in_the_order_of_the_texts(
    server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_API_KEY", KEY)
    server.answer = numbered
    spec = spec_for(server, api_key_env="MY_API_KEY")
    assert scores_of(spec, "2", "30", "-1.5") == [2, 30, -1.5]
    ((path, headers, body),) = server.requests
    assert path == "/v1/rerank"
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert body["query"] == "a question"
    assert sorted(body["documents"]) == ["-1.5", "2", "30"]
    assert body["model"] == "reranker"


def test_text_embeddings_inference_is_asked_its_own_way(server: EmbeddingServer) -> None:
    server.answer = lambda body: (
        200,
        [{"index": index, "score": float(text)} for index, text in enumerate(body["texts"])][::-1],
    )
    spec = spec_for(server, format="texts")
    assert scores_of(spec, *map(str, range(40))) == list(range(40))
    assert [len(body["texts"]) for _path, _headers, body in server.requests] == [32, 8]
    assert all(body["truncate"] is True for _path, _headers, body in server.requests)


def test_answer_of_voyage_is_read(server: EmbeddingServer) -> None:
    server.answer = lambda body: (200, {"data": [{"index": 0, "relevance_score": 0.5}]})
    assert scores_of(spec_for(server), "a") == [0.5]


def test_server_of_one_model_needs_no_name(server: EmbeddingServer) -> None:
    server.answer = numbered
    address = f"{server.url}/rerank/"
    assert scores_of(RerankerSpec.of({"backend": "http", "base_url": address}), "1") == [1]
    ((path, headers, body),) = server.requests
    assert path == "/v1/rerank"
    assert body == {"query": "a question", "documents": ["1"]}
    assert "Authorization" not in headers


def test_long_texts_are_cut(server: EmbeddingServer) -> None:
    server.answer = numbered
    assert scores_of(spec_for(server, max_characters=5), "1" * 100_000) == [11_111]
    assert server.requests[0][2]["query"] == "a que"


@pytest.mark.parametrize(
    "status,answer,said",
    [
        (401, {"error": {"message": f"Wrong: {KEY}"}}, "not accept the key in MY_API_KEY"),
        (404, {"detail": "?"}, "does not exist, or knows no model"),
        (422, {"error": f"no {KEY}"}, "422: no ********"),
        (429, {"error": "slow down"}, "the quota is used. slow down"),
        (500, b"<h1>oops</h1>", "500: <h1>oops</h1>"),
        (200, b"<html>", "no JSON"),
        (200, {"results": None}, "without scores"),
        (200, [1, 2], "without scores"),
        (200, [], "2 passages with 0 scores"),
        (200, [{"score": 1}, {"score": 2}], "which score is"),
        (200, [{"index": 0, "score": 1}, {"index": 0, "score": 2}], "which score is"),
        (200, [{"index": 0, "score": 1}, {"index": True, "score": 2}], "which score is"),
        (200, [{"index": 0, "score": 1}, {"index": 1, "score": "2"}], "no number"),
        (200, [{"index": 0, "score": 1}, {"index": 1}], "no number"),
        (200, b'[{"index": 0, "score": NaN}, {"index": 1, "score": 1}]', "NaN"),
        (200, b"x" * 2_000_000, "more than the"),
    ],
)
def test_bad_answer_is_an_error_that_says_what(
    server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch, status: int, answer: Any, said: str
) -> None:
    monkeypatch.setenv("MY_API_KEY", KEY)
    server.answer = lambda body: (status, answer)
    with pytest.raises(EmbeddingError) as caught:
        scores_of(spec_for(server, api_key_env="MY_API_KEY"), "1", "2")
    error = str(caught.value)
    assert said in error
    assert error.startswith("reranker")
    assert KEY not in error
    assert "\n" not in error


def test_slow_server_is_given_up(server: EmbeddingServer) -> None:
    def slow(body: dict[str, Any]) -> tuple[int, Any]:
        time.sleep(0.6)
        return numbered(body)

    server.answer = slow
    with pytest.raises(BackendUnavailable, match=r"did not answer within 0\.2 seconds"):
        scores_of(spec_for(server, timeout=0.2), "1")


def test_no_server_is_an_error() -> None:
    spec = RerankerSpec.of({"backend": "http", "base_url": "http://127.0.0.1:9"})
    with pytest.raises(BackendUnavailable, match=r"^http: http://127.0.0.1:9/rerank cannot be"):
        scores_of(spec, "1")


@pytest.mark.parametrize(
    "setting,said",
    [
        ({}, '"base_url" is no address such as https://api.jina.ai/v1'),
        ({"base_url": "file:///etc/passwd"}, "is no address"),
        ({"base_url": "http://h", "api_key_env": "SECRET_KEY"}, "ends in API_KEY"),
        ({"base_url": "http://h", "options": {"format": "tei"}}, "one of documents, texts"),
        ({"base_url": "http://h", "options": {"batch_size": 0}}, '"batch_size" is 0'),
    ],
)
def test_wrong_options_are_errors(setting: dict[str, Any], said: str) -> None:
    with pytest.raises(EmbeddingError, match=said):
        load_reranker(RerankerSpec.of({"backend": "http", **setting}))
