"""fastembed's own cross-encoder class with a model of a few nodes, and without a network."""

from pathlib import Path
from typing import Any

import pytest

from assistant.embeddings.backends import BackendUnavailable
from assistant.embeddings.rerankers import RerankerSpec, load_reranker, score_passages

pytest.importorskip("fastembed")
pytest.importorskip("onnx")
from tests.embeddings.rerankers.cross_encoder import write_cross_encoder

TEXTS = ["cats purr", "bread is baked in an oven", "bread", "paris", "where is france"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cross-encoder")
    write_cross_encoder(path)
    return path


def spec_for(folder: Path | str = "", model: str = "ours", **options: Any) -> RerankerSpec:
    return RerankerSpec("fastembed", model, str(folder), provider=options)


def scores_of(spec: RerankerSpec, question: str, *texts: str) -> list[float]:
    return score_passages(load_reranker(spec), spec, question, texts)


@pytest.mark.parametrize("batch_size", [1, 2, 16])
def test_question_and_passage_are_read_at_once(
    folder: Path, no_network: list[str], batch_size: int
) -> None:
    spec = spec_for(folder, batch_size=batch_size)
    shares = [0, 2 / 6, 1, 0, 1 / 3]
    assert scores_of(spec, "where is bread", *TEXTS) == pytest.approx(
        [0, 2 / 6, 1, 0, 2 / 3], abs=1e-5
    )
    assert scores_of(spec, "is bread", *TEXTS) == pytest.approx(shares, abs=1e-5)
    assert no_network == []


def test_model_at_the_top_of_the_folder(tmp_path: Path) -> None:
    write_cross_encoder(tmp_path, file="model.onnx")
    assert scores_of(spec_for(tmp_path), "cats", "cats") == pytest.approx([1], abs=1e-5)


def test_file_of_another_name(tmp_path: Path) -> None:
    write_cross_encoder(tmp_path, file="small.onnx")
    spec = spec_for(tmp_path, model_file="small.onnx")
    assert scores_of(spec, "cats", "cats") == pytest.approx([1], abs=1e-5)


def test_long_texts_are_cut_to_what_the_model_reads(folder: Path) -> None:
    reranker: Any = load_reranker(spec_for(folder))
    assert (reranker.max_tokens, reranker.batch_size) == (32, 16)
    assert load_reranker(spec_for(folder, max_tokens=8)).max_tokens == 8
    long = "bread " * 200_000 + "cats"
    assert scores_of(spec_for(folder), "cats " * 200_000, long) == pytest.approx([0], abs=1e-5)


def test_passages_without_words_have_scores(folder: Path) -> None:
    assert scores_of(spec_for(folder), "", "", "cats") == pytest.approx([0, 0], abs=1e-5)


@pytest.mark.parametrize("file", ["onnx/model.onnx", "tokenizer.json", "tokenizer_config.json"])
def test_missing_file_is_named(tmp_path: Path, no_network: list[str], file: str) -> None:
    write_cross_encoder(tmp_path)
    (tmp_path / file).unlink()
    with pytest.raises(BackendUnavailable) as caught:
        load_reranker(spec_for(tmp_path))
    assert str(caught.value) == f"ours: {file} is missing in {tmp_path}, the model path."
    assert no_network == []


@pytest.mark.parametrize("file", ["onnx/model.onnx", "tokenizer.json"])
def test_broken_file_is_named(tmp_path: Path, file: str) -> None:
    write_cross_encoder(tmp_path)
    (tmp_path / file).write_bytes(b"{}")
    with pytest.raises(BackendUnavailable, match=str(tmp_path)) as caught:
        load_reranker(spec_for(tmp_path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["ms-marco-MiniLM-L-6-v2", "Xenova/ms-marco-MiniLM-L-6-v2"])
def test_no_folder_and_no_network_says_what_to_do(
    tmp_path: Path, no_network: list[str], name: str
) -> None:
    with pytest.raises(BackendUnavailable) as caught:
        load_reranker(spec_for(model=name, cache_dir=str(tmp_path)))
    message = str(caught.value)
    assert message.startswith(f"{name} is not on this machine and cannot be fetched (")
    assert '"model_path"' in message
    assert "\n" not in message
    assert no_network != []  # it was tried


@pytest.mark.parametrize("name", ["nobody-has-this", ""])
def test_unknown_name_without_a_folder_says_what_to_do(name: str) -> None:
    with pytest.raises(BackendUnavailable, match="is no cross-encoder that fastembed knows: put"):
        load_reranker(spec_for(model=name))
