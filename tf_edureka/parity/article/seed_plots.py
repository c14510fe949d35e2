"""Plots why TensorFlow 2 samples other numbers with the same graph seed: the op seeds."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tf_edureka._tensorflow import tf
from tf_edureka.errors import InputError
from tf_edureka.tf1.initializers import random_normals

_NORMAL = "RandomStandardNormal"
# Checks that a variable is initialised; TensorFlow 1.15 had no such op for its variables.
_TF2_ONLY_OP = "VarIsInitializedOp"
_NAMES = {
    _NORMAL: "random",
    "AddV2": "add",
    "VarHandleOp": "variable",
    "VariableV2": "variable",
    "AssignVariableOp": "assign",
    "ReadVariableOp": "read",
    "Identity": "read",
}
_MAX_RANDOM_OPS, _SAMPLES = 2, 8


def ops_as_in_tf1(graph: tf.Graph) -> list[tf.Operation]:
    """Returns the ops of a `graph` that TensorFlow 1.15 would create, in creation order."""
    return [op for op in graph.get_operations() if op.type != _TF2_ONLY_OP]


def op_seeds(graph: tf.Graph, graph_seed: int | None, title: str) -> Figure:
    """Draws the op seeds that TensorFlow 1 and 2 assign to the random ops of a graph.

    Source: `tf.get_seed` of both versions; `tf1.seeds` computes what is counted here box by box.

    Args:
        graph: graph in which `tf.compat.v1.random_normal` was called without a seed.
        graph_seed: argument of `tf.compat.v1.set_random_seed`; None if it was not called.
        title: title of the figure.

    Returns:
        a figure. Top row: one box per op, up to the second random op and its variable. The number
        below a box counts the boxes before it; for a random op (dark) that is TensorFlow 1's op
        seed. The number above is TensorFlow 2's op seed. Bottom: the first eight numbers that
        either seed gives for these random ops. Ops that TensorFlow 1.15 did not have get no box,
        and a note says so.

    Raises:
        InputError: if the graph has no such op.
    """
    ops = ops_as_in_tf1(graph)
    places = [place for place, op in enumerate(ops) if op.type == _NORMAL]
    if not places:
        raise InputError("graph: expected one with tf.compat.v1.random_normal, got one without")
    shown = ops
    if len(places) > _MAX_RANDOM_OPS:
        shown = ops[: min(ops.index(made.op) for made in ops[places[_MAX_RANDOM_OPS]].inputs)]
        places = places[:_MAX_RANDOM_OPS]
    seeds = {place: ops[place].get_attr("seed2") for place in places}
    figure = Figure(figsize=(11, 5.4), layout="constrained")
    rows = figure.subplot_mosaic([["boxes"] * len(places), [*places]], height_ratios=(1.15, 1))
    _draw_boxes(rows["boxes"], shown, seeds)
    if len(ops) < len(graph.get_operations()):
        note = f"Not shown: {_TF2_ONLY_OP}, which TensorFlow 1.15 did not have"
        rows["boxes"].set_xlabel(note, fontsize=9)
    for place, seed in seeds.items():
        _draw_numbers(rows[place], graph_seed, place, seed)
    figure.suptitle(title, parse_math=False)
    return figure


def _draw_boxes(axes: Axes, ops: list[tf.Operation], seeds: dict[int, int]) -> None:
    """Draws a row of boxes, the keys of `seeds` dark with TensorFlow 2's seeds above them."""
    look: dict[str, Any] = {"ha": "center", "va": "center"}
    for place, op in enumerate(ops):
        is_random = place in seeds
        fill, ink = ("0.2", "white") if is_random else ("white", "black")
        axes.add_patch(Rectangle((place + 0.06, 0), 0.88, 1, facecolor=fill, edgecolor="black"))
        middle = place + 0.5
        axes.text(middle, 0.5, _name(op), rotation=90, color=ink, fontsize=9, **look)
        weight = "bold" if is_random else "normal"
        size = 12 if is_random else 8
        axes.text(middle, -0.16, str(place), fontsize=size, fontweight=weight, **look)
        if is_random:
            axes.text(middle, 1.16, str(seeds[place]), fontsize=12, fontweight="bold", **look)
    axes.text(0, 1.42, "TensorFlow 2: number of random ops before it", fontsize=10, va="center")
    axes.text(0, -0.42, "TensorFlow 1: number of ops before it", fontsize=10, va="center")
    axes.set(xlim=(-0.1, len(ops) + 0.1), ylim=(-0.55, 1.55), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def _name(op: tf.Operation) -> str:
    if op.type == "Const":
        return op.name.rpartition("/")[2]  # shape, mean, stddev
    return _NAMES.get(op.type, op.type.lower())


def _draw_numbers(axes: Axes, graph_seed: int | None, old: int, new: int) -> None:
    """Draws the first numbers sampled with TensorFlow 1's and TensorFlow 2's op seed."""
    samples = random_normals(graph_seed, [old, new], shape=[_SAMPLES]).numpy()
    looks = (
        (f"TensorFlow 1: op seed {old}", "0.2", ""),
        (f"TensorFlow 2: op seed {new}", "0.9", "////"),
    )
    for side, (numbers, (label, grey, hatch)) in enumerate(zip(samples, looks, strict=True)):
        places = np.arange(_SAMPLES) + 0.4 * side - 0.2
        look: dict[str, Any] = {
            "color": grey,
            "hatch": hatch,
            "edgecolor": "black",
            "linewidth": 0.5,
        }
        axes.bar(places, numbers, 0.4, label=label, **look)
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set(xticks=range(_SAMPLES), ylim=(-3.4, 4.6), ylabel="sampled value")
    axes.set_xticklabels([str(number + 1) for number in range(_SAMPLES)])
    axes.set_xlabel(f"the first {_SAMPLES} numbers")
    axes.legend(loc="upper center", ncols=2, fontsize=9)
