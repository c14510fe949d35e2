"""The plane of a gate's two inputs, and what a perceptron or two hidden neurons make of it."""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from tf_edureka._tensorflow import tf
from tf_edureka.perceptron import xor_network
from tf_edureka.perceptron.diagnosis import is_correct
from tf_edureka.perceptron.gates import Gate
from tf_edureka.perceptron.training import outputs
from tf_edureka.results import Floats

# What is drawn of the plane of both inputs, which are 0 or 1.
_INPUTS = (-0.5, 1.5)
_FRAMES, _MILLISECONDS, _LAST_MILLISECONDS = 31, 120, 2000
# White around a line or a letter keeps it apart from any shading.
_HALO = [patheffects.withStroke(linewidth=4, foreground="white")]
# From rows of both inputs and a one to an output for each.
_Outputs = Callable[[npt.NDArray[np.float32]], tf.Tensor]


def decision_line(
    activation: str,
    gate: Gate,
    weights: npt.NDArray[np.float32],
    title: str,
    figure: Figure | None = None,
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
    rows = outputs(activation, gate.inputs, kernel=kernel).numpy()[:, 0]
    axes = figure.add_subplot()
    crossed = _shade_inputs(axes, lambda at: outputs(activation, at, kernel=kernel))
    _draw_rows(axes, gate, gate.inputs[:, :2], [f"{output:.3g}" for output in rows])
    line = "" if crossed else ", no decision line here"
    right = is_correct(rows, gate).sum()
    heading = f"{gate.name.upper()}: {right} of 4 rows right{line}\n{title}"
    axes.set_title(heading, parse_math=False)
    _add_legend(axes)
    return figure


def animate_decision_line(
    path: Path,
    activation: str,
    gate: Gate,
    weights: npt.NDArray[np.float32],
    loss: Sequence[float] | Floats,
    title: str,
) -> None:
    """Writes the decision line's way through the epochs as an animated GIF.

    Args:
        path: of the file to write.
        activation: of the perceptron.
        gate: that it learned.
        weights: float32, shape (epochs + 1, 3): before the training and after each epoch.
        loss: float, shape (epochs,): after each epoch.
        title: how it was trained.
    """
    figure = Figure(figsize=(6.4, 5.6), dpi=80, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    frames = []
    for epoch in np.unique(np.linspace(0, len(loss), _FRAMES).astype(int)):
        figure.clear()
        state = f"loss {loss[epoch - 1]:.4g}" if epoch else "weights as drawn"
        decision_line(activation, gate, weights[epoch], f"{title}\nepoch {epoch}, {state}", figure)
        canvas.draw()
        frames.append(Image.fromarray(np.array(canvas.buffer_rgba())).convert("RGB"))
    held = [_MILLISECONDS] * (len(frames) - 1) + [_LAST_MILLISECONDS]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=held, loop=0)


def hidden_space(
    activation: str, gate: Gate, weights: npt.NDArray[np.float32], title: str
) -> Figure:
    """Draws how a 2-2-1 network parts a gate: by two lines of its inputs, one line when hidden.

    Args:
        activation: of the hidden neurons.
        gate: that it learned.
        weights: shape (9,), as `xor_network.train` gives them.
        title: how it was trained.

    Returns:
        the figure: on the left the input space with both hidden neurons' lines, where their
        weighted sum is 0; on the right the space of what they give, with the same four rows.
    """
    figure = Figure(figsize=(11, 5.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    network = tf.constant(weights, tf.float32)[tf.newaxis]

    _shade_inputs(left, lambda at: xor_network.outputs(activation, at, network)[0])
    corners = np.array(list(itertools.product(_INPUTS, _INPUTS)))
    for neuron, (dashes, width, grey) in enumerate((("--", 3, "0.45"), (":", 2, "black"))):
        kernel, bias = weights[neuron:4:2].astype(np.float64), weights[4 + neuron]
        sums = corners @ kernel + bias
        # The line of softmax is another: where both weighted sums are alike.
        if activation != "softmax" and sums.min() < 0 < sums.max():
            nearest = -bias * kernel / (kernel @ kernel)
            style = {"linestyle": dashes, "linewidth": width, "color": grey}
            along, label = [-kernel[1], kernel[0]], f"hidden neuron {neuron + 1}: z = 0"
            left.axline(nearest, nearest + along, label=label, **style)
    left.set_title("The inputs" + ("" if gate.separable else ": no line parts the rows"))
    _draw_rows(left, gate, gate.inputs[:, :2])

    hidden = xor_network.hidden_outputs(activation, gate.inputs, network)[0].numpy()
    # A training that went wrong gives any number.
    hidden = np.nan_to_num(hidden.astype(np.float64).clip(-1e6, 1e6))
    margin = 0.25 * max(np.ptp(hidden), 0.1)
    limits = (hidden.min() - margin, hidden.max() + margin)
    output_kernel = tf.constant(weights[6:], tf.float32)[:, tf.newaxis]
    _shade(right, limits, lambda at: tf.sigmoid(tf.matmul(at, output_kernel)))
    right.set(xlabel="hidden neuron 1", ylabel="hidden neuron 2")
    learned = is_correct(xor_network.outputs(activation, gate.inputs, network), gate).all()
    right.set_title("What the hidden neurons give" + (": one line does" if learned else ""))
    _draw_rows(right, gate, hidden)
    figure.suptitle(title, parse_math=False)
    _add_legend(left, right)
    return figure


def _shade_inputs(axes: Axes, outputs_at: _Outputs) -> bool:
    """Shades the plane of both inputs, as `_shade` does."""
    axes.set(xlabel="input 1", ylabel="input 2", xticks=[0, 1], yticks=[0, 1])
    axes.set(xlim=_INPUTS, ylim=_INPUTS)
    return _shade(axes, _INPUTS, outputs_at)


def _shade(axes: Axes, limits: tuple[float, float], outputs_at: _Outputs) -> bool:
    """Shades a square by the output and draws the line where it is 1/2, if there is one."""
    places = np.linspace(*limits, 301, dtype=np.float32)
    first, second = np.meshgrid(places, places)
    points = np.stack([first.ravel(), second.ravel(), np.ones(first.size, np.float32)], axis=1)
    values = outputs_at(points).numpy().reshape(first.shape)
    axes.imshow(
        values,
        extent=(*limits, *limits),
        origin="lower",
        interpolation="bilinear",
        cmap="Blues",
        vmin=0,
        vmax=1.25,  # the darkest blues would swallow what is drawn on them
    )
    # On a plane that is 1/2 everywhere the line would be rounding.
    crossed = bool(values.min() < 0.5 <= values.max() and np.ptp(values) > 1e-3)
    if crossed:
        line = axes.contour(first, second, values, [0.5], colors="tab:red", linewidths=2)
        line.set(path_effects=_HALO)
        axes.plot([], [], color="tab:red", linewidth=2, label="output 1/2: the decision line")
    return crossed


def _draw_rows(axes: Axes, gate: Gate, places: Floats, labels: Sequence[str] | None = None) -> None:
    """Marks the four rows of a gate where they lie, each with its label, or else its inputs."""
    labels = labels or _inputs_by_place(gate, places)
    for target, marker, colour in ((0, "o", "white"), (1, "s", "black")):
        x, y = places[gate.targets[:, 0] == target].T
        axes.scatter(
            x,
            y,
            s=90,
            marker=marker,
            color=colour,
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


def _inputs_by_place(gate: Gate, places: Floats) -> list[str]:
    """The inputs of each row; of rows that lie close together the first has them all."""
    names = np.array([f"{one:.0f} {other:.0f}" for one, other in gate.inputs[:, :2]])
    reach = 0.12 * max(float(np.ptp(places)), 0.1)
    labels, seen = [], np.zeros(4, bool)
    for place in places:
        near = (np.abs(places - place).max(axis=1) < reach) & ~seen
        seen |= near
        labels.append("\n".join(names[near]))
    return labels


def _add_legend(*panels: Axes) -> None:
    """Adds the legend of the first panel below all, and the scale of the shading beside them."""
    first, figure = panels[0], panels[0].figure
    figure.colorbar(first.images[0], ax=panels, label="output", extend="both")
    figure.legend(*first.get_legend_handles_labels(), loc="outside lower center", ncols=3)
