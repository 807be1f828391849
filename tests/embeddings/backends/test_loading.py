"""Backends by name, each once."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from assistant.embeddings.backends import (
    BackendUnavailable,
    EmbeddingError,
    ModelSpec,
    load_backend,
)
from assistant.embeddings.models import EmbeddingModel
from tests.embeddings.embedder import HashedWords

pytestmark = pytest.mark.usefixtures("fresh_backends")

HERE = "tests.embeddings.backends.test_loading"
WORDS = "tests.embeddings.embedder.HashedWords"


class Slow(HashedWords):
    """Takes its time, and counts."""

    made = 0

    def __init__(self, spec: Any) -> None:
        time.sleep(0.05)
        Slow.made += 1
        super().__init__(spec)


class Broken:
    """Cannot be made."""

    def __init__(self, spec: Any) -> None:
        raise RuntimeError("out of order")


class Refusing:
    """Says so itself."""

    def __init__(self, spec: Any) -> None:
        raise EmbeddingError("not today")


class NoBackend:
    """Has nothing of what a backend has."""

    def __init__(self, spec: Any) -> None:
        self.batch_size = 1


def make_words(spec: ModelSpec) -> HashedWords:
    return HashedWords(spec)


@pytest.mark.parametrize("path", [WORDS, f"{HERE}.make_words"], ids=["class", "factory"])
def test_dotted_path_is_called_with_the_model(path: str) -> None:
    model = EmbeddingModel(name="m", dimension=5)
    model.backend, model.provider, model.distance = path, {}, "cosine"
    backend = load_backend(model)
    assert isinstance(backend, HashedWords)
    assert backend.dimension == 5


def test_backend_is_made_once_a_process_and_model() -> None:
    Slow.made = 0
    found: list[Any] = []
    specs = [ModelSpec("m", 5, "", f"{HERE}.Slow", {"a": [1]}) for _ in range(8)]
    threads = [
        threading.Thread(target=lambda spec=spec: found.append(load_backend(spec)))
        for spec in specs
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Slow.made == 1
    assert len(set(map(id, found))) == 1


def test_changed_model_is_another_backend() -> None:
    first = load_backend(ModelSpec("m", 5, "", WORDS, {"a": 1}))
    assert load_backend(ModelSpec("m", 5, "", WORDS, {"a": 2})) is not first
    assert load_backend(ModelSpec("m", 6, "", WORDS, {"a": 1})) is not first
    assert load_backend(ModelSpec("m", 5, "", WORDS, {"a": 1})) is first


def test_model_changed_in_place_is_another_backend() -> None:
    model = EmbeddingModel(name="m", dimension=5)
    model.backend, model.provider, model.distance = WORDS, {"a": {"b": 1}}, "cosine"
    first = load_backend(model)
    model.provider["a"]["b"] = 2
    assert load_backend(model) is not first


@pytest.mark.parametrize(
    "content, reason",
    [
        ("raise RuntimeError('out of\\norder')", r"\(RuntimeError: out of order\)"),
        ("def", r"\(SyntaxError: .*\)"),
        ("import not_there", r"\(No module named 'not_there'\)"),
    ],
)
def test_module_that_fails_is_a_backend_that_cannot_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, reason: str
) -> None:
    (tmp_path / "failing_backend.py").write_text(content)
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(BackendUnavailable, match=f"^m: the backend .* cannot be imported {reason}"):
        load_backend(ModelSpec("m", 5, "", "failing_backend.Words"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_child_process_loads_its_own() -> None:
    code = (
        "import os, django; django.setup()\n"
        "from assistant.embeddings.backends import ModelSpec, load_backend\n"
        f"spec = ModelSpec('m', 5, '', '{WORDS}')\n"
        "first = load_backend(spec)\n"
        "child = os.fork()\n"
        "if not child: os._exit(10 if load_backend(spec) is not first else 11)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
    )
    assert done.stdout.strip() == "10"


@pytest.mark.parametrize(
    "path,said",
    [
        ("nowhere.Backend", 'the backend "nowhere.Backend" cannot be imported'),
        ("fastembeddd", 'the backend "fastembeddd" cannot be imported'),
        (f"{HERE}.Missing", "cannot be imported"),
        (f"{HERE}.Broken", "could not be made: RuntimeError: out of order"),
        (f"{HERE}.NoBackend", "has no max_tokens, embed_documents, embed_query, tokenizer_file"),
    ],
)
def test_backend_that_cannot_be_had_is_an_error_that_says_why(path: str, said: str) -> None:
    with pytest.raises(BackendUnavailable) as caught:
        load_backend(ModelSpec("m", 5, "", path))
    assert str(caught.value).startswith("m: ")
    assert said in str(caught.value)


def test_backends_own_error_comes_through() -> None:
    with pytest.raises(EmbeddingError, match=r"^not today$"):
        load_backend(ModelSpec("m", 5, "", f"{HERE}.Refusing"))


@pytest.mark.parametrize(
    "backend,extra",
    [("fastembed", "fastembed"), ("sentence_transformers", "sentence-transformers")],
)
def test_missing_extra_is_named(backend: str, extra: str) -> None:
    code = (
        "import sys\n"
        f"sys.modules['{backend}'] = None\n"  # import raises ImportError
        "import django; django.setup()\n"
        "from assistant.embeddings.backends import BackendUnavailable, ModelSpec, load_backend\n"
        f"try: load_backend(ModelSpec('m', 5, '', '{backend}'))\n"
        "except BackendUnavailable as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
    )
    assert done.stdout.startswith(
        f'The backend {backend} needs an extra: pip install "django-ai-assistant-backend[{extra}]"'
    )
    assert len(done.stdout.splitlines()) == 1
