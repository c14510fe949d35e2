"""Cost and accuracy of trainings, epoch by epoch."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from tf_edureka.results import Floats, MlpResult

_STYLES = (  # colours that differ for eyes that see no red or no green, too, and markers
    ("#0072b2", "o"),
    ("#e69f00", "^"),
    ("black", "s"),
    ("#a0418c", "D"),
    ("#d55e00", "v"),
    ("#009e73", "P"),
)
_DASH = 2.0  # the shortest, in widths of the line


class _History(Protocol):
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


def training_curves(results: Mapping[str, _History], title: str) -> Figure:
    """Draws cost and accuracy of all `results` over each other, below a `title` for all of them.

    All lines are equally wide. The last is solid, those before it have ever shorter dashes and are
    drawn upon it, each with its own marks at epochs of its own: where trainings agree, every one is
    seen, without colours too. The keys are what the legend says of each.
    """
    figure, left, right = _panels(title, 4.6, "cost while training (nats)")
    for depth, result in enumerate([*results.values()][::-1]):
        left.plot(*_points(result.cost), **_style(depth, len(results), len(result.cost)))
        look = _style(depth, len(results), len(result.accuracy))
        right.plot(*_points(result.accuracy), **look)
    names = [f"{name}: {result.accuracy[-1]:.2%}" for name, result in results.items()]
    left.set_yscale("log")
    lines = right.get_lines()[::-1]
    legend = figure.legend(lines, names, loc="outside lower center", ncols=2, handlelength=5)
    for text in legend.get_texts():
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
    _format_epoch_axis(axes, label)
    return figure, axes


def _panels(title: str, height: float, label: str) -> tuple[Figure, Axes, Axes]:
    """A figure with axes for the costs, on the left, and for the accuracies."""
    figure = Figure(figsize=(10, height), layout="constrained")
    left, right = figure.subplots(1, 2)
    _format_epoch_axis(left, label)
    _format_epoch_axis(right, "test images classified correctly")
    right.yaxis.set_major_formatter(PercentFormatter(1.0))
    figure.suptitle(title, parse_math=False)
    return figure, left, right


def _points(values: Floats) -> tuple[Sequence[int], Floats]:
    """The epochs, from 1 on, and the values after them."""
    return range(1, len(values) + 1), values


def _style(depth: int, curves: int, epochs: int) -> dict[str, Any]:
    """How one of so many `curves` is drawn: `depth` is 0 for the lowest, which is solid.

    Along a line that all share, each is the topmost for equally long.
    """
    colour, marker = _STYLES[depth % len(_STYLES)]
    apart = max(1, epochs // (4 * curves))
    dashes = (0, (_DASH * (curves - depth), _DASH * depth))
    return {
        "linestyle": dashes if depth else "-",
        "dash_capstyle": "butt",
        "linewidth": 2,
        "color": colour,
        "marker": marker,
        "markevery": (depth * apart % epochs, curves * apart),
        "markersize": 8,
        "markeredgecolor": "white",
    }


def _format_epoch_axis(axes: Axes, label: str) -> None:
    axes.set(xlabel="epoch", ylabel=label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.grid(alpha=0.3)
