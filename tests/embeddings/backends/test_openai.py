"""A server that speaks OpenAI's protocol, a real one on this machine."""

import time
from typing import Any

import pytest

from assistant.embeddings.backends import (
    BackendUnavailable,
    EmbeddingError,
    ModelSpec,
    embed_texts,
)
from assistant.embeddings.backends.openai import OpenAIBackend
from tests.embeddings.backends.conftest import EmbeddingServer

KEY = "sk-very-secret-0123456789"


def spec_for(server: EmbeddingServer, **provider: Any) -> ModelSpec:
    return ModelSpec(
        "text-embedding-3-small", 3, "", "openai", {"base_url": server.url, **provider}
    )


def numbered(body: dict[str, Any]) -> tuple[int, Any]:
    """Answer the texts "1", "2", … with vectors of that length, in another order than asked."""
    items = [
        {"object": "embedding", "index": index, "embedding": [float(text), 0, 0.5]}
        for index, text in enumerate(body["input"])
    ]
    return 200, {"object": "list", "data": items[::-1], "model": body["model"]}


def error_of(server: EmbeddingServer, status: int, answer: Any, **provider: Any) -> str:
    """Return what a backend says about an answer."""
    server.answer = lambda body: (status, answer)
    with pytest.raises(EmbeddingError) as caught:
        OpenAIBackend(spec_for(server, **provider)).embed_documents(["1", "2"])
    return str(caught.value)


def test_vectors_are_in_the_order_of_the_texts(server: EmbeddingServer) -> None:
    server.answer = numbered
    spec = spec_for(server, batch_size=3)
    vectors = embed_texts(OpenAIBackend(spec), spec, [str(number) for number in range(1, 9)])
    assert [vector[0] for vector in vectors] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [len(body["input"]) for _path, _headers, body in server.requests] == [3, 3, 2]


def test_request_is_what_the_protocol_says(
    server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_API_KEY", f" {KEY}\n")
    server.answer = numbered
    backend = OpenAIBackend(spec_for(server, api_key_env="MY_API_KEY"))
    assert backend.embed_query("7") == [7, 0, 0.5]
    ((path, headers, body),) = server.requests
    assert path == "/v1/embeddings"
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert body == {"model": "text-embedding-3-small", "input": ["7"]}


def test_dimensions_and_another_name_are_sent_where_asked_for(server: EmbeddingServer) -> None:
    server.answer = numbered
    OpenAIBackend(spec_for(server, dimensions=True, model="served")).embed_query("1")
    _path, headers, body = server.requests[0]
    assert body == {"model": "served", "input": ["1"], "dimensions": 3}
    assert "Authorization" not in headers


def test_long_texts_are_cut(server: EmbeddingServer) -> None:
    server.answer = numbered
    OpenAIBackend(spec_for(server, max_characters=5)).embed_query("1" * 100_000)
    assert server.requests[0][2]["input"] == ["11111"]


def test_answer_without_indexes_is_in_order(server: EmbeddingServer) -> None:
    server.answer = lambda body: (
        200,
        {"data": [{"embedding": [1, 2, 3]}, {"embedding": [4, 5, 6]}]},
    )
    backend = OpenAIBackend(spec_for(server))
    assert backend.embed_documents(["a", "b"]) == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    "status,answer,said",
    [
        (401, {"error": {"message": f"Wrong: {KEY}"}}, "not accept the key in MY_API_KEY"),
        (403, {}, "not accept the key in MY_API_KEY"),
        (404, {"error": "model not found, try pulling it"}, 'knows no model "text-emb'),
        (429, {"error": {"message": "slow down"}}, "the quota is used. slow down"),
        (400, {"error": {"message": f"too long, {KEY}"}}, "400: too long, ********"),
        (500, b"<h1>oops</h1>", "500: <h1>oops</h1>"),
        (200, b"<html>", "no JSON"),
        (200, b"[" * 100_000, "no JSON"),
        (200, {"data": None}, "without vectors"),
        (200, ["x"], "without vectors"),
        (200, {"data": [{"index": 0, "embedding": [1, 2, 3]}]}, "2 texts with 1 vectors"),
        (
            200,
            {"data": [{"index": 1, "embedding": [1]}, {"index": 1, "embedding": [1]}]},
            "which vector is",
        ),
        (
            200,
            {"data": [{"index": "0", "embedding": [1]}, {"index": 1, "embedding": [1]}]},
            "which vector is",
        ),
        (200, {"data": [{"embedding": "AAAA"}, {"embedding": [1, 2, 3]}]}, "no list of numbers"),
        (200, {"data": [{"embedding": [1, None]}, {"embedding": [1, True]}]}, "no list of numbers"),
        (200, b"x" * 2_000_000, "more than the"),
    ],
)
def test_bad_answer_is_an_error_that_says_what(
    server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch, status: int, answer: Any, said: str
) -> None:
    monkeypatch.setenv("MY_API_KEY", KEY)
    error = error_of(server, status, answer, api_key_env="MY_API_KEY")
    assert said in error
    assert error.startswith("text-embedding-3-small: ")
    assert KEY not in error
    assert "\n" not in error


def test_redirect_is_not_followed(server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_API_KEY", KEY)
    elsewhere = {"location": f"{server.url}/elsewhere"}
    assert "302" in error_of(server, 302, elsewhere, api_key_env="MY_API_KEY")
    assert len(server.requests) == 1


def test_slow_server_is_given_up(server: EmbeddingServer) -> None:
    def slow(body: dict[str, Any]) -> tuple[int, Any]:
        time.sleep(1)
        return numbered(body)

    server.answer = slow
    with pytest.raises(BackendUnavailable, match=r"did not answer within 0\.2 seconds"):
        OpenAIBackend(spec_for(server, timeout=0.2)).embed_query("1")


def test_no_server_is_an_error(server: EmbeddingServer) -> None:
    spec = ModelSpec("m", 3, "", "openai", {"base_url": "http://127.0.0.1:9/v1"})
    with pytest.raises(BackendUnavailable, match=r"m: http://127.0.0.1:9/v1/embeddings cannot be"):
        OpenAIBackend(spec).embed_query("1")


@pytest.mark.parametrize("key", ["", "  ", "two\nlines", "schlüssel"])
def test_environment_without_a_key_is_an_error_that_does_not_show_it(
    server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("MY_API_KEY", key)
    with pytest.raises(BackendUnavailable, match="MY_API_KEY") as caught:
        OpenAIBackend(spec_for(server, api_key_env="MY_API_KEY")).embed_query("1")
    assert not key.strip() or key not in str(caught.value)
    assert server.requests == []


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "PATH"])
def test_other_variables_of_the_environment_are_not_sent(name: str) -> None:
    with pytest.raises(EmbeddingError, match="ends in API_KEY"):
        OpenAIBackend(ModelSpec("m", 3, "", "openai", {"api_key_env": name}))


def test_key_in_place_of_its_name_is_refused_and_not_shown() -> None:
    with pytest.raises(EmbeddingError, match="holds a key") as caught:
        OpenAIBackend(ModelSpec("m", 3, "", "openai", {"api_key_env": KEY}))
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://host/v1",
        "host/v1",
        "http://",
        "https://user:pw@host/v1",
        "http://host:port/v1",
        "http://[/v1",
        "https://host/v1?key=1",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(EmbeddingError, match='the option "base_url" is no address'):
        OpenAIBackend(ModelSpec("m", 3, "", "openai", {"base_url": url}))


@pytest.mark.parametrize(
    "option,value",
    [("batch_size", 0), ("batch_size", "16"), ("timeout", True), ("model", 5), ("dimensions", 3)],
)
def test_option_of_another_kind_is_an_error(option: str, value: Any) -> None:
    with pytest.raises(EmbeddingError, match=f'the option "{option}" is {value!r}'):
        OpenAIBackend(ModelSpec("m", 3, "", "openai", {option: value}))
