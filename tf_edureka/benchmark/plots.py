"""Plots of the benchmark."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tf_edureka.benchmark.growth import Point
from tf_edureka.benchmark.timing import Timing


def epochs(timings: Sequence[Timing], least: float, title: str) -> Figure:
    """Plots the seconds per epoch of `timings`, and the lower bound `least`, with a `title`.

    The fastest is on top. A bar shows the shortest epoch, a dot the median.
    """
    quickest = {one.implementation.title: one.least for one in timings}
    medians = {one.implementation.title: one.median for one in timings}
    ours = [one.implementation.title for one in timings if one.implementation.name == "project"]
    figure, axes = _bars(quickest, medians, ours)
    for place, name in enumerate(_slowest_first(quickest)):
        axes.plot(medians[name], place, "o", color="black", markersize=4)
    axes.axvline(least, color="black", linestyle="--")
    axes.set(xlabel="seconds per epoch: shortest (bar), median (dot), lower bound (line)")
    axes.set_title(f"Time per epoch, same network and batches\n{title}", parse_math=False)
    return figure


def speeds(seconds: Mapping[str, float], title: str) -> Figure:
    """Plots the `seconds` of each name as a bar, the shortest on top, with a `title`.

    Each bar is labelled with its seconds and the ratio to the shortest.
    """
    figure, axes = _bars(seconds, seconds)
    axes.set(xlabel="seconds")
    axes.set_title(title, parse_math=False)
    return figure


def networks(counts: Sequence[int], seconds: Sequence[float], title: str) -> Figure:
    """Plots the `seconds` per epoch of `counts` networks trained together, with a `title`.

    The first count is 1. A dashed line shows the time of training them one after the other.
    """
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.add_subplot()
    one_by_one = [count * seconds[0] for count in counts]
    axes.plot(counts, one_by_one, linestyle="--", color="tab:gray", label="one after the other")
    axes.plot(counts, seconds, marker="o", label="together")
    axes.set(
        xlabel="networks", ylabel="seconds per epoch of all networks", ylim=(0, None), xticks=counts
    )
    axes.grid(alpha=0.3)
    axes.legend()
    axes.set_title(f"Networks trained together\n{title}", parse_math=False)
    return figure


def growth(points: Sequence[Point], title: str) -> Figure:
    """Plots time and, below it, memory of `points` with their lower bounds, with a `title`.

    There is a column for each quantity that is varied.
    """
    names = list(dict.fromkeys(point.what for point in points))
    figure = Figure(figsize=(4 * len(names), 7), layout="constrained")
    rows = figure.subplots(2, len(names), squeeze=False, sharex="col", sharey="row")
    measures = (("seconds", 1, "lower bound"), ("bytes", 2**20, "lower bound"))
    for column, name in enumerate(names):
        of_name = [point for point in points if point.what == name and not point.fault]
        sizes = [point.size for point in of_name]
        for axes, (measure, unit, label) in zip(rows[:, column], measures, strict=True):
            measured = [getattr(point, measure) for point in of_name]
            least = [getattr(point, f"least_{measure}") / unit for point in of_name]
            if None not in measured:
                axes.plot(sizes, [value / unit for value in measured], marker="o", label="measured")
            axes.plot(sizes, least, linestyle="--", color="tab:red", label=label)
            axes.set(xscale="log", yscale="log")
            axes.set_xticks(sizes, [f"{size:,}" for size in sizes], minor=False)
            axes.minorticks_off()
            axes.grid(alpha=0.3)
        axes.set_xlabel("images, multiples of the data" if name == "images" else name)
    rows[0, 0].set_ylabel("seconds per epoch")
    rows[1, 0].set_ylabel("memory for data and training (MiB)")
    for axes in rows[:, 0]:
        axes.legend()
    figure.suptitle(f"Time and memory per epoch\n{title}", parse_math=False)
    return figure


def _bars(
    seconds: Mapping[str, float], ends: Mapping[str, float], ours: Sequence[str] = ()
) -> tuple[Figure, Axes]:
    """Draws a bar for each name, orange for `ours`, labelled to the right of it and `ends`."""
    figure = Figure(figsize=(9, 1.6 + 0.34 * len(seconds)), layout="constrained")
    axes = figure.add_subplot()
    names = _slowest_first(seconds)
    colours = ["tab:orange" if name in ours else "#9ecae1" for name in names]
    axes.barh(range(len(names)), [seconds[name] for name in names], color=colours)
    for place, name in enumerate(names):
        text = f"  {seconds[name]:.3f} s"
        if name != names[-1]:
            text += f", {seconds[name] / seconds[names[-1]]:.1f} times as long"
        axes.text(max(seconds[name], ends[name]), place, text, va="center", fontsize=9)
    axes.set_yticks(range(len(names)))
    axes.set_yticklabels(names, parse_math=False)
    axes.margins(x=0.4)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _slowest_first(seconds: Mapping[str, float]) -> list[str]:
    """Returns the names from bottom to top."""
    return sorted(seconds, key=lambda name: seconds[name], reverse=True)
