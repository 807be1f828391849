"""JSON over HTTP, with bounds on time and size, and a key that is never repeated."""

import json
import time
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

__all__ = ["Refused", "Unreachable", "post_json"]

PIECE = 64 * 1024
LONGEST_REASON = 300


class Unreachable(Exception):  # noqa: N818
    """The server gave no answer."""


class Refused(Exception):  # noqa: N818
    """The server gave another answer than a good one."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status}: {reason}" if status else reason)
        self.status = status
        self.reason = reason


class NoRedirects(HTTPRedirectHandler):
    """Stay: the key is for this server."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Make it an error."""


def post_json(url: str, body: Any, *, key: str | None, timeout: float, most: int) -> Any:
    """Return what the server answers, at most so many bytes within so many seconds."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    request = Request(url, json.dumps(body).encode(), headers)  # noqa: S310 (checked by endpoint)
    deadline = time.monotonic() + timeout
    try:
        with build_opener(NoRedirects).open(request, timeout=timeout) as response:
            content = _read(response, url, deadline, most)
    except HTTPError as error:
        with error:
            raise Refused(error.code, _reason(error, key)) from None
    except TimeoutError:
        raise Unreachable(f"{url} did not answer within {timeout:g} seconds.") from None
    except (URLError, OSError, HTTPException, ValueError) as error:
        cause = getattr(error, "reason", error)
        if isinstance(cause, TimeoutError):
            raise Unreachable(f"{url} did not answer within {timeout:g} seconds.") from None
        text = _without(key, str(cause) or type(cause).__name__)
        raise Unreachable(f"{url} cannot be reached: {text}.") from None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise Refused(0, "something that is no JSON.") from None


def _read(response: HTTPResponse, url: str, deadline: float, most: int) -> bytes:
    content = bytearray()
    while piece := response.read1(PIECE):
        content += piece
        if len(content) > most:
            raise Refused(0, f"more than the {most:,} bytes that an answer can take.")
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(content)


def _reason(error: HTTPError, key: str | None) -> str:
    """Return what the server says about it."""
    try:
        text = error.read(PIECE).decode(errors="replace")
    except (OSError, HTTPException):
        text = ""
    try:
        said = json.loads(text)
        said = said.get("error", said) if isinstance(said, dict) else said
        said = said.get("message", said) if isinstance(said, dict) else said
    except (ValueError, RecursionError):
        said = text
    return _without(key, " ".join(str(said).split()))[:LONGEST_REASON]


def _without(key: str | None, text: str) -> str:
    return text.replace(key, "********") if key else text
