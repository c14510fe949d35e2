"""Describes graphs without their names, to compare two versions of TensorFlow node by node."""

import json
from collections import Counter

from goldens.generate import graph_nodes
from helpers import GOLDENS

# Attributes that TensorFlow 2.21 writes and 1.15 does not have, at least for some ops.
NEW_ATTRIBUTES = {
    "_has_manual_control_dependencies": "True",
    "Tk": "int32",
    "Tsegmentids": "int32",
    "allowed_devices": "[]",
    "bad_indices_policy": "",
    "buffer_size_min": "0",
    "debug_name": "",
    "explicit_paddings": "[]",
    "exponential_avg_factor": "1.0",
    "force_synchronous": "False",
    "grad_a": "False",
    "grad_b": "False",
    "grad_x": "False",
    "grad_y": "False",
    "index_type": "int32",
    "is_files": "False",
    "metadata": "",
    "multiply_linear_by_lr": "False",
    "ram_budget": "0",
    "replicate_on_split": "False",
    "shape_type": "int32",
    "sparse_gradient": "False",
    "validate_shape": "False",
}


def golden(name: str):
    """The nodes of the article's graph in TensorFlow 1.15.5, or in 2.21 (`_tf2`)."""
    return json.loads((GOLDENS / name).read_text())


def described(nodes) -> list[str]:
    """The op, the ops of the inputs, and the attributes of each node."""

    def type_of(place) -> str:
        # The only op of the article with another name in TensorFlow 2.
        return "AddV2" if nodes[int(place)][0] == "Add" else nodes[int(place)][0]

    def input_of(text: str) -> str:
        if text.startswith("^"):
            return "^" + type_of(text[1:])
        place, _, output = text.partition(":")
        return f"{type_of(place)}:{output}"

    texts = []
    for place, (_, inputs, attributes) in enumerate(nodes):
        known = {k: v for k, v in attributes.items() if k not in NEW_ATTRIBUTES}
        if "_class" in known:
            known["_class"] = [type_of(i) for i in known["_class"]]
        order = sorted if inputs and all(i.startswith("^") for i in inputs) else list
        texts.append(json.dumps([type_of(place), order(map(input_of, inputs)), known]))
    return texts


def only_in(one, other) -> Counter:
    """The descriptions that one graph contains more often than the other."""
    return Counter(described(one)) - Counter(described(other))


def nodes_of(graph):
    return graph_nodes(graph.as_graph_def())
