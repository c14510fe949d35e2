"""Pictures of the proof: how far two trainings are apart."""

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from tf_edureka.parity.article.bits import differing
from tf_edureka.results import MlpResult


def comparison(legacy: MlpResult, modern: MlpResult, title: str) -> Figure:
    """Draws the costs of `legacy` and `modern` over each other, below a `title` for both.

    Below them how far they are apart; on the left the steps of the first epoch, on the right all
    epochs.
    """
    figure = Figure(figsize=(10, 6), layout="constrained")
    panels = figure.subplots(2, 2, sharex="col", height_ratios=(2, 1))
    columns = {"step_cost": "step of epoch 1", "cost": "epoch"}
    for (upper, lower), (name, label) in zip(panels.T, columns.items(), strict=True):
        one, other = (getattr(result, name).astype(np.float64) for result in (legacy, modern))
        both = min(len(one), len(other))
        one, other, places = one[:both], other[:both], np.arange(1, both + 1)
        upper.plot(places, one, linewidth=4, alpha=0.4, label="legacy: tf.compat.v1")
        upper.plot(places, other, linewidth=1, color="black", label="modern: Keras, compiled")
        upper.set(yscale="log", ylabel="cost (nats)")
        upper.legend()
        lower.plot(places, np.abs(one - other) / one, linewidth=1, color="tab:red")
        lower.set(yscale="log", xlabel=label, ylabel="relative difference")
        for axes in (upper, lower):
            axes.grid(alpha=0.3)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.suptitle(f"The article's network, legacy and modern\n{title}", parse_math=False)
    return figure


def growth(old: npt.NDArray[np.float32], new: npt.NDArray[np.float32], title: str) -> Figure:
    """Draws how rounding grows: two trainings of the same, which float32 drives apart.

    Args:
        old: float32, shape (steps, n): numbers of a training, such as its weights, after each step.
        new: float32, shape (steps, n): the same numbers of the other training.
        title: what is trained, and in which two ways.

    Returns:
        the figure by step, of which the first is 0: on the left the share of the numbers that
        differ in any bit, on the right the largest and the median relative difference (to the
        larger of both numbers), where it is not 0; the median is 0 until half of them differ.
        Rounding to float32 once changes a number by at most 2^-24 of itself: that is the line.

    Raises:
        InputError: when the arrays are no such pair.
    """
    shares = differing(old, new).mean(axis=1)
    relative = _relative(old, new)
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, sharex=True)
    steps = range(len(shares))
    left.plot(steps, shares, color="black", marker=".")
    left.set(ylabel="numbers that differ in any bit", ylim=(-0.03, 1.03))
    left.yaxis.set_major_formatter(PercentFormatter(1.0))
    values = {"largest": relative.max(axis=1), "median": np.median(relative, axis=1)}
    for (name, each), colour in zip(values.items(), ("black", "tab:orange"), strict=True):
        shown = np.where(each > 0, each, np.nan)  # a logarithm has no 0
        right.plot(steps, shown, color=colour, marker=".", label=name)
    right.axhline(2.0**-24, color="0.55", linewidth=3, zorder=1, label="$2^{-24}$: rounded once")
    right.set(yscale="log", ylabel="relative difference")
    right.legend()
    for axes in (left, right):
        axes.set_xlabel("step")
        axes.grid(alpha=0.3)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    figure.suptitle(title, parse_math=False)
    return figure


def _relative(
    old: npt.NDArray[np.float32], new: npt.NDArray[np.float32]
) -> npt.NDArray[np.float64]:
    """How far the numbers are apart, as a share of the larger one; NaN where one is not finite."""
    one, other = old.astype(np.float64), new.astype(np.float64)
    finite = np.isfinite(one) & np.isfinite(other)
    one, other = np.where(finite, one, np.nan), np.where(finite, other, np.nan)
    larger = np.maximum(np.abs(one), np.abs(other))
    return np.abs(one - other) / np.where(larger == 0, 1, larger)
