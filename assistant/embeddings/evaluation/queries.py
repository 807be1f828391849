"""Questions, in one of three formats.

Lines of ``id<TAB>text``; JSON lines with "_id" or "id" and "text" or "query", as BEIR has them; or
the topics of TREC, of which the title is the question.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from assistant.embeddings.evaluation.files import FileError, lines_of, quoted

__all__ = ["read_queries"]

Entry = tuple[int, str, str]  # line, id, text

EXPECTED = (
    'lines of "id<TAB>text", JSON lines such as {"_id": "1", "text": "…"}, or topics of TREC '
    "(<top> <num> Number: 1 <title> …) are expected"
)
# The first line of some files.
HEADERS = {"id", "_id", "qid", "query-id", "query_id"}
TAG = re.compile(r"<(/?)(\w+)>", re.ASCII)
NUMBER = re.compile(r"(?:Number:)?\s*(\S+)")
TOPIC = re.compile(r"^Topic:\s*")


def read_queries(path: str) -> dict[str, str]:
    """Return the texts of the questions by their ids, in the order of the file."""
    lines = lines_of(path)
    first = next(lines, None)
    if first is None:
        raise FileError(path, f"it has no questions: {EXPECTED}.")
    start = first[1].lstrip()
    read = _topics if start.startswith("<") else _objects if start.startswith("{") else _columns
    queries: dict[str, str] = {}
    places: dict[str, int] = {}
    for line, key, text in read(path, chain([first], lines)):
        if not key or len(key.split()) != 1:
            problem = f"the id {quoted(key)} is empty or has a space: one word is expected."
            raise FileError(path, problem, line=line)
        if not text.strip():
            problem = f"question {key} has no text: write one, or leave out the question."
            raise FileError(path, problem, line=line)
        if key in queries:
            problem = f"question {key} is in line {places[key]} already: each id stands once."
            raise FileError(path, problem, line=line)
        queries[key], places[key] = " ".join(text.split()), line
    if not queries:
        raise FileError(path, f"it has no questions: {EXPECTED}.")
    return queries


def _columns(path: str, lines: Iterable[tuple[int, str]]) -> Iterator[Entry]:
    for number, line in lines:
        key, tab, text = line.partition("\t")
        if number == 1 and key.strip().casefold() in HEADERS:
            continue
        if not tab:
            problem = f"{quoted(line)} has no tab: {EXPECTED}."
            raise FileError(path, problem, line=number)
        yield number, key.strip(), text


def _objects(path: str, lines: Iterable[tuple[int, str]]) -> Iterator[Entry]:
    for number, line in lines:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            problem = f"{quoted(line)} is not JSON: one object a line is expected."
            raise FileError(path, problem, line=number) from error
        found = value if isinstance(value, dict) else {}
        key = found.get("_id", found.get("id"))
        text = found.get("text", found.get("query"))
        if isinstance(key, bool) or not isinstance(key, str | int) or not isinstance(text, str):
            problem = 'a JSON object with "_id" or "id", and "text" or "query", is expected.'
            raise FileError(path, problem, line=number)
        yield number, _whole(str(key)).strip(), _whole(text)


def _whole(text: str) -> str:
    """Return a text that can be stored: JSON may hold halves of a character, and NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def _topics(path: str, lines: Iterable[tuple[int, str]]) -> Iterator[Entry]:
    """Yield the topics; what a tag says goes on until the next one."""
    start = 0
    tag = ""
    parts: dict[str, str] = {}
    for number, line in chain(lines, [(0, "<top>")]):
        pieces = TAG.split(line)
        parts[tag] = f"{parts.get(tag, '')} {pieces[0]}"
        for closing, name, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
            if name == "top":
                if "num" in parts:
                    yield _topic(path, start, parts)
                elif "title" in parts:
                    raise FileError(path, "the topic has no <num>.", line=start)
                start, parts = number, {}
            tag = "" if closing else name
            parts[tag] = parts.get(tag, "") + text


def _topic(path: str, line: int, parts: dict[str, str]) -> Entry:
    found = NUMBER.match(parts["num"].strip())
    if found is None:
        raise FileError(path, "the topic's <num> is empty: Number: 301 is expected.", line=line)
    return line, found[1], TOPIC.sub("", parts.get("title", "").strip())
