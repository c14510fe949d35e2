"""The pictures of the benchmark."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tf_edureka.benchmark.growth import Point
from tf_edureka.benchmark.timing import Timing


def epochs(timings: Sequence[Timing], least: float, title: str) -> Figure:
    """Draws the seconds per epoch of `timings`, and the `least` they could be, below a `title`.

    The quickest first; a bar is the quickest epoch, a mark the median.
    """
    quickest = {one.implementation.title: one.least for one in timings}
    medians = {one.implementation.title: one.median for one in timings}
    ours = [one.implementation.title for one in timings if one.implementation.name == "project"]
    figure, axes = _bars(quickest, medians, ours)
    for place, name in enumerate(_slowest_first(quickest)):
        axes.plot(medians[name], place, "o", color="black", markersize=4)
    axes.axvline(least, color="black", linestyle="--")
    axes.set(xlabel="seconds per epoch: quickest (bar), median (dot), the arithmetic alone (line)")
    axes.set_title(f"An epoch of the same network and batches\n{title}", parse_math=False)
    return figure


def speeds(seconds: Mapping[str, float], title: str) -> Figure:
    """Draws the `seconds` of each name as a bar, the quickest on top, below a `title`.

    At its end they are written, and how many times those of the quickest they are.
    """
    figure, axes = _bars(seconds, seconds)
    axes.set(xlabel="seconds")
    axes.set_title(title, parse_math=False)
    return figure


def networks(counts: Sequence[int], seconds: Sequence[float], title: str) -> Figure:
    """Draws the `seconds` of an epoch of `counts` networks at once, from 1 on, below a `title`.

    Beside it what they would take one after the other.
    """
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.add_subplot()
    one_by_one = [count * seconds[0] for count in counts]
    axes.plot(counts, one_by_one, linestyle="--", color="tab:gray", label="one after the other")
    axes.plot(counts, seconds, marker="o", label="at once")
    axes.set(xlabel="networks", ylabel="seconds per epoch of all", ylim=(0, None), xticks=counts)
    axes.grid(alpha=0.3)
    axes.legend()
    axes.set_title(f"Networks at once\n{title}", parse_math=False)
    return figure


def growth(points: Sequence[Point], title: str) -> Figure:
    """Draws how the time and, below it, the memory of `points` grow, below a `title` for all.

    Beside each the least that it could be; a column for each thing that grows.
    """
    names = list(dict.fromkeys(point.what for point in points))
    figure = Figure(figsize=(4 * len(names), 7), layout="constrained")
    rows = figure.subplots(2, len(names), squeeze=False, sharex="col", sharey="row")
    measures = (("seconds", 1, "the arithmetic alone"), ("bytes", 2**20, "examples and weights"))
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
        axes.set_xlabel("images, times as many" if name == "images" else name)
    rows[0, 0].set_ylabel("seconds per epoch")
    rows[1, 0].set_ylabel("memory for data and training (MiB)")
    for axes in rows[:, 0]:
        axes.legend()
    figure.suptitle(f"How an epoch grows\n{title}", parse_math=False)
    return figure


def _bars(
    seconds: Mapping[str, float], ends: Mapping[str, float], ours: Sequence[str] = ()
) -> tuple[Figure, Axes]:
    """A bar for each name, in orange for `ours`, with its seconds where both it and `ends` end."""
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
    """The names from below to the top."""
    return sorted(seconds, key=lambda name: seconds[name], reverse=True)
