"""Cost and accuracy of trainings after each epoch."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from tf_edureka.results import Floats, MlpResult

_STYLES = (  # markers, and colours that red-green colour-blind readers can tell apart
    ("#0072b2", "o"),
    ("#e69f00", "^"),
    ("black", "s"),
    ("#a0418c", "D"),
    ("#d55e00", "v"),
    ("#009e73", "P"),
)
_DASH = 2.0  # shortest dash in line widths


class _History(Protocol):
    """Cost and accuracy after each epoch, of an `MlpResult` or the record of another training."""

    @property
    def cost(self) -> npt.NDArray[np.float64]: ...
    @property
    def accuracy(self) -> npt.NDArray[np.float64]: ...


def cost_curve(cost: Sequence[float] | Floats, title: str, figure: Figure | None = None) -> Figure:
    """Draws the cost of each epoch.

    Source: the article's `plt.plot(cost_history)`.

    Args:
        cost: cost of each epoch in nats: float, shape (epochs,).
        title: second line of the title, such as the name of the data.
        figure: figure to draw into; None for a new one.

    Returns:
        the figure, with a logarithmic scale if the largest cost is over ten times the smallest.

    Example:
        >>> from tf_edureka.mlp import plots
        >>> figure = plots.cost_curve([2.3, 0.5, 0.2], "MNIST")
        >>> figure.savefig("cost.png")
        >>> figure.axes[0].get_yscale()
        'log'
    """
    figure, axes = _curve(figure, cost, f"Cost while training\n{title}", "cross-entropy (nats)")
    known = np.asarray(cost)[np.isfinite(cost)]
    if len(known) and known.min() > 0 and known.max() > 10 * known.min():
        axes.set_yscale("log")
    return figure


def accuracy_curve(
    accuracy: Sequence[float] | Floats, title: str, figure: Figure | None = None
) -> Figure:
    r"""Draws the test accuracy after each epoch.

    Source: the article's `plt.plot(accuracy_history)`.

    Args:
        accuracy: accuracy after each epoch, in [0, 1]: float, shape (epochs,).
        title: second line of the title, such as the name of the data.
        figure: figure to draw into; None for a new one.

    Returns:
        the figure.

    Example:
        >>> from tf_edureka.mlp import plots
        >>> figure = plots.accuracy_curve([0.91, 0.95, 0.97], "MNIST")
        >>> figure.axes[0].get_title()
        'Accuracy on the test images: 97.00%\nMNIST'
        >>> figure.savefig("accuracy.png")
    """
    heading = f"Accuracy on the test images: {accuracy[-1]:.2%}\n{title}"
    figure, axes = _curve(figure, accuracy, heading, "correctly classified")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    return figure


def training_curves(results: Mapping[str, _History], title: str) -> Figure:
    """Draws cost and accuracy of several trainings into one figure, to compare them.

    All lines are equally wide. The last is solid and lowest; each earlier one has shorter dashes
    and its own markers at its own epochs. So all lines are visible where they coincide, even
    without colours.

    Args:
        results: trainings to draw, by their names in the legend: `MlpResult`, or another object
            with cost and accuracy.
        title: title of the figure.

    Returns:
        the figure, with the costs on the left and the accuracies on the right.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import MlpResult
        >>> from tf_edureka.mlp import plots
        >>> result = MlpResult(
        ...     cost=np.array([0.4, 0.1]),
        ...     accuracy=np.array([0.93, 0.97]),
        ...     step_cost=np.array([2.3]),
        ...     epoch_seconds=np.array([3.0, 1.0]),
        ...     weights=(),
        ... )
        >>> figure = plots.training_curves({"first": result, "second": result}, "MNIST")
        >>> [text.get_text() for text in figure.legends[0].get_texts()]
        ['first: 97.00%', 'second: 97.00%']
        >>> figure.savefig("curves.png")
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
    """Draws the training curves of networks that differ only in their seeds, and their mean.

    Args:
        results: results with the same number of epochs, such as from `ensemble.train`.
        title: second line of the title.

    Returns:
        the figure, with the costs on the left and the accuracies on the right.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import MlpResult
        >>> from tf_edureka.mlp import plots
        >>> result = MlpResult(
        ...     cost=np.array([0.4, 0.1]),
        ...     accuracy=np.array([0.93, 0.97]),
        ...     step_cost=np.array([2.3]),
        ...     epoch_seconds=np.array([3.0, 1.0]),
        ...     weights=(),
        ... )
        >>> figure = plots.seed_curves([result, result], "MNIST")
        >>> print(figure.get_suptitle())
        The network from 2 seeds: mean accuracy 97.00%, standard deviation 0.00%
        MNIST
        >>> figure.savefig("seeds.png")
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
    """Returns a figure with axes for the costs on the left and the accuracies on the right."""
    figure = Figure(figsize=(10, height), layout="constrained")
    left, right = figure.subplots(1, 2)
    _format_epoch_axis(left, label)
    _format_epoch_axis(right, "test images classified correctly")
    right.yaxis.set_major_formatter(PercentFormatter(1.0))
    figure.suptitle(title, parse_math=False)
    return figure, left, right


def _points(values: Floats) -> tuple[Sequence[int], Floats]:
    """Returns the epochs, from 1, and the values after them."""
    return range(1, len(values) + 1), values


def _style(depth: int, curves: int, epochs: int) -> dict[str, Any]:
    """Returns the style of one of several curves; the lowest has depth 0 and is solid.

    Where all curves coincide, equal lengths of each are visible.
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
