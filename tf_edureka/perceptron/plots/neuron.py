"""A diagram of one neuron with its numbers, from the inputs to the output."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from tf_edureka._tensorflow import tf
from tf_edureka.perceptron.activations import ACTIVATIONS
from tf_edureka.perceptron.plots.curves import break_at_jumps
from tf_edureka.results import Floats

# Positions in inches.
_WIDE, _HIGH, _MIDDLE = 7.0, 2.6, 1.3
_INPUT, _SUM, _BOX, _OUTPUT = 1.15, 3.35, (4.35, 0.75, 1.2, 1.1), 6.0
_RADIUS, _RADIUS_OF_SUM = 0.3, 0.46
_WIDEST = 4.0  # largest weight that still widens an arrow


def neuron(
    activation: str, inputs: Sequence[float] | Floats, weights: Sequence[float] | Floats, title: str
) -> Figure:
    """Draws the computation of one neuron: `z = w1 x1 + w2 x2 + b`, `output = f(z)`.

    Args:
        activation: name of f.
        inputs: x1 and x2: float, shape (2,); or a row of `Gate.inputs`, whose third number is the
            constant 1.
        weights: w1, w2 and b: float, shape (3,).
        title: title of the figure.

    Returns:
        the figure: both inputs and the constant 1, an arrow from each (wider for larger weights,
        dashed for negative ones), the sum z, the curve of f with the point at z, and the output.

    Example:
        >>> from tf_edureka.perceptron import plots
        >>> figure = plots.neuron("relu", inputs=[1, 0], weights=[0.5, -2, 1], title="relu(1.5)")
        >>> figure.savefig("neuron.png")
    """
    figure = Figure(figsize=(_WIDE, _HIGH + 0.4), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlim=(0, _WIDE), ylim=(0, _HIGH), aspect="equal")
    axes.axis("off")
    axes.set_title(title, parse_math=False)
    values = np.array([inputs[0], inputs[1], 1], np.float32)
    strengths = np.asarray(weights, np.float32)
    z = tf.reduce_sum(values * strengths)
    output = ACTIVATIONS[activation].neuron_output(z)
    names = (("$x_1$", "w_1"), ("$x_2$", "w_2"), ("constant", "b"))
    for height, value, strength, (name, weight) in zip(
        (2.2, _MIDDLE, 0.4), values, strengths, names, strict=True
    ):
        _draw_input(axes, height, name, _number(value))
        _draw_weight(axes, height, float(strength), f"${weight}$ = {_number(strength)}")
    axes.add_patch(Circle((_SUM, _MIDDLE), _RADIUS_OF_SUM, fill=False))
    axes.text(_SUM, _MIDDLE, f"sum\n$z$ = {_number(z)}", ha="center", va="center", fontsize=9)
    left, below, width, height = _BOX
    _arrow(axes, (_SUM + _RADIUS_OF_SUM, _MIDDLE), (left, _MIDDLE))
    _draw_function(axes.inset_axes(_BOX, transform=axes.transData), activation, float(z))
    label = f"$f$ = {activation}"
    axes.text(left + width / 2, below + height + 0.08, label, ha="center", fontsize=10)
    _arrow(axes, (left + width, _MIDDLE), (_OUTPUT - 0.06, _MIDDLE))
    axes.text(_OUTPUT, _MIDDLE, _number(output), va="center", fontsize=13)
    axes.text(_OUTPUT, _MIDDLE + 0.3, "output $f(z)$", fontsize=10)
    return figure


def _number(value: float | np.float32 | tf.Tensor) -> str:
    return f"{float(value) + 0.0:.3g}"  # avoids -0


def _draw_input(axes: Axes, height: float, name: str, value: str) -> None:
    axes.add_patch(Circle((_INPUT, height), _RADIUS, fill=False))
    axes.text(_INPUT, height, value, ha="center", va="center", fontsize=10)
    axes.text(_INPUT - _RADIUS - 0.1, height, name, ha="right", va="center", fontsize=10)


def _draw_weight(axes: Axes, height: float, weight: float, label: str) -> None:
    """Draws an arrow from an input to the sum, labelled with its weight."""
    start = np.array([_INPUT, height])
    to = np.array([_SUM, _MIDDLE]) - start
    to /= np.linalg.norm(to)
    end = np.array([_SUM, _MIDDLE]) - to * _RADIUS_OF_SUM
    start += to * _RADIUS
    size = 0.0 if np.isnan(weight) else min(abs(weight), _WIDEST)
    _arrow(axes, start, end, 0.6 + 0.8 * size, "--" if weight < 0 else "-")
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    x, y = start + 0.42 * (end - start)
    axes.text(x, y, label, ha="center", va="center", fontsize=10, bbox=paper)


def _arrow(
    axes: Axes,
    start: Sequence[float] | Floats,
    end: Sequence[float] | Floats,
    linewidth: float = 1.0,
    linestyle: str = "-",
) -> None:
    look = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "color": "black", "mutation_scale": 12}
    look |= {"linewidth": linewidth, "linestyle": linestyle}
    axes.annotate("", (end[0], end[1]), (start[0], start[1]), arrowprops=look)


def _draw_function(axes: Axes, activation: str, z: float) -> None:
    """Draws the curve of an activation function with the point at z."""
    function = ACTIVATIONS[activation].neuron_output
    reach = max(4.0, 1.25 * abs(z)) if np.isfinite(z) else 4.0
    places = tf.linspace(-reach, reach, 801)
    axes.axhline(0, color="0.75", linewidth=0.8)
    axes.axvline(0, color="0.75", linewidth=0.8)
    axes.plot(places, break_at_jumps(function(places)), color="black", linewidth=1.5)
    axes.plot([z], [float(function(tf.constant(z)))], "o", color="black", markersize=7)
    axes.margins(y=0.12)
    axes.set(xlim=(-reach, reach), xticks=[0], yticks=[])
    axes.tick_params(labelsize=8, length=2)
