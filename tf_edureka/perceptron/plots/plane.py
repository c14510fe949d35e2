"""The plane of a gate's inputs with the decision lines of a perceptron or of hidden neurons."""

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

# Range of both axes of the input plane; the inputs are 0 or 1.
_INPUTS = (-0.5, 1.5)
_FRAMES, _MILLISECONDS, _LAST_MILLISECONDS = 31, 120, 2000
# A white outline keeps lines and letters readable on any shading.
_HALO = [patheffects.withStroke(linewidth=4, foreground="white")]
# Maps rows of both inputs and a one to an output for each.
_Outputs = Callable[[npt.NDArray[np.float32]], tf.Tensor]


def decision_line(
    activation: str,
    gate: Gate,
    weights: npt.NDArray[np.float32],
    title: str,
    figure: Figure | None = None,
) -> Figure:
    r"""Draws a perceptron's output over the input plane, with its decision line and the four rows.

    Source: the article's "decision line", drawn here where the output is 1/2.

    Args:
        activation: name of the perceptron's activation.
        gate: gate it was trained on.
        weights: weights of both inputs and the bias: float32, shape (3,).
        title: second line of the title, such as how the perceptron was trained.
        figure: figure to draw into; None for a new one.

    Returns:
        the figure, with the perceptron's output next to each row of the gate.

    Example:
        >>> from tf_edureka import GATES, PerceptronConfig, train_perceptron
        >>> from tf_edureka.perceptron import plots
        >>> result = train_perceptron(PerceptronConfig(seed=15), GATES["or"])
        >>> figure = plots.decision_line("relu", GATES["or"], result.final_weights, "seed 15")
        >>> figure.axes[0].get_title()
        'OR: 4 of 4 rows right\nseed 15'
        >>> figure.savefig("decision.png")
    """
    figure = figure or Figure(figsize=(6.4, 5.6), layout="constrained")
    kernel = tf.constant(weights, tf.float32)[:, tf.newaxis]
    rows = outputs(activation, gate.inputs, kernel=kernel).numpy()[:, 0]
    axes = figure.add_subplot()
    crossed = _shade_inputs(axes, lambda at: outputs(activation, at, kernel=kernel))
    _draw_rows(axes, gate, gate.inputs[:, :2], [f"{output:.3g}" for output in rows])
    line = "" if crossed else ", no decision line in view"
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
    """Writes an animated GIF of the decision line over the epochs.

    Args:
        path: path of the file to write.
        activation: name of the perceptron's activation.
        gate: gate it was trained on.
        weights: weights before the training and after each epoch: float32, shape (epochs + 1, 3).
        loss: loss after each epoch: float, shape (epochs,).
        title: title of each frame; the epoch and its loss are added.

    Example:
        >>> from pathlib import Path
        >>> from tf_edureka import GATES, PerceptronConfig, train_perceptron
        >>> from tf_edureka.perceptron import plots
        >>> result = train_perceptron(PerceptronConfig(seed=15, epochs=2), GATES["or"])
        >>> path = Path("decision.gif")
        >>> plots.animate_decision_line(
        ...     path, "relu", GATES["or"], result.weights, result.loss, "seed 15"
        ... )
        >>> path.exists()
        True
    """
    figure = Figure(figsize=(6.4, 5.6), dpi=80, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    frames = []
    for epoch in np.unique(np.linspace(0, len(loss), _FRAMES).astype(int)):
        figure.clear()
        state = f"loss {loss[epoch - 1]:.4g}" if epoch else "initial weights"
        decision_line(activation, gate, weights[epoch], f"{title}\nepoch {epoch}, {state}", figure)
        canvas.draw()
        frames.append(Image.fromarray(np.array(canvas.buffer_rgba())).convert("RGB"))
    held = [_MILLISECONDS] * (len(frames) - 1) + [_LAST_MILLISECONDS]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=held, loop=0)


def hidden_space(
    activation: str, gate: Gate, weights: npt.NDArray[np.float32], title: str
) -> Figure:
    """Draws how a 2-2-1 network separates a gate: two lines before, one after its hidden layer.

    Args:
        activation: name of the hidden neurons' activation.
        gate: gate it was trained on.
        weights: weights from `xor_network.train`: float32, shape (9,).
        title: title of the figure, such as how the network was trained.

    Returns:
        the figure. Left: the input space with the line of each hidden neuron, where its weighted
        sum is 0. Right: the space of the hidden neurons' outputs with the same four rows.

    Example:
        Weights with which the hidden neurons compute OR and AND, and the output "OR but not AND":

        >>> import numpy as np
        >>> from tf_edureka import GATES
        >>> from tf_edureka.perceptron import plots
        >>> weights = np.float32([9, 9, 9, 9, -4.5, -13.5, 9, -9, -4.5])
        >>> figure = plots.hidden_space("sigmoid", GATES["xor"], weights, "XOR")
        >>> figure.axes[1].get_title()
        'Outputs of the hidden neurons: one line separates the rows'
        >>> figure.savefig("xor.png")
    """
    figure = Figure(figsize=(11, 5.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    network = tf.constant(weights, tf.float32)[tf.newaxis]

    _shade_inputs(left, lambda at: xor_network.outputs(activation, at, network)[0])
    corners = np.array(list(itertools.product(_INPUTS, _INPUTS)))
    for neuron, (dashes, width, grey) in enumerate((("--", 3, "0.45"), (":", 2, "black"))):
        kernel, bias = weights[neuron:4:2].astype(np.float64), weights[4 + neuron]
        sums = corners @ kernel + bias
        # Softmax's line is different: where both weighted sums are equal.
        if activation != "softmax" and sums.min() < 0 < sums.max():
            nearest = -bias * kernel / (kernel @ kernel)
            style = {"linestyle": dashes, "linewidth": width, "color": grey}
            along, label = [-kernel[1], kernel[0]], f"hidden neuron {neuron + 1}: z = 0"
            left.axline(nearest, nearest + along, label=label, **style)
    left.set_title("The inputs" + ("" if gate.separable else ": no line separates the rows"))
    _draw_rows(left, gate, gate.inputs[:, :2])

    hidden = xor_network.hidden_outputs(activation, gate.inputs, network)[0].numpy()
    # The outputs may be NaN, inf or huge if the training diverged.
    hidden = np.nan_to_num(hidden.astype(np.float64).clip(-1e6, 1e6))
    margin = 0.25 * max(np.ptp(hidden), 0.1)
    limits = (hidden.min() - margin, hidden.max() + margin)
    output_kernel = tf.constant(weights[6:], tf.float32)[:, tf.newaxis]
    _shade(right, limits, lambda at: tf.sigmoid(tf.matmul(at, output_kernel)))
    right.set(xlabel="hidden neuron 1", ylabel="hidden neuron 2")
    learned = is_correct(xor_network.outputs(activation, gate.inputs, network), gate).all()
    separates = ": one line separates the rows"
    right.set_title("Outputs of the hidden neurons" + (separates if learned else ""))
    _draw_rows(right, gate, hidden)
    figure.suptitle(title, parse_math=False)
    _add_legend(left, right)
    return figure


def _shade_inputs(axes: Axes, outputs_at: _Outputs) -> bool:
    """Shades the input plane like `_shade`."""
    axes.set(xlabel="input 1", ylabel="input 2", xticks=[0, 1], yticks=[0, 1])
    axes.set(xlim=_INPUTS, ylim=_INPUTS)
    return _shade(axes, _INPUTS, outputs_at)


def _shade(axes: Axes, limits: tuple[float, float], outputs_at: _Outputs) -> bool:
    """Shades a square by the output and draws the line where it is 1/2; False if there is none."""
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
        vmax=1.25,  # the darkest blues would hide what is drawn on them
    )
    # Where the output is 1/2 everywhere, the line would only show rounding errors.
    crossed = bool(values.min() < 0.5 <= values.max() and np.ptp(values) > 1e-3)
    if crossed:
        line = axes.contour(first, second, values, [0.5], colors="tab:red", linewidths=2)
        line.set(path_effects=_HALO)
        axes.plot([], [], color="tab:red", linewidth=2, label="output 1/2: the decision line")
    return crossed


def _draw_rows(axes: Axes, gate: Gate, places: Floats, labels: Sequence[str] | None = None) -> None:
    """Marks the four rows of a gate, each with its label or, by default, its inputs."""
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
            label=f"target {target}",
        )
    # Labels point outwards, since lines pass between the rows.
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
    """Returns the inputs of each row; rows close together share the first one's label."""
    names = np.array([f"{one:.0f} {other:.0f}" for one, other in gate.inputs[:, :2]])
    reach = 0.12 * max(float(np.ptp(places)), 0.1)
    labels, seen = [], np.zeros(4, bool)
    for place in places:
        near = (np.abs(places - place).max(axis=1) < reach) & ~seen
        seen |= near
        labels.append("\n".join(names[near]))
    return labels


def _add_legend(*panels: Axes) -> None:
    """Adds the first panel's legend below all panels, and a colour bar next to them."""
    first, figure = panels[0], panels[0].figure
    figure.colorbar(first.images[0], ax=panels, label="output", extend="both")
    figure.legend(*first.get_legend_handles_labels(), loc="outside lower center", ncols=3)
