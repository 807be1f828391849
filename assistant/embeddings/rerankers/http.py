"""Any server with a /rerank: Jina, Cohere, vLLM, llama.cpp, Text Embeddings Inference."""

from collections.abc import Sequence
from typing import Any

from assistant.embeddings.backends.base import EmbeddingError, option
from assistant.embeddings.backends.servers import Server, endpoint
from assistant.embeddings.rerankers.base import RerankerSpec

__all__ = ["HttpReranker"]

EXAMPLE = "https://api.jina.ai/v1"
# What the servers take at once: Text Embeddings Inference 32 unless told, the others more than
# a search has. Services count requests.
BATCH_SIZES = {"documents": 1_000, "texts": 32}
MAX_CHARACTERS = 8_000
# Some servers send the passages back; a character takes up to six bytes as JSON, twice that where
# it is no plain one.
BYTES_PER_CHARACTER = 12
BYTES_AROUND = 1024 * 1024


class HttpReranker:
    """A server that is asked over HTTP.

    Options: ``format`` ("documents", or "texts" as Text Embeddings Inference wants it),
    ``batch_size``, ``max_characters``; ``base_url`` and ``api_key_env`` (the name of an
    environment variable) are the setting's.
    """

    def __init__(self, spec: RerankerSpec) -> None:
        self.name = spec.name
        self.model = spec.model
        self.format: str = option(spec, "format", "documents")
        if self.format not in BATCH_SIZES:
            raise EmbeddingError(
                f'{spec.name}: the option "format" is {self.format!r}: one of '
                f"{', '.join(BATCH_SIZES)} is expected."
            )
        self.batch_size: int = option(spec, "batch_size", BATCH_SIZES[self.format])
        self.max_characters: int = option(spec, "max_characters", MAX_CHARACTERS)
        base_url = option(spec, "base_url", "")
        self.url = endpoint(spec.name, base_url, "/rerank", "/reranking", example=EXAMPLE)
        self.server = Server.of(spec, url=self.url, model=spec.model, timeout=spec.timeout)

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return one score a text."""
        cut = [text[: self.max_characters] for text in texts]
        body: dict[str, Any] = {"query": question[: self.max_characters], self.format: cut}
        if self.model:
            body["model"] = self.model
        if self.format == "texts":
            body["truncate"] = True
        most = sum(map(len, cut)) * BYTES_PER_CHARACTER + BYTES_AROUND
        return self.ordered(self.server.post(body, most=most), len(texts))

    def ordered(self, answer: Any, count: int) -> list[float]:
        """Return the scores of an answer, in the order of the texts."""
        if isinstance(answer, dict):
            answer = answer.get("results", answer.get("data"))
        if not isinstance(answer, list) or not all(isinstance(item, dict) for item in answer):
            raise EmbeddingError(f"{self.name}: {self.url} answered without scores.")
        if len(answer) != count:
            raise EmbeddingError(
                f"{self.name}: {self.url} answered {count} passages with {len(answer)} scores."
            )
        places = [item.get("index") for item in answer]
        if any(type(place) is not int for place in places) or sorted(places) != list(range(count)):
            raise EmbeddingError(
                f"{self.name}: {self.url} did not say which score is which passage's."
            )
        found = {item["index"]: item.get("relevance_score", item.get("score")) for item in answer}
        if not {type(score) for score in found.values()} <= {int, float}:
            raise EmbeddingError(
                f"{self.name}: {self.url} answered with something that is no number."
            )
        return [found[place] for place in range(count)]
