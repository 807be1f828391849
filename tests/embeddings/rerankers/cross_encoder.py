"""A cross-encoder small enough to be read: which share of a passage is words of the question."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

__all__ = ["WORDS", "write_cross_encoder"]

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
WORDS = ["bread", "is", "baked", "in", "an", "oven", "cats", "purr", "paris", "france", "where"]


def write_cross_encoder(folder: Path, *, file: str = "onnx/model.onnx", length: int = 32) -> None:
    """Write what a published cross-encoder's folder holds."""
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    onnx.save(_model(), folder / file)
    vocabulary = {word: number for number, word in enumerate([*SPECIAL, *WORDS])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"model_max_length": length, "pad_token": "[PAD]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def _model() -> onnx.ModelProto:
    """Return the graph: each word of the question is compared with each one of the passage."""
    constants = {
        "special": np.array(len(SPECIAL) - 1, np.int64),
        "across": np.array([1], np.int64),
        "down": np.array([2], np.int64),
        "all": np.array([1, 2], np.int64),
        "few": np.array(1e-6, np.float32),
    }
    nodes = [
        helper.make_node("Greater", ["input_ids", "special"], ["is_word"]),
        helper.make_node("Cast", ["is_word"], ["word"], to=TensorProto.FLOAT),
        helper.make_node("Cast", ["token_type_ids"], ["second"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["word", "second"], ["passage"]),
        helper.make_node("Sub", ["word", "passage"], ["question"]),
        helper.make_node("Unsqueeze", ["input_ids", "down"], ["rows"]),
        helper.make_node("Unsqueeze", ["input_ids", "across"], ["columns"]),
        helper.make_node("Equal", ["rows", "columns"], ["is_same"]),
        helper.make_node("Cast", ["is_same"], ["same"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["question", "down"], ["questions"]),
        helper.make_node("Unsqueeze", ["passage", "across"], ["passages"]),
        helper.make_node("Mul", ["questions", "passages"], ["pairs"]),
        helper.make_node("Mul", ["pairs", "same"], ["matches"]),
        helper.make_node("ReduceSum", ["matches", "all"], ["matching"], keepdims=0),
        helper.make_node("ReduceSum", ["passage", "across"], ["length"], keepdims=0),
        helper.make_node("Add", ["length", "few"], ["words"]),
        helper.make_node("Div", ["matching", "words"], ["share"]),
        helper.make_node("Unsqueeze", ["share", "across"], ["logits"]),
    ]
    names = ("input_ids", "attention_mask", "token_type_ids")
    graph = helper.make_graph(
        nodes,
        "cross_encoder",
        [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "length"]) for n in names],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 1])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model
