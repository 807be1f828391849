"""Chunks that fit, where they belong, of any text."""

import hashlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.embeddings.backends import BackendUnavailable
from assistant.embeddings.splitting import MAX_CHARACTERS, Chunk, split

KINDS = ["text", "markdown", "code"]


class Counting:
    """A backend as the splitter sees it."""

    batch_size = 1

    def __init__(self, file: Path | None, max_tokens: int | None = None) -> None:
        self.file = file
        self.max_tokens = max_tokens

    def tokenizer_file(self) -> Path | None:
        return self.file

    def embed_documents(self, texts: Sequence[str]) -> Any:
        raise NotImplementedError

    def embed_query(self, text: str) -> Any:
        raise NotImplementedError


@pytest.fixture(scope="session")
def counting(minilm_folder: Path) -> Counting:
    return Counting(minilm_folder / "tokenizer.json", 256)


@pytest.fixture(scope="session")
def tokenizer(minilm_folder: Path) -> Any:
    from tokenizers import Tokenizer  # noqa: PLC0415

    loaded = Tokenizer.from_file(str(minilm_folder / "tokenizer.json"))
    loaded.no_truncation()
    loaded.no_padding()
    return loaded


def assert_faithful(text: str, chunks: list[Chunk], *, overlap: bool = False) -> None:
    """Assert that chunks are parts of a text, in order, and leave out nothing but spaces."""
    end = 0
    for index, chunk in enumerate(chunks):
        assert chunk.index == index
        assert text[chunk.start : chunk.end] == chunk.text
        assert chunk.text.strip()
        assert overlap or not text[end : chunk.start].strip()
        assert overlap or chunk.start >= end
        end = chunk.end
    assert not text[end:].strip()


def prose(sentences: int, seed: int = 0) -> str:
    chosen = random.Random(seed)  # noqa: S311
    words = "the of retrieval vector search naïve database 東京 user message query".split()  # noqa: SIM905
    return "".join(
        " ".join(chosen.choices(words, k=12)).capitalize()
        + (".\n\n" if chosen.random() < 0.1 else ". ")
        for _ in range(sentences)
    )


def test_short_text_is_one_chunk() -> None:
    (chunk,) = split("  Hello, wörld.\n")
    assert chunk == Chunk(0, "Hello, wörld.", 2, 15)
    assert chunk.content_hash == hashlib.sha256("Hello, wörld.".encode()).hexdigest()


@pytest.mark.parametrize("text", ["", " ", "\n\t\r\n", "\n" * 100_000, "\u00a0" * 5_000])
def test_blank_text_has_no_chunks(text: str) -> None:
    assert split(text) == []


@pytest.mark.parametrize("kind", KINDS)
def test_long_text_is_chunks_of_characters(kind: str) -> None:
    text = prose(300)
    chunks = split(text, content_type=kind)
    assert_faithful(text, chunks)
    assert max(len(chunk.text) for chunk in chunks) <= MAX_CHARACTERS
    assert len(chunks) < 2 * len(text) / MAX_CHARACTERS


@pytest.mark.parametrize("kind", KINDS)
def test_chunks_are_what_the_model_reads(kind: str, counting: Counting, tokenizer: Any) -> None:
    text = prose(300)
    chunks = split(text, content_type=kind, backend=counting)
    assert_faithful(text, chunks)
    sizes = [len(tokenizer.encode(chunk.text).ids) for chunk in chunks]
    assert max(sizes) <= 256
    assert sum(sizes) / len(sizes) > 100


def test_smaller_model_has_smaller_chunks(counting: Counting, tokenizer: Any) -> None:
    chunks = split(prose(100), backend=Counting(counting.file, 64))
    assert max(len(tokenizer.encode(chunk.text).ids) for chunk in chunks) <= 64
    assert max(len(chunk.text) for chunk in split(prose(100), backend=Counting(None, 64))) <= 128


def test_larger_model_has_chunks_of_a_passage(counting: Counting, tokenizer: Any) -> None:
    chunks = split(prose(300), backend=Counting(counting.file, 8_192))
    assert max(len(tokenizer.encode(chunk.text).ids) for chunk in chunks) <= 256


def test_markdown_is_cut_at_its_headings() -> None:
    sections = [f"## Section {number}\n\n{prose(8, number).strip()}\n\n" for number in range(12)]
    text = "# Title\n\n" + "".join(sections)
    chunks = split(text, content_type="markdown")
    assert_faithful(text, chunks)
    assert sum(chunk.text.startswith(("# Title", "## Section")) for chunk in chunks) >= 12
    assert split(text, content_type="text/markdown") == chunks


def test_code_is_cut_at_its_definitions() -> None:
    body = "    total = a + b  # add them up\n\n    if total > 10:\n        return total\n" * 5
    functions = [
        f"# About the function {number}.\n@decorated\ndef function_{number}(a, b):\n{body}"
        for number in range(20)
    ]
    text = "import os\n\n\n" + "\n\n".join(functions)
    chunks = split(text, content_type="code")
    assert_faithful(text, chunks)
    assert all(chunk.text.startswith(("import os", "# About")) for chunk in chunks)


def test_code_with_braces_keeps_their_end() -> None:
    functions = [
        f"int function_{number}(int a)\n{{\n" + "    a += 1;\n" * 50 + "\n}\n"
        for number in range(10)
    ]
    text = "\n".join(functions)
    chunks = split(text, content_type="code")
    assert_faithful(text, chunks)
    assert all(chunk.text.startswith("int function_") for chunk in chunks)


def test_chunks_overlap_where_asked_for(counting: Counting) -> None:
    text = prose(100)
    chunks = split(text, backend=counting, overlap=40)
    assert_faithful(text, chunks, overlap=True)
    assert any(one.end > other.start for one, other in pairwise(chunks))


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4_000))
@settings(max_examples=60, deadline=None)
def test_any_text_is_cut_faithfully(kind: str, text: str) -> None:
    for unit in (text, text * 20):
        chunks = split(unit, content_type=kind)
        assert_faithful(unit, chunks)
        assert all(len(chunk.text) <= MAX_CHARACTERS for chunk in chunks)


HOSTILE = {
    "letters": "x" * 300_000,
    "digits": "0123456789" * 30_000,
    "family": "👩‍👩‍👧‍👦🚀" * 20_000,
    "cjk": "日本語のテキスト。漢字" * 10_000,
    "accents": "a" + "\u0301" * 200_000,
    "quotes": ">" * 50_000,
    "brackets": "[" * 50_000,
    "deep list": "".join(f"{'  ' * (n % 200)}- a\n" for n in range(1_000)),
    "blank lines": "".join("\n" * (n % 300) + "a" for n in range(1_000)),
    "spaces": "a" + " " * 200_000 + "b",
    "else if": "if(a){b}else " * 5_000,
    "JSON": '{"k":[1,2,{"a":"b"}],' * 5_000,
    "table": "|a" * 10_000 + "\n" + "|-" * 10_000 + "\n",
    "old line ends": "line\r" * 50_000,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_cut_in_time(
    text: str, kind: str, counting: Counting, tokenizer: Any
) -> None:
    start = time.process_time()
    chunks = split(text, content_type=kind, backend=counting)
    assert time.process_time() - start < 10
    assert_faithful(text, chunks)
    assert max(len(chunk.text) for chunk in chunks) <= 2_560
    assert max(len(tokenizer.encode(chunk.text).ids) for chunk in chunks[:50]) <= 256


def test_time_grows_with_the_text_and_no_faster(counting: Counting) -> None:
    def seconds(text: str) -> float:
        start = time.process_time()
        split(text, content_type="markdown", backend=counting)
        return time.process_time() - start

    text = prose(1_000)
    split(text[:5_000], content_type="markdown", backend=counting)
    once = min(seconds(text) for _ in range(3))
    assert seconds(text * 8) < 8 * once * 3


def test_tokenizer_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "tokenizer.json"
    file.write_text("{}")
    with pytest.raises(BackendUnavailable, match=f"The tokenizer {file} cannot be read"):
        split(prose(100), backend=Counting(file))


def test_missing_splitter_is_named_where_it_is_needed() -> None:
    code = (
        "import sys; sys.modules['semantic_text_splitter'] = None\n"
        "from assistant.embeddings.backends import BackendUnavailable\n"
        "from assistant.embeddings.splitting import split\n"
        "assert len(split('short')) == 1\n"
        "try: split('long ' * 1000)\n"
        "except BackendUnavailable as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.startswith(
        'Splitting long texts needs an extra: pip install "django-ai-assistant-backend[splitting]"'
    )
