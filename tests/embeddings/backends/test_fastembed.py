"""fastembed with the real all-MiniLM-L6-v2, and without a network."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.embeddings.backends import (
    BackendUnavailable,
    EmbeddingError,
    ModelSpec,
    embed_query,
    embed_texts,
    load_backend,
)

pytest.importorskip("fastembed")
pytestmark = pytest.mark.usefixtures("fresh_backends")

# What sentence-transformers 5 on torch 2.13 computes of the model's published weights: the first
# three numbers, and the sum of all.
PUBLISHED = {
    "The quick brown fox jumps over the lazy dog.": ([0.0439335, 0.0589344, 0.0481784], 0.153683),
    "Où est la bibliothèque ?": ([0.0093331, -0.0477124, -0.056455], -0.112807),
    "日本語のテキスト": ([0.0016537, 0.1429803, 0.068165], 0.045469),
    "long " * 1000: ([-0.0337419, -0.0415768, 0.0616768], -1.246844),
    "def f(x): return x ** 2": ([-0.0076134, 0.0466094, -0.0047845], -0.079443),
}


def spec_for(folder: Path, name: str = "all-MiniLM-L6-v2", **provider: Any) -> ModelSpec:
    return ModelSpec(name, 384, str(folder), "fastembed", provider)


@pytest.fixture
def copied(minilm_folder: Path, tmp_path: Path) -> Path:
    """Return a folder of the model's files, the large one as a link."""
    for file in minilm_folder.iterdir():
        if file.name == "model.onnx":
            (tmp_path / file.name).symlink_to(file)
        else:
            shutil.copy(file, tmp_path / file.name)
    return tmp_path


def test_vectors_are_the_published_model(minilm_folder: Path, no_network: list[str]) -> None:
    spec = spec_for(minilm_folder)
    vectors = embed_texts(load_backend(spec), spec, list(PUBLISHED))
    for vector, (first, total) in zip(vectors, PUBLISHED.values(), strict=True):
        assert vector[:3] == pytest.approx(first, abs=2e-6)
        assert sum(vector) == pytest.approx(total, abs=2e-5)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)
    assert no_network == []


def test_question_is_nearest_to_its_answer(minilm_folder: Path) -> None:
    spec = spec_for(minilm_folder)
    backend = load_backend(spec)
    texts = ["Bread is baked in an oven.", "Paris is the capital of France.", "Cats purr."]
    question = np.array(embed_query(backend, spec, "Which city is France governed from?"))
    assert int(np.argmax(np.array(embed_texts(backend, spec, texts)) @ question)) == 1


def test_same_vectors_as_the_library_called_directly(minilm_folder: Path) -> None:
    from fastembed import TextEmbedding  # noqa: PLC0415

    texts = [f"{word} " * count for count in (1, 3, 40, 300) for word in ("one", "naïve", "東京")]
    library = TextEmbedding(
        "sentence-transformers/all-MiniLM-L6-v2", specific_model_path=str(minilm_folder)
    )
    direct = np.array(list(library.embed(texts, batch_size=16)))
    spec = spec_for(minilm_folder)
    ours = np.array(embed_texts(load_backend(spec), spec, texts))
    assert np.abs(ours - direct).max() < 1e-6


def test_long_text_is_cut_to_what_the_model_reads(minilm_folder: Path) -> None:
    spec = spec_for(minilm_folder)
    backend = load_backend(spec)
    assert backend.max_tokens == 256
    assert backend.tokenizer_file() == minilm_folder / "tokenizer.json"
    short, long = "word " * 254, "word " * 2_000_000
    assert embed_query(backend, spec, long) == pytest.approx(embed_query(backend, spec, short))


def test_option_makes_texts_shorter(minilm_folder: Path) -> None:
    spec = spec_for(minilm_folder, max_tokens=8, batch_size=3, threads=1)
    backend = load_backend(spec)
    assert (backend.max_tokens, backend.batch_size) == (8, 3)
    assert embed_query(backend, spec, "a b c d e f g h") == embed_query(
        backend, spec, "a b c d e f"
    )


@pytest.mark.parametrize("layout", ["model.onnx", "onnx/model.onnx", "other.onnx"])
def test_model_that_fastembed_does_not_know(copied: Path, layout: str) -> None:
    if layout != "model.onnx":
        (copied / layout).parent.mkdir(exist_ok=True)
        (copied / "model.onnx").rename(copied / layout)
    options = {"model_file": layout} if layout == "other.onnx" else {}
    spec = spec_for(copied, name="our-own", **options)
    known = spec_for(copied, model_file=layout)
    texts = ["a text", "another, longer text"]
    ours = np.array(embed_texts(load_backend(spec), spec, texts))
    assert ours == pytest.approx(np.array(embed_texts(load_backend(known), known, texts)))
    first_token = spec_for(copied, name="our-own", pooling="cls", normalize=False, **options)
    others = np.array(embed_texts(load_backend(first_token), first_token, texts))
    assert np.abs(np.linalg.norm(others, axis=1) - 1).min() > 0.1
    assert (others * ours).sum(axis=1).max() < 0.99 * np.linalg.norm(others, axis=1).max()


def test_another_dimension_is_an_error(minilm_folder: Path) -> None:
    spec = ModelSpec("all-MiniLM-L6-v2", 768, str(minilm_folder))
    with pytest.raises(EmbeddingError, match="a vector of 384 numbers, but its dimension is 768"):
        embed_texts(load_backend(spec), spec, ["a"])


@pytest.mark.parametrize("name", ["all-MiniLM-L6-v2", "our-own"])
@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "tokenizer_config.json"])
def test_missing_file_is_named(copied: Path, no_network: list[str], name: str, file: str) -> None:
    (copied / file).unlink()
    expected = f"{'onnx/' if name == 'our-own' and file == 'model.onnx' else ''}{file}"
    with pytest.raises(BackendUnavailable) as caught:
        load_backend(spec_for(copied, name))
    assert str(caught.value) == f"{name}: {expected} is missing in {copied}, the model path."
    assert no_network == []


@pytest.mark.parametrize("content", [b"", b"\x08\x07garbage", b"[]"])
@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json", "config.json"])
def test_broken_file_is_named(
    copied: Path, no_network: list[str], file: str, content: bytes
) -> None:
    (copied / file).unlink()
    (copied / file).write_bytes(content)
    with pytest.raises(BackendUnavailable) as caught:
        load_backend(spec_for(copied))
    assert str(copied) in str(caught.value)
    assert file in str(caught.value)
    assert "\n" not in str(caught.value)
    assert no_network == []


def test_tokenizer_that_is_none_is_named(copied: Path) -> None:
    (copied / "tokenizer.json").write_text("{}")
    with pytest.raises(BackendUnavailable, match=r"tokenizer\.json"):
        load_backend(spec_for(copied))


def test_folder_that_is_not_there_is_named(tmp_path: Path, no_network: list[str]) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(BackendUnavailable, match=f"there is no folder {missing}"):
        load_backend(spec_for(missing))
    assert no_network == []


def test_repaired_folder_is_loaded(copied: Path) -> None:
    (copied / "tokenizer.json").rename(copied / "away")
    spec = spec_for(copied)
    with pytest.raises(BackendUnavailable):
        load_backend(spec)
    (copied / "away").rename(copied / "tokenizer.json")
    assert len(embed_query(load_backend(spec), spec, "a")) == 384


@pytest.mark.parametrize("name", ["all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"])
def test_no_folder_and_no_network_says_what_to_do(
    tmp_path: Path, no_network: list[str], name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    spec = ModelSpec(name, 384, provider={"cache_dir": str(tmp_path)})
    with pytest.raises(BackendUnavailable) as caught:
        load_backend(spec)
    message = str(caught.value)
    assert message.startswith(f"{name} is not on this machine and cannot be fetched (")
    assert '"model path"' in message
    assert "FASTEMBED_CACHE_PATH" in message
    assert "\n" not in message
    assert no_network != []  # it was tried
    assert capfd.readouterr().err == ""


def test_unknown_name_without_a_folder_says_what_to_do() -> None:
    with pytest.raises(BackendUnavailable, match="is no model that fastembed knows: put its ONNX"):
        load_backend(ModelSpec("our-own", 384))


def test_other_pooling_is_an_error(minilm_folder: Path) -> None:
    with pytest.raises(EmbeddingError, match="\"pooling\" is 'max': one of mean, cls, none"):
        load_backend(spec_for(minilm_folder, pooling="max"))


def test_published_tokenizer_config_is_kept_but_for_the_length(minilm_folder: Path) -> None:
    config = json.loads((minilm_folder / "tokenizer_config.json").read_text())
    assert config["model_max_length"] == 256
    assert config["tokenizer_class"] == "BertTokenizer"
