"""Cost and accuracy of trainings, epoch by epoch."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from tf_edureka.results import Floats, MlpResult


class _Course(Protocol):
    """What an `MlpResult` has, or the record of another training: numbers after each epoch."""

    @property
    def cost(self) -> npt.NDArray[np.float64]: ...
    @property
    def accuracy(self) -> npt.NDArray[np.float64]: ...


def cost_curve(cost: Sequence[float] | Floats, title: str, figure: Figure | None = None) -> Figure:
    """Draws the cost of each epoch.

    Source: the article's `plt.plot(cost_history)`.

    Args:
        cost: in nats, shape (epochs,).
        title: what was trained on.
        figure: to draw into; a new one if None.

    Returns:
        the figure; its scale is logarithmic where the cost spans more than tenfold.
    """
    figure, axes = _curve(figure, cost, f"Cost while training\n{title}", "cross-entropy (nats)")
    known = np.asarray(cost)[np.isfinite(cost)]
    if len(known) and known.min() > 0 and known.max() > 10 * known.min():
        axes.set_yscale("log")
    return figure


def accuracy_curve(
    accuracy: Sequence[float] | Floats, title: str, figure: Figure | None = None
) -> Figure:
    """Draws the test accuracy after each epoch.

    Source: the article's `plt.plot(accuracy_history)`.

    Args:
        accuracy: in [0, 1], shape (epochs,).
        title: as in `cost_curve`.
        figure: as in `cost_curve`.

    Returns:
        the figure.
    """
    heading = f"Accuracy on the test images: {accuracy[-1]:.2%}\n{title}"
    figure, axes = _curve(figure, accuracy, heading, "correctly classified")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    return figure


def courses(results: Mapping[str, _Course], title: str) -> Figure:
    """Draws cost and accuracy of all `results` over each other, below a `title` for all of them.

    The first is the widest: where trainings agree, each is seen around the one that is drawn upon
    it. The keys are what the legend says of each.
    """
    figure, left, right = _panels(title, 4.6, "cost while training (nats)")
    for depth, (name, result) in enumerate(results.items()):
        width, colour = 2 + 3 * (len(results) - 1 - depth), f"C{depth}"
        places = range(1, len(result.cost) + 1)
        left.plot(places, result.cost, linewidth=width, color=colour, solid_capstyle="round")
        right.plot(
            places,
            result.accuracy,
            linewidth=width,
            color=colour,
            solid_capstyle="round",
            label=f"{name}: {result.accuracy[-1]:.2%}",
        )
    left.set_yscale("log")
    for text in figure.legend(loc="outside lower center", ncols=2).get_texts():
        text.set_parse_math(False)
    return figure


def seed_curves(results: Sequence[MlpResult], title: str) -> Figure:
    """Draws the `results` of networks that differ in their seeds, and their mean, below a `title`.

    On the left the costs, on the right the accuracies; all trained for equally many epochs.
    """
    last = np.array([result.accuracy[-1] for result in results])
    spread = f", standard deviation {last.std(ddof=1):.2%}" if len(last) > 1 else ""
    heading = f"The network from {len(results)} seeds: mean accuracy {last.mean():.2%}{spread}"
    figure, *both = _panels(f"{heading}\n{title}", 4.2, "cross-entropy while training (nats)")
    for axes, name in zip(both, ("cost", "accuracy"), strict=True):
        each = np.array([getattr(result, name) for result in results]).T
        places = range(1, len(each) + 1)
        axes.plot(places, each, linewidth=1, alpha=0.5)
        axes.plot(places, each.mean(axis=1), marker="o", markersize=4, color="black", label="mean")
        axes.legend()
    return figure


def _curve(
    figure: Figure | None, values: Sequence[float] | Floats, title: str, label: str
) -> tuple[Figure, Axes]:
    figure = figure or Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(range(1, len(values) + 1), values, marker="o", markersize=4)
    axes.set_title(title, parse_math=False)  # a folder's name may have a dollar sign
    _by_epoch(axes, label)
    return figure, axes


def _panels(title: str, height: float, label: str) -> tuple[Figure, Axes, Axes]:
    """A figure with axes for the costs, on the left, and for the accuracies."""
    figure = Figure(figsize=(10, height), layout="constrained")
    left, right = figure.subplots(1, 2)
    _by_epoch(left, label)
    _by_epoch(right, "test images classified correctly")
    right.yaxis.set_major_formatter(PercentFormatter(1.0))
    figure.suptitle(title, parse_math=False)
    return figure, left, right


def _by_epoch(axes: Axes, label: str) -> None:
    axes.set(xlabel="epoch", ylabel=label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(alpha=0.3)
