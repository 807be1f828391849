"""sentence-transformers, where it is installed: torch is too large for every run of the tests."""

from pathlib import Path
from typing import Any

import pytest

from assistant.embeddings.backends import BackendUnavailable, EmbeddingError
from assistant.embeddings.rerankers import RerankerSpec, load_reranker, score_passages

pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of torch and its imports

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "bread", "is", "baked", "cats", "purr"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cross-encoder of a few random weights, saved as published ones are."""
    import torch  # noqa: PLC0415
    from transformers import (  # noqa: PLC0415
        BertConfig,
        BertForSequenceClassification,
        BertTokenizerFast,
    )

    path = tmp_path_factory.mktemp("cross-encoder")
    (path / "vocab.txt").write_text("\n".join(WORDS))
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(path)
    BertTokenizerFast(str(path / "vocab.txt"), model_max_length=64).save_pretrained(path)
    return path


def spec_for(folder: Path | str = "", model: str = "ours", **options: Any) -> RerankerSpec:
    provider = {"device": "cpu", **options}
    return RerankerSpec("sentence_transformers", model, str(folder), provider=provider)


def scores_of(spec: RerankerSpec, question: str, *texts: str) -> list[float]:
    return score_passages(load_reranker(spec), spec, question, texts)


def test_same_scores_as_the_library_called_directly(folder: Path, no_network: list[str]) -> None:
    from sentence_transformers import CrossEncoder  # noqa: PLC0415

    texts = ["bread is baked", "cats purr", "bread", "", "bread " * 1_000]
    direct = CrossEncoder(str(folder), device="cpu", local_files_only=True, max_length=64)
    expected = direct.predict([("is bread baked", text) for text in texts])
    found = scores_of(spec_for(folder, batch_size=2), "is bread baked", *texts)
    assert found == pytest.approx(list(map(float, expected)), abs=1e-6)
    assert len(set(found)) == len(texts)
    assert no_network == []


def test_reads_what_the_model_says_or_less(folder: Path) -> None:
    assert load_reranker(spec_for(folder)).model.max_length == 64  # type: ignore[attr-defined]
    short: Any = load_reranker(spec_for(folder, max_tokens=8))
    assert short.model.max_length == 8
    spec = spec_for(folder, max_tokens=8)
    assert scores_of(spec, "is", "bread " * 20) == scores_of(spec, "is", "bread " * 10)


def test_folder_that_is_none_is_named(tmp_path: Path, no_network: list[str]) -> None:
    with pytest.raises(BackendUnavailable, match="there is no folder"):
        load_reranker(spec_for(tmp_path / "gone"))
    with pytest.raises(
        BackendUnavailable, match=r"ours cannot be loaded \(.*\"model_path\""
    ) as caught:
        load_reranker(spec_for(tmp_path))
    assert "\n" not in str(caught.value)
    assert no_network == []


def test_a_model_has_to_be_named() -> None:
    with pytest.raises(EmbeddingError, match='a "model" or a "model_path" is expected'):
        load_reranker(spec_for(model=""))
