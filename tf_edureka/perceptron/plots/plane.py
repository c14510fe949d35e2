"""Pictures of perceptrons: activation functions, decision lines, sweeps, and the hidden layer.

All can be read without colour: a target is told by its marker, a curve by its dashes, an outcome by
its hatching, and shading gets darker with the output.
"""

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from tf_edureka import hidden_layer, perceptron
from tf_edureka.activations import ACTIVATIONS, slope
from tf_edureka.gates import Gate
from tf_edureka.outcome import OUTCOMES, is_right

# What is drawn of the plane of both inputs, which are 0 or 1.
_INPUTS = (-0.5, 1.5)
_FRAMES, _MILLISECONDS, _LAST_MILLISECONDS = 31, 120, 2000
_HATCHES = {"learned": "", "dead": "////", "stuck": "....", "no line": "\\\\", "not yet": "xx"}
_GREYS = {"learned": "0.15", "dead": "0.9", "stuck": "0.75", "no line": "0.6", "not yet": "1.0"}
# White around a line or a letter keeps it apart from any shading.
_HALO = [patheffects.withStroke(linewidth=4, foreground="white")]


def activations(figure: Figure | None = None) -> Figure:
    """Draws the six activation functions with their derivatives.

    Source: the article's list of activation functions.

    Args:
        figure: to draw into; a new one if None.

    Returns:
        the figure; softmax is drawn for two outputs, of which the other has z = 0.
    """
    figure = figure or Figure(figsize=(12.5, 7.8), layout="constrained")
    z = tf.linspace(-4.0, 4.0, 1601)
    for axes, (name, activation) in zip(
        figure.subplots(2, 3).flat, ACTIVATIONS.items(), strict=True
    ):
        function, label = activation.function, "$f(z)$"
        if name == "softmax":
            function, label = _first_of_two, "$f(z)$, two outputs, the other 0"
        axes.plot(z, _with_gaps(function(z)), color="black", linewidth=2, label=label)
        derivative = f"$f'(z) = {activation.derivative}$"
        axes.plot(
            z, _with_gaps(slope(function, z)), color="tab:red", linestyle="--", label=derivative
        )
        if name == "softmax":
            axes.plot(z, tf.ones_like(z), color="0.5", linestyle=":", label="$f(z)$, one output")
        axes.set(xlabel="weighted sum $z$", ylabel="output, slope", ylim=(-1.4, 2.9))
        axes.set_title(
            f"{name}: $f(z) = {activation.equation}$\nin ${activation.values}$\n{activation.flat}",
            fontsize=10,
        )
        axes.legend(loc="upper left", fontsize=9)
        axes.grid(alpha=0.3)
    return figure


def decision(
    activation: str, gate: Gate, weights: np.ndarray, title: str, figure: Figure | None = None
) -> Figure:
    """Draws what a perceptron makes of its two inputs: shading, decision line, and the four rows.

    Source: the article's "decision line"; here it is where the output is 1/2.

    Args:
        activation: of the perceptron.
        gate: that it learned.
        weights: float32, shape (3,): of both inputs and of the bias.
        title: how it was trained.
        figure: to draw into; a new one if None.

    Returns:
        the figure; beside each row of the gate is the perceptron's output for it.
    """
    figure = figure or Figure(figsize=(6.4, 5.6), layout="constrained")
    kernel = tf.constant(weights, tf.float32)[:, tf.newaxis]
    rows = perceptron.outputs(activation, gate.inputs, kernel).numpy()[:, 0]
    axes = figure.add_subplot()
    crossed = _shade(axes, _INPUTS, lambda at: perceptron.outputs(activation, at, kernel))
    _draw_rows(axes, gate, gate.inputs[:, :2], [f"{output:.3g}" for output in rows])
    line = "" if crossed else ", no decision line here"
    _name_inputs(axes)
    right = is_right(rows, gate).sum()
    axes.set_title(f"{gate.name.upper()}: {right} of 4 rows right{line}\n{title}")
    _explain(figure, axes, axes)
    return figure


def animate_decision(
    path: Path,
    activation: str,
    gate: Gate,
    weights: np.ndarray,
    loss: Sequence[float],
    title: str,
) -> None:
    """Writes the decision line's way through the epochs as an animated GIF.

    Args:
        path: of the file to write.
        activation: of the perceptron.
        gate: that it learned.
        weights: float32, shape (epochs + 1, 3): before the training and after each epoch.
        loss: after each epoch.
        title: how it was trained.
    """
    figure = Figure(figsize=(6.4, 5.6), dpi=80, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    frames = []
    for epoch in np.unique(np.linspace(0, len(loss), _FRAMES).astype(int)):
        figure.clear()
        state = f"loss {loss[epoch - 1]:.4g}" if epoch else "weights as drawn"
        decision(activation, gate, weights[epoch], f"{title}\nepoch {epoch}, {state}", figure)
        canvas.draw()
        frames.append(Image.fromarray(np.array(canvas.buffer_rgba())).convert("RGB"))
    held = [_MILLISECONDS] * (len(frames) - 1) + [_LAST_MILLISECONDS]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=held, loop=0)


def sweep(
    loss: np.ndarray, outcomes: np.ndarray, title: str, figure: Figure | None = None
) -> Figure:
    """Draws how many seeds end with which loss, and what became of them.

    Args:
        loss: float32, shape (n,), of each seed after the last epoch.
        outcomes: str, shape (n,), of each seed, keys of `OUTCOMES`.
        title: what was trained.
        figure: to draw into; a new one if None.

    Returns:
        the figure; seeds that diverged are counted in its legend only.
    """
    figure = figure or Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    drawn = loss[outcomes != "diverged"]
    bins = np.linspace(0, max(drawn.max(initial=0), 1e-3), 61)
    below = np.zeros(60)
    for name in OUTCOMES:
        ended = loss[outcomes == name]
        if not len(ended):
            continue
        label = f"{name}: {len(ended)} ({len(ended) / len(loss):.1%})"
        if name == "diverged":
            axes.plot([], [], " ", label=f"{label}, not drawn")
            continue
        counts, _ = np.histogram(ended, bins)
        axes.bar(
            bins[:-1],
            counts,
            np.diff(bins),
            below,
            align="edge",
            color=_GREYS[name],
            hatch=_HATCHES[name],
            edgecolor="black",
            linewidth=0.5,
            label=label,
        )
        below += counts
    axes.set(xlabel="loss after the last epoch (summed squared error)", ylabel="seeds")
    axes.set_ylim(top=max(1, 1.05 * below.max()))
    axes.set_title(title)
    axes.grid(alpha=0.3)
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def hidden_space(
    activation: str, gate: Gate, weights: np.ndarray, title: str, figure: Figure | None = None
) -> Figure:
    """Draws how a 2-2-1 network parts a gate: by two lines of its inputs, one line when hidden.

    Args:
        activation: of the hidden neurons.
        gate: that it learned.
        weights: shape (9,), as `hidden_layer.train` gives them.
        title: how it was trained.
        figure: to draw into; a new one if None.

    Returns:
        the figure: on the left the input space with both hidden neurons' lines, where their
        weighted sum is 0; on the right the space of what they give, with the same four rows.
    """
    figure = figure or Figure(figsize=(11, 5.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    network = tf.constant(weights, tf.float32)[tf.newaxis]

    _shade(left, _INPUTS, lambda at: hidden_layer.outputs(activation, at, network)[0])
    corners = np.array(list(itertools.product(_INPUTS, _INPUTS)))
    for neuron, (dashes, width, grey) in enumerate((("--", 3, "0.45"), (":", 2, "black"))):
        kernel, bias = weights[neuron:4:2].astype(np.float64), weights[4 + neuron]
        sums = corners @ kernel + bias
        # The line of softmax is another: where both weighted sums are alike.
        if activation != "softmax" and sums.min() < 0 < sums.max():
            nearest = -bias * kernel / (kernel @ kernel)
            left.axline(
                nearest,
                nearest + [-kernel[1], kernel[0]],
                color=grey,
                linestyle=dashes,
                linewidth=width,
                label=f"hidden neuron {neuron + 1}: z = 0",
            )
    _name_inputs(left)
    left.set_title("The inputs" + ("" if gate.separable else ": no line parts the rows"))
    _draw_rows(left, gate, gate.inputs[:, :2], _row_names(gate))

    hidden = hidden_layer.hidden_outputs(activation, gate.inputs, network)[0].numpy()
    # A training that went wrong gives any number.
    hidden = np.nan_to_num(hidden.astype(np.float64).clip(-1e6, 1e6))
    margin = 0.25 * max(np.ptp(hidden), 0.1)
    output_kernel = tf.constant(weights[6:], tf.float32)[:, tf.newaxis]
    _shade(
        right,
        (hidden.min() - margin, hidden.max() + margin),
        lambda at: tf.sigmoid(tf.matmul(at, output_kernel)),
    )
    right.set(xlabel="hidden neuron 1", ylabel="hidden neuron 2")
    learned = is_right(hidden_layer.outputs(activation, gate.inputs, network), gate).all()
    right.set_title("What the hidden neurons give" + (": one line does" if learned else ""))
    _draw_rows(right, gate, hidden, _labels_by_place(gate, hidden))
    figure.suptitle(title)
    _explain(figure, left, [left, right])
    return figure


def _first_of_two(z: tf.Tensor) -> tf.Tensor:
    """The first output of a softmax over z and 0."""
    return tf.nn.softmax(tf.stack([z, tf.zeros_like(z)], axis=1))[:, 0]


def _with_gaps(values: tf.Tensor) -> np.ndarray:
    """The values with a gap where they jump, over which no line is to be drawn."""
    values = values.numpy()
    values[1:][np.abs(np.diff(values)) > 0.5] = np.nan
    return values


def _shade(axes: Axes, limits: tuple[float, float], outputs) -> bool:
    """Shades a square by the output and draws the line where it is 1/2, if there is one."""
    places = np.linspace(*limits, 301, dtype=np.float32)
    first, second = np.meshgrid(places, places)
    points = np.stack([first.ravel(), second.ravel(), np.ones(first.size, np.float32)], axis=1)
    values = outputs(points).numpy().reshape(first.shape)
    axes.imshow(
        values,
        extent=(*limits, *limits),
        origin="lower",
        cmap="Blues",
        vmin=0,
        vmax=1.25,  # the darkest blues would swallow what is drawn on them
        interpolation="bilinear",
    )
    # On a plane that is 1/2 everywhere the line would be rounding.
    crossed = bool(values.min() < 0.5 <= values.max() and np.ptp(values) > 1e-3)
    if crossed:
        line = axes.contour(first, second, values, [0.5], colors="tab:red", linewidths=2)
        line.set(path_effects=_HALO)
        axes.plot([], [], color="tab:red", linewidth=2, label="output 1/2: the decision line")
    return crossed


def _name_inputs(axes: Axes) -> None:
    axes.set(xlabel="input 1", ylabel="input 2", xticks=[0, 1], yticks=[0, 1])
    axes.set(xlim=_INPUTS, ylim=_INPUTS)


def _draw_rows(axes: Axes, gate: Gate, places: np.ndarray, labels: Sequence[str]) -> None:
    """Marks the four rows of a gate where they lie, each with its label if that is not empty."""
    for target, marker, colour in ((0, "o", "white"), (1, "s", "black")):
        chosen = places[gate.targets[:, 0] == target]
        axes.scatter(
            *chosen.T,
            s=90,
            color=colour,
            marker=marker,
            edgecolor="black",
            zorder=3,
            label=f"should be {target}",
        )
    # Outwards, since lines pass between the rows.
    sides = np.where(places < places.mean(axis=0), -1, 1)
    for place, label, (across, up) in zip(places, labels, sides, strict=True):
        axes.annotate(
            label,
            place,
            (9 * across, 9 * up),
            textcoords="offset points",
            ha="left" if across > 0 else "right",
            va="bottom" if up > 0 else "top",
            path_effects=_HALO,
            zorder=4,
        )


def _row_names(gate: Gate) -> list[str]:
    return [f"{one:.0f} {other:.0f}" for one, other in gate.inputs[:, :2]]


def _labels_by_place(gate: Gate, places: np.ndarray) -> list[str]:
    """The inputs of each row; of rows that lie close together the first has them all."""
    names = np.array(_row_names(gate))
    reach = 0.12 * max(np.ptp(places), 0.1)
    labels, seen = [], np.zeros(4, bool)
    for place in places:
        near = (np.abs(places - place).max(axis=1) < reach) & ~seen
        seen |= near
        labels.append("\n".join(names[near]))
    return labels


def _explain(figure: Figure, axes: Axes, beside: Axes | list[Axes]) -> None:
    """Adds the legend of one of the axes below all, and the scale of the shading beside them."""
    figure.colorbar(axes.images[0], ax=beside, label="output", extend="both")
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
