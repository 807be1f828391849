"""A server that is asked over HTTP: its address, its key, and what its refusals mean."""

import os
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from assistant.embeddings.backends.base import (
    BackendUnavailable,
    Described,
    EmbeddingError,
    option,
)
from assistant.embeddings.backends.posting import Refused, Unreachable, post_json

__all__ = ["KEY_NAME", "Server", "endpoint"]

# No other secret of the process is sent to whatever server somebody names.
KEY_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*API_KEY")


@dataclass(frozen=True)
class Server:
    """Where to post to, for a model."""

    name: str
    """What messages call the model."""
    url: str
    model: str
    timeout: float
    key_name: str | None

    @classmethod
    def of(cls, spec: Described, *, url: str, model: str, timeout: float) -> "Server":
        """Return a model's; what it says about a key is checked."""
        key_name: str | None = option(spec, "api_key_env", None, str)
        if key_name and not KEY_NAME.fullmatch(key_name):
            raise EmbeddingError(
                f'{spec.name}: the option "api_key_env" is {key_name!r}: the name of an '
                "environment variable that ends in API_KEY is expected, not the key itself."
                if not looks_like_key(key_name)
                else f'{spec.name}: the option "api_key_env" holds a key: put the key into an '
                "environment variable whose name ends in API_KEY, and that name here."
            )
        return cls(spec.name, url, model, timeout, key_name)

    def post(self, body: dict[str, Any], *, most: int) -> Any:
        """Return what it answers, of at most so many bytes."""
        key = self.key()
        try:
            return post_json(self.url, body, key=key, timeout=self.timeout, most=most)
        except Unreachable as error:
            raise BackendUnavailable(f"{self.name}: {error}") from None
        except Refused as error:
            raise EmbeddingError(f"{self.name}: {self.explained(error)}") from None

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


def endpoint(name: str, base_url: str, *paths: str, example: str) -> str:
    """Return where to post to: the first of the paths below, unless the address ends in one."""
    try:
        parts = urlsplit(base_url)
        well_formed = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port  # raises where it is no number
    except ValueError:
        well_formed = False
    if not well_formed or parts.username or parts.password or parts.query or parts.fragment:
        raise EmbeddingError(
            f'{name}: the option "base_url" is no address such as {example}: it begins with '
            "http:// or https://, and holds neither key nor password."
        )
    base = base_url.rstrip("/")
    return base if base.endswith(paths) else f"{base}{paths[0]}"


def looks_like_key(text: str) -> bool:
    """Return whether somebody put the key where its name belongs."""
    return not text.isidentifier()
