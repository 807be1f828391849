"""Any server that speaks OpenAI's /v1/embeddings: OpenAI, Ollama, vLLM, LM Studio, llama.cpp."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.embeddings.backends.base import EmbeddingError, ModelSpec, option
from assistant.embeddings.backends.servers import Server, endpoint

__all__ = ["OpenAIBackend"]

BASE_URL = "https://api.openai.com/v1"
BATCH_SIZE = 64
TIMEOUT = 60
# Servers refuse a text that is longer than their model reads: a question somebody pasted, say.
MAX_CHARACTERS = 8_000
# A number takes less than this as JSON, and an answer has more than numbers.
BYTES_PER_NUMBER = 64
BYTES_AROUND = 1024 * 1024


class OpenAIBackend:
    """A server that is asked over HTTP.

    Options: ``base_url``, ``api_key_env`` (the name of an environment variable), ``model`` (where
    the server knows it by another name), ``dimensions`` (true: ask for vectors of the model's
    dimension), ``batch_size``, ``timeout`` (seconds), ``max_tokens``, ``max_characters``. A model
    path may name a folder with the model's tokenizer.json, by which texts are split.
    """

    def __init__(self, spec: ModelSpec) -> None:
        self.name = spec.name
        self.batch_size: int = option(spec, "batch_size", BATCH_SIZE)
        self.max_tokens: int | None = option(spec, "max_tokens", None, int)
        self.max_characters: int = option(spec, "max_characters", MAX_CHARACTERS)
        self.model: str = option(spec, "model", spec.name)
        self.dimension = spec.dimension
        self.asks_dimension: bool = option(spec, "dimensions", False)
        self.folder = Path(spec.model_path).expanduser() if spec.model_path else None
        base_url = option(spec, "base_url", BASE_URL)
        self.url = endpoint(spec.name, base_url, "/embeddings", example=BASE_URL)
        timeout = option(spec, "timeout", TIMEOUT, int, float)
        self.server = Server.of(spec, url=self.url, model=self.model, timeout=timeout)

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector a text."""
        body: dict[str, Any] = {
            "model": self.model,
            "input": [text[: self.max_characters] for text in texts],
        }
        if self.asks_dimension:
            body["dimensions"] = self.dimension
        most = len(texts) * self.dimension * BYTES_PER_NUMBER + BYTES_AROUND
        answer = self.server.post(body, most=most)
        return self.vectors(answer, len(texts))

    def embed_query(self, text: str) -> list[float]:
        """Return a question's vector."""
        return self.embed_documents([text])[0]

    def tokenizer_file(self) -> Path | None:
        """Return that of the model path's folder."""
        file = self.folder and self.folder / "tokenizer.json"
        return file if file and file.is_file() else None

    def vectors(self, answer: Any, count: int) -> list[list[float]]:
        """Return the vectors of an answer, in the order of the texts."""
        items = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise EmbeddingError(f"{self.name}: {self.url} answered without vectors.")
        if len(items) != count:
            raise EmbeddingError(
                f"{self.name}: {self.url} answered {count} texts with {len(items)} vectors."
            )
        places = [item.get("index", place) for place, item in enumerate(items)]
        if any(type(place) is not int for place in places) or sorted(places) != list(range(count)):
            raise EmbeddingError(
                f"{self.name}: {self.url} did not say which vector is which text's."
            )
        found = dict(zip(places, (item.get("embedding") for item in items), strict=True))
        vectors = [found[place] for place in range(count)]
        for vector in vectors:
            if not isinstance(vector, list) or not {type(value) for value in vector} <= NUMBERS:
                raise EmbeddingError(
                    f"{self.name}: {self.url} answered with something that is no list of numbers."
                )
        return vectors


NUMBERS = {int, float}
