"""Write a BERT model's weights as an ONNX file, without torch.

The graph is the encoder of Devlin et al. (2018): embeddings, then layers of self-attention and a
feed-forward part, each added to its input and normalised. Self-attention is one node of ONNX
Runtime's own operators (`com.microsoft`), which is what its optimiser makes of exported graphs.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

# Gelu is an operator since opset 20; IR 10 is what goes with it in older ONNX Runtimes.
OPSET = 20
IR_VERSION = 10


def convert(folder: Path, target: Path) -> None:
    """Read config.json and model.safetensors of a folder and write the ONNX file."""
    config = json.loads((folder / "config.json").read_text())
    expected = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}
    for key, value in expected.items():
        if config.get(key) != value:
            raise ValueError(f"{folder}/config.json: {key} is {config.get(key)!r}, not {value!r}.")
    model = build(config, load_file(folder / "model.safetensors"))
    onnx.checker.check_model(model)
    onnx.save(model, target)


def build(config: Mapping[str, Any], weights: Mapping[str, np.ndarray]) -> onnx.ModelProto:
    """Return the model: token ids, mask and types in, `last_hidden_state` out."""
    graph = Graph(config, weights)
    hidden = graph.embeddings()
    for number in range(config["num_hidden_layers"]):
        hidden = graph.layer(hidden, f"encoder.layer.{number}")
    graph.node("Identity", hidden, output="last_hidden_state")
    size = config["hidden_size"]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    outputs = [
        helper.make_tensor_value_info(
            "last_hidden_state", TensorProto.FLOAT, ["batch", "sequence", size]
        )
    ]
    return helper.make_model(
        helper.make_graph(graph.nodes, "bert", inputs, outputs, graph.initializers),
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)],
        ir_version=IR_VERSION,
    )


@dataclass
class Graph:
    """The nodes and tensors so far."""

    config: Mapping[str, Any]
    weights: Mapping[str, np.ndarray]
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    initializers: list[onnx.TensorProto] = field(default_factory=list)

    def embeddings(self) -> str:
        """Add up what stands for each word, its position and its type."""
        words = self.node("Gather", self.weight("embeddings.word_embeddings.weight"), "input_ids")
        types = self.node(
            "Gather", self.weight("embeddings.token_type_embeddings.weight"), "token_type_ids"
        )
        # As many rows of the table of positions as the texts are long.
        length = self.node("Shape", "input_ids", start=1, end=2)
        zero = self.tensor("zero", np.array([0], np.int64))
        table = self.weight("embeddings.position_embeddings.weight")
        positions = self.node("Slice", table, zero, length, zero)
        total = self.node("Add", self.node("Add", words, types), positions)
        # What the attention of every layer leaves out: the padding.
        self.node("Cast", "attention_mask", output="mask", to=TensorProto.INT32)
        return self.normalised(total, "embeddings.LayerNorm")

    def layer(self, hidden: str, name: str) -> str:
        """Let every word look at the others, then at itself."""
        attended = self.dense(self.attention(hidden, name), f"{name}.attention.output.dense")
        hidden = self.normalised(
            self.node("Add", hidden, attended), f"{name}.attention.output.LayerNorm"
        )
        inner = self.node("Gelu", self.dense(hidden, f"{name}.intermediate.dense"))
        outer = self.dense(inner, f"{name}.output.dense")
        return self.normalised(self.node("Add", hidden, outer), f"{name}.output.LayerNorm")

    def attention(self, hidden: str, name: str) -> str:
        """Mix the words by how well query and key fit, in every head."""
        parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        weight = np.concatenate([self.weights[f"{part}.weight"].T for part in parts], axis=1)
        bias = np.concatenate([self.weights[f"{part}.bias"] for part in parts])
        return self.node(
            "Attention",
            hidden,
            self.tensor(f"{name}.attention.self.weight", weight),
            self.tensor(f"{name}.attention.self.bias", bias),
            "mask",
            domain="com.microsoft",
            num_heads=self.config["num_attention_heads"],
        )

    def dense(self, hidden: str, name: str) -> str:
        """Multiply by a matrix and add a bias."""
        weight = self.tensor(f"{name}.weight", self.weights[f"{name}.weight"].T)
        return self.node("Add", self.node("MatMul", hidden, weight), self.weight(f"{name}.bias"))

    def normalised(self, hidden: str, name: str) -> str:
        """Bring every word's values to mean 0 and variance 1, then scale and shift them."""
        scale, shift = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        epsilon = self.config["layer_norm_eps"]
        return self.node("LayerNormalization", hidden, scale, shift, epsilon=epsilon)

    def weight(self, name: str) -> str:
        """Take over a tensor as it is."""
        return self.tensor(name, self.weights[name])

    def tensor(self, name: str, value: np.ndarray) -> str:
        """Add a constant."""
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """Add an operation and return the name of its result."""
        output = output or f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output
