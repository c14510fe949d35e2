"""Plots of the differences between two trainings."""

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from tf_edureka.parity.article.bits import differing
from tf_edureka.results import MlpResult


def comparison(legacy: MlpResult, modern: MlpResult, title: str) -> Figure:
    """Draws the costs of `legacy` and `modern` and their relative difference, under a `title`.

    The left column shows the steps of the first epoch, the right column all epochs.
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
    """Draws how rounding differences grow between two float32 trainings of the same network.

    Args:
        old: numbers of the first training after each step, such as weights: float32, shape
            (steps, n).
        new: numbers of the second training, float32, shape (steps, n).
        title: title of the figure.

    Returns:
        a figure by step, counted from 0. Left: share of the numbers that are not bit-identical.
        Right: largest and median difference relative to the larger of the two numbers, drawn where
        it is not 0 (the median is 0 until half of the numbers differ). The grey line at 2^-24 is
        the largest relative error of a single rounding to float32.

    Raises:
        InputError: if the arrays are not float32, not 2-D, or differ in shape.
    """
    shares = differing(old, new).mean(axis=1)
    relative = _relative(old, new)
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, sharex=True)
    steps = range(len(shares))
    left.plot(steps, shares, color="black", marker=".")
    left.set(ylabel="share of numbers that differ", ylim=(-0.03, 1.03))
    left.yaxis.set_major_formatter(PercentFormatter(1.0))
    values = {"largest": relative.max(axis=1), "median": np.median(relative, axis=1)}
    for (name, each), colour in zip(values.items(), ("black", "tab:orange"), strict=True):
        positive = np.where(each > 0, each, np.nan)  # a log scale has no 0
        right.plot(steps, positive, color=colour, marker=".", label=name)
    right.axhline(2.0**-24, color="0.55", linewidth=3, zorder=1, label="$2^{-24}$: one rounding")
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
    """Differences relative to the larger number; NaN where a number is not finite."""
    one, other = old.astype(np.float64), new.astype(np.float64)
    finite = np.isfinite(one) & np.isfinite(other)
    one, other = np.where(finite, one, np.nan), np.where(finite, other, np.nan)
    larger = np.maximum(np.abs(one), np.abs(other))
    return np.abs(one - other) / np.where(larger == 0, 1, larger)
