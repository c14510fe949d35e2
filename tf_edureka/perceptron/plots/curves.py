"""Curves of perceptrons: the loss, the activation functions, and the outcomes of many seeds."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from tf_edureka._tensorflow import tf
from tf_edureka.perceptron.activations import ACTIVATIONS, slope
from tf_edureka.perceptron.diagnosis import Outcome
from tf_edureka.results import Floats

_STYLES = {  # grey level and hatching
    Outcome.LEARNED: ("0.15", ""),
    Outcome.DEAD: ("0.9", "////"),
    Outcome.STUCK: ("0.75", "...."),
    Outcome.NO_LINE: ("0.6", "\\\\"),
    Outcome.NOT_YET: ("1.0", "xx"),
}


def loss_curve(loss: Sequence[float] | Floats, title: str) -> Figure:
    r"""Draws a perceptron's loss after each epoch.

    Args:
        loss: loss after each epoch: float, shape (epochs,).
        title: second line of the title, such as how the perceptron was trained.

    Returns:
        the figure, with a logarithmic scale if the loss explodes.

    Example:
        >>> from tf_edureka import GATES, PerceptronConfig, train_perceptron
        >>> from tf_edureka.perceptron import plots
        >>> result = train_perceptron(PerceptronConfig(seed=15), GATES["or"])
        >>> figure = plots.loss_curve(result.loss, "OR, seed 15")
        >>> figure.axes[0].get_title()
        'Loss while training: 2.074 to 0.2717\nOR, seed 15'
        >>> figure.savefig("loss.png")
    """
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(range(1, len(loss) + 1), loss, marker="o", markersize=4)
    axes.set(xlabel="epoch", ylabel="summed squared error")
    heading = f"Loss while training: {loss[0]:.4g} to {loss[-1]:.4g}\n{title}"
    axes.set_title(heading, parse_math=False)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(alpha=0.3)
    known = np.asarray(loss)[np.isfinite(loss)]
    if len(known) and known[-1] > 10 * known[0]:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    return figure


def activation_functions() -> Figure:
    """Draws the six activation functions with their derivatives.

    Source: the article's list of activation functions.

    Returns:
        the figure; softmax is drawn for two outputs, the other one with z = 0.

    Example:
        >>> from tf_edureka.perceptron import plots
        >>> figure = plots.activation_functions()
        >>> [axes.get_title().split(":")[0] for axes in figure.axes]
        ['identity', 'step', 'sigmoid', 'tanh', 'relu', 'softmax']
        >>> figure.savefig("activations.png")
    """
    figure = Figure(figsize=(12.5, 7.8), layout="constrained")
    z = tf.linspace(-4.0, 4.0, 1601)
    panels = figure.subplots(2, 3).flat
    for axes, (name, activation) in zip(panels, ACTIVATIONS.items(), strict=True):
        function, label = activation.function, "$f(z)$"
        if name == "softmax":
            function, label = _first_of_two, "$f(z)$, two outputs, the other 0"
        axes.plot(z, break_at_jumps(function(z)), color="black", linewidth=2, label=label)
        derivative = f"$f'(z) = {activation.derivative}$"
        axes.plot(z, break_at_jumps(slope(function, z)), "--", color="tab:red", label=derivative)
        if name == "softmax":
            axes.plot(z, tf.ones_like(z), color="0.5", linestyle=":", label="$f(z)$, one output")
        axes.set(xlabel="weighted sum $z$", ylabel="output, slope", ylim=(-1.4, 2.9))
        axes.set_title(
            f"{name}: $f(z) = {activation.equation}$\nin ${activation.output_range}$\n"
            f"{activation.gradient_note}",
            fontsize=10,
        )
        axes.legend(loc="upper left", fontsize=9)
        axes.grid(alpha=0.3)
    return figure


def sweep_histogram(
    loss: npt.NDArray[np.float32], outcomes: npt.NDArray[np.str_], title: str
) -> Figure:
    """Draws a histogram of the final losses of many seeds, split by outcome.

    Args:
        loss: loss of each seed after the last epoch: float32, shape (n,).
        outcomes: outcome of each seed, from `diagnose`: str, shape (n,), keys of `OUTCOMES`.
        title: title of the figure, such as what was trained.

    Returns:
        the figure; diverged seeds are counted only in its legend.

    Example:
        >>> from tf_edureka import GATES, PerceptronConfig, perceptron
        >>> from tf_edureka.perceptron import plots
        >>> result = perceptron.sweep(PerceptronConfig(), GATES["or"], seeds=range(100))
        >>> outcomes = perceptron.diagnose("relu", GATES["or"], result=result)
        >>> figure = plots.sweep_histogram(result.loss, outcomes, "OR, 100 seeds")
        >>> figure.savefig("sweep.png")
    """
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    drawn = loss[outcomes != Outcome.DIVERGED]
    bins = np.linspace(0, max(drawn.max(initial=0), 1e-3), 61)
    below = np.zeros(60)
    for outcome in Outcome:
        ended = loss[outcomes == outcome]
        if not len(ended):
            continue
        label = f"{outcome}: {len(ended)} ({len(ended) / len(loss):.1%})"
        if outcome == Outcome.DIVERGED:
            axes.plot([], [], " ", label=f"{label}, not drawn")
            continue
        grey, hatch = _STYLES[outcome]
        counts, _ = np.histogram(ended, bins)
        axes.bar(
            bins[:-1],
            counts,
            np.diff(bins),
            below,
            align="edge",
            label=label,
            color=grey,
            hatch=hatch,
            edgecolor="black",
            linewidth=0.5,
        )
        below += counts
    axes.set(xlabel="loss after the last epoch (summed squared error)", ylabel="seeds")
    axes.set_ylim(top=max(1, 1.05 * below.max()))
    axes.set_title(title, parse_math=False)
    axes.grid(alpha=0.3)
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def break_at_jumps(outputs: tf.Tensor) -> npt.NDArray[np.float32]:
    """Returns a function's values with NaN after each jump, so that no line is drawn across it.

    Args:
        outputs: values at neighbouring points: float32, shape (n,).

    Returns:
        float32, shape (n,): the values, with NaN after each jump.
    """
    values = outputs.numpy()
    values[1:][np.abs(np.diff(values)) > 0.5] = np.nan
    return values


def _first_of_two(z: tf.Tensor) -> tf.Tensor:
    """Returns the first output of a softmax over z and 0."""
    return tf.nn.softmax(tf.stack([z, tf.zeros_like(z)], axis=1))[:, 0]
