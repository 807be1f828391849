"""Long texts as chunks that a model can read, cut where their structure allows.

The splitter is `semantic-text-splitter`, which fills chunks with whole sections, paragraphs or
sentences, as large as fit. Before it, a text is cut into pieces: that bounds its time, which can
grow with the square of a text's length; and it keeps the definitions of source code apart.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.embeddings.backends.base import Backend, BackendUnavailable, needs_extra

__all__ = ["Chunk", "split"]

# A passage of a few sentences: longer ones say too much for one vector.
MAX_TOKENS = 256
# What the model puts before and after a text, and a prefix ("passage: ").
SPARE_TOKENS = 8
# Where there is no tokenizer to count with, about as much.
MAX_CHARACTERS = 1_000
# Tokenizers have one token for any long run of letters without a space, and none for spaces.
MAX_CHARACTERS_PER_TOKEN = 10
PIECE = 20_000
# Every level of nesting costs the Markdown splitter time; nobody writes so many.
NESTED = re.compile(r"^(?:[ \t>]|[-*+] ){100}", re.MULTILINE)
# Where code begins anew: a line that is neither indented nor the end of something, after a blank.
DEFINITIONS = re.compile(r"\n[ \t\r]*\n(?=[^\s)}\]])")
# Of code, so that most groups of definitions fit into one chunk.
CODE_CHARACTERS_PER_TOKEN = 3

# Whose text is written as Markdown when it is read.
STRUCTURED = frozenset(("html", "office"))


@dataclass(frozen=True)
class Chunk:
    """A part of a text: `text[start:end]`, counted in characters."""

    index: int
    text: str
    start: int
    end: int

    @property
    def content_hash(self) -> str:
        """Return the text's SHA-256."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class Limits:
    """How much goes into one chunk."""

    size: int
    overlap: int
    tokenizer: Path | None

    @property
    def characters(self) -> int:
        """Return how many characters a chunk never has more than."""
        return self.size * MAX_CHARACTERS_PER_TOKEN if self.tokenizer else self.size


def split(
    text: str,
    *,
    content_type: str = "text",
    backend: Backend | None = None,
    overlap: int = 0,
) -> list[Chunk]:
    """Return the chunks of a text, none of a blank one.

    `content_type` is a document's: "code", "markdown" or what is read as Markdown ("html",
    "office"), anything else for plain text. With a backend, chunks have as many of its model's
    tokens as it reads, 256 at most; without, or where its tokenizer is not known, 1,000 characters.
    `overlap` is how many of those a chunk may repeat of the one before.

    Raises ``BackendUnavailable`` where a text must be split and the splitter is not installed.
    """
    limits = _limits(backend, overlap)
    kind = content_type.removeprefix("text/")
    if kind in STRUCTURED:
        kind = "markdown"
    chunks: list[Chunk] = []
    for start, end in _pieces(text, kind, limits):
        for offset, part in _parts(text[start:end], kind, limits):
            at = start + offset
            chunks.append(Chunk(len(chunks), part, at, at + len(part)))
    return chunks


def _limits(backend: Backend | None, overlap: int) -> Limits:
    tokenizer = backend.tokenizer_file() if backend else None
    most = backend.max_tokens if backend else None
    if tokenizer:
        return Limits(
            max(min(most or MAX_TOKENS, MAX_TOKENS) - SPARE_TOKENS, 1), overlap, tokenizer
        )
    # A token is rarely less than two characters of prose.
    return Limits(min(MAX_CHARACTERS, 2 * most) if most else MAX_CHARACTERS, overlap, None)


def _pieces(text: str, kind: str, limits: Limits) -> Iterator[tuple[int, int]]:
    """Yield from where to where the splitter looks at once."""
    if kind != "code":
        yield from _bounded(text, 0, len(text), kind)
        return
    most = limits.size * (CODE_CHARACTERS_PER_TOKEN if limits.tokenizer else 1)
    start = end = 0
    for definition in [*(match.end() for match in DEFINITIONS.finditer(text)), len(text)]:
        if definition - start > most and end > start:
            yield from _bounded(text, start, end, kind)
            start = end
        end = definition
    yield from _bounded(text, start, end, kind)


def _bounded(text: str, start: int, end: int, kind: str) -> Iterator[tuple[int, int]]:
    """Yield parts of at most PIECE characters, which end with a section, paragraph or word."""
    ends = ("\n#", "\n\n", "\n", " ") if kind == "markdown" else ("\n\n", "\n", " ")
    while end - start > PIECE:
        least, most = start + PIECE * 3 // 4, start + PIECE
        found = (text.rfind(mark, least, most) for mark in ends)
        cut = next((place + 1 for place in found if place > 0), most)
        yield start, cut
        start = cut
    yield start, end


def _parts(piece: str, kind: str, limits: Limits) -> Iterator[tuple[int, str]]:
    """Yield the chunks of a piece, and where each begins."""
    stripped = piece.strip()
    if not stripped:
        return
    if len(stripped.encode()) <= limits.size:  # no token is less than a byte
        yield piece.index(stripped), stripped
        return
    # Markdown's structure is in its lines: in one, all it could find is nesting.
    structured = kind == "markdown" and "\n" in stripped and not NESTED.search(piece)
    name = "MarkdownSplitter" if structured else "TextSplitter"
    for offset, part in _splitter(name, limits).chunk_indices(piece):
        if len(part) <= limits.characters:
            yield offset, part
            continue
        by_characters = _splitter("TextSplitter", Limits(limits.characters, 0, None))
        for inner, less in by_characters.chunk_indices(part):
            yield offset + inner, less


@lru_cache(maxsize=16)
def _splitter(name: str, limits: Limits) -> Any:
    try:
        import semantic_text_splitter  # noqa: PLC0415
    except ImportError as error:
        needs_extra("Splitting long texts", "splitting", error)
    splitter = getattr(semantic_text_splitter, name)
    if limits.tokenizer is None:
        return splitter(limits.size, limits.overlap)
    try:
        tokenizer = json.loads(limits.tokenizer.read_bytes())
        # A cut or filled up text would be counted as of that length.
        tokenizer |= {"truncation": None, "padding": None}
        return splitter.from_huggingface_tokenizer_str(
            json.dumps(tokenizer), limits.size, limits.overlap
        )
    except Exception as error:  # the library's own is a plain one
        raise BackendUnavailable(
            f"The tokenizer {limits.tokenizer} cannot be read: {error}"
        ) from error
