"""Any server that speaks OpenAI's /v1/embeddings: OpenAI, Ollama, vLLM, LM Studio, llama.cpp."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant.embeddings.backends.base import (
    BackendUnavailable,
    EmbeddingError,
    ModelSpec,
    option,
)
from assistant.embeddings.backends.posting import Refused, Unreachable, post_json

__all__ = ["OpenAIBackend"]

BASE_URL = "https://api.openai.com/v1"
BATCH_SIZE = 64
TIMEOUT = 60
# Servers refuse a text that is longer than their model reads: a question somebody pasted, say.
MAX_CHARACTERS = 8_000
# No other secret of the process is sent to whatever server somebody names.
KEY_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*API_KEY")
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
        self.timeout: float = option(spec, "timeout", TIMEOUT, int, float)
        self.model: str = option(spec, "model", spec.name)
        self.dimension = spec.dimension
        self.asks_dimension: bool = option(spec, "dimensions", False)
        self.key_name: str | None = option(spec, "api_key_env", None, str)
        self.folder = Path(spec.model_path).expanduser() if spec.model_path else None
        self.url = endpoint(spec.name, option(spec, "base_url", BASE_URL))
        if self.key_name and not KEY_NAME.fullmatch(self.key_name):
            raise EmbeddingError(
                f'{spec.name}: the option "api_key_env" is {self.key_name!r}: the name of an '
                "environment variable that ends in API_KEY is expected, not the key itself."
                if not looks_like_key(self.key_name)
                else f'{spec.name}: the option "api_key_env" holds a key: put the key into an '
                "environment variable whose name ends in API_KEY, and that name here."
            )

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector a text."""
        body: dict[str, Any] = {
            "model": self.model,
            "input": [text[: self.max_characters] for text in texts],
        }
        if self.asks_dimension:
            body["dimensions"] = self.dimension
        most = len(texts) * self.dimension * BYTES_PER_NUMBER + BYTES_AROUND
        try:
            answer = post_json(self.url, body, key=self.key(), timeout=self.timeout, most=most)
        except Unreachable as error:
            raise BackendUnavailable(f"{self.name}: {error}") from None
        except Refused as error:
            raise EmbeddingError(f"{self.name}: {self.explained(error)}") from None
        return self.vectors(answer, len(texts))

    def embed_query(self, text: str) -> list[float]:
        """Return a question's vector."""
        return self.embed_documents([text])[0]

    def tokenizer_file(self) -> Path | None:
        """Return that of the model path's folder."""
        file = self.folder and self.folder / "tokenizer.json"
        return file if file and file.is_file() else None

    def key(self) -> str | None:
        """Return what the environment holds now."""
        if not self.key_name:
            return None
        key = os.environ.get(self.key_name, "").strip()
        if not key:
            raise BackendUnavailable(
                f"{self.name}: the environment variable {self.key_name} is not set, which should "
                f"hold the key for {self.url}."
            )
        if not (key.isascii() and key.isprintable()):
            raise BackendUnavailable(
                f"{self.name}: the environment variable {self.key_name} holds no key: there are "
                "line breaks or special characters in it."
            )
        return key

    def explained(self, error: Refused) -> str:
        """Say what a refusal means."""
        match error.status:
            case 401 | 403:
                which = f"the key in {self.key_name}" if self.key_name else "a request without key"
                return f'{self.url} does not accept {which} (see "api_key_env").'
            case 404:
                return (
                    f'{self.url} does not exist, or knows no model "{self.model}" (see '
                    f'"base_url" and "model"). {error.reason}'
                )
            case 429:
                return f"{self.url} has had too many requests, or the quota is used. {error.reason}"
        return f"{self.url} answered with {error}"

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


def endpoint(name: str, base_url: str) -> str:
    """Return where to post to."""
    try:
        parts = urlsplit(base_url)
        well_formed = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port  # raises where it is no number
    except ValueError:
        well_formed = False
    if not well_formed or parts.username or parts.password or parts.query or parts.fragment:
        raise EmbeddingError(
            f'{name}: the option "base_url" is no address such as {BASE_URL}: it begins with '
            "http:// or https://, and holds neither key nor password."
        )
    base = base_url.rstrip("/")
    return base if base.endswith("/embeddings") else f"{base}/embeddings"


def looks_like_key(text: str) -> bool:
    """Return whether somebody put the key where its name belongs."""
    return not text.isidentifier()
