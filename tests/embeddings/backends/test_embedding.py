"""What embed_texts makes of a backend's answers."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.embeddings.backends import EmbeddingError, ModelSpec, embed_query, embed_texts
from tests.embeddings.embedder import HashedWords

SPEC = ModelSpec("m", 3)


class Answering:
    """Answers every text with what it is told to."""

    batch_size = 2
    max_tokens = None

    def __init__(self, answer: Callable[[str], Any]) -> None:
        self.answer = answer
        self.batches: list[list[str]] = []

    def embed_documents(self, texts: Sequence[str]) -> Any:
        self.batches.append(list(texts))
        return [self.answer(text) for text in texts]

    def embed_query(self, text: str) -> Any:
        return self.answer(text)

    def tokenizer_file(self) -> Path | None:
        return None


def test_vectors_are_in_order_and_texts_of_a_length_go_together() -> None:
    backend = Answering(lambda text: [len(text), 1, 0])
    texts = ["ccc", "a", "dddd", "bb", "eeeee"]
    vectors = embed_texts(backend, SPEC, texts)
    assert [vector[0] for vector in vectors] == [3, 1, 4, 2, 5]
    assert backend.batches == [["eeeee", "dddd"], ["ccc", "bb"], ["a"]]


def test_no_texts_ask_nothing() -> None:
    backend = Answering(lambda text: [1, 0, 0])
    assert embed_texts(backend, SPEC, []) == []
    assert backend.batches == []


def test_arrays_become_lists_of_floats() -> None:
    backend = Answering(lambda text: np.array([0.5, 0.25, 1], dtype=np.float32))
    assert embed_texts(backend, SPEC, ["a"]) == [[0.5, 0.25, 1.0]]
    assert type(embed_query(backend, SPEC, "a")[0]) is float


@pytest.mark.parametrize(
    "answer,said",
    [
        ([1.0, 2.0], "a vector of 2 numbers, but its dimension is 3"),
        ([1.0, math.nan, 0.0], "holds NaN or infinity"),
        ([1.0, math.inf, 0.0], "holds NaN or infinity"),
        ([0.0, 0.0, 0.0], "a vector of only zeros"),
        ([0.0, 1e-16, 0.0], "a vector of the length 1.0e-16"),
        ([0.0, 1e16, 0.0], "a vector of the length 1.0e"),
        (["1", "2", "3"], "something that is no vector"),
        ([10**400, 1, 1], "something that is no vector"),
        (None, "something that is no vector"),
        (5, "something that is no vector"),
        (np.ones((2, 3)), "something that is no vector"),
    ],
)
def test_bad_vector_is_an_error_that_says_what(answer: Any, said: str) -> None:
    backend = Answering(lambda text: answer)
    with pytest.raises(EmbeddingError) as caught:
        embed_texts(backend, SPEC, ["a"])
    assert said in str(caught.value)
    with pytest.raises(EmbeddingError):
        embed_query(backend, SPEC, "a")


def test_wrong_number_of_vectors_is_an_error() -> None:
    backend = Answering(lambda text: [1, 0, 0])
    backend.embed_documents = lambda texts: [[1, 0, 0]]  # type: ignore[method-assign]
    with pytest.raises(EmbeddingError, match="m answered 2 texts with 1 vectors"):
        embed_texts(backend, SPEC, ["a", "b"])


@pytest.mark.parametrize("length", [1e-8, 1e7])
def test_vector_that_half_precision_cannot_hold_is_scaled_where_only_its_direction_counts(
    length: float,
) -> None:
    backend = Answering(lambda text: [length, 0, 0])
    assert embed_texts(backend, SPEC, ["a"]) == [[1, 0, 0]]
    euclidean = ModelSpec("m", 3, distance="l2")
    assert embed_texts(backend, euclidean, ["a"]) == [[length, 0, 0]]


def test_prefixes_are_put_before_questions_and_documents() -> None:
    spec = ModelSpec("m", 3, provider={"query_prefix": "query: ", "document_prefix": "passage: "})
    backend = Answering(lambda text: [len(text), 1, 0])
    assert embed_query(backend, spec, "a")[0] == len("query: a")
    embed_texts(backend, spec, ["a"])
    assert backend.batches == [["passage: a"]]


def test_small_embedder_is_a_backend() -> None:
    spec = ModelSpec("m", 256)
    HashedWords.reset()
    vectors = embed_texts(HashedWords(spec), spec, ["a red fox", "the fox is red", "", "economics"])
    assert np.dot(vectors[0], vectors[1]) > np.dot(vectors[0], vectors[3])
    assert (HashedWords.calls, len(HashedWords.texts)) == (1, 4)
