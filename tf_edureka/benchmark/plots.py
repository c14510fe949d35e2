"""The pictures of the benchmark."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from tf_edureka.benchmark.growth import Point
from tf_edureka.benchmark.race import Entrant


def epochs(
    entrants: Sequence[Entrant], least: float, title: str, figure: Figure | None = None
) -> Figure:
    """Draws how long an epoch takes each way, the quickest first.

    Args:
        entrants: whose time counts.
        least: seconds that the arithmetic alone takes on the machine.
        title: what was trained where.
        figure: to draw into; a new one if None.

    Returns:
        the figure; a bar is the quickest epoch, a mark the median.
    """
    figure = figure or Figure(figsize=(9, 1.6 + 0.34 * len(entrants)), layout="constrained")
    axes = figure.add_subplot()
    entrants = sorted(entrants, key=lambda entrant: entrant.least, reverse=True)
    places = range(len(entrants))
    colours = ["tab:orange" if one.way.name == "project" else "tab:blue" for one in entrants]
    axes.barh(places, [one.least for one in entrants], color=colours)
    axes.scatter([one.median for one in entrants], places, color="black", s=14, zorder=3)
    for place, one in zip(places, entrants, strict=True):
        text = f"  {one.least:.3f} s"
        axes.text(max(one.least, one.median), place, text, va="center", fontsize=9)
    axes.axvline(least, color="tab:red", linestyle="--")
    axes.set_yticks(places, [one.way.title for one in entrants])
    axes.set(xlabel="seconds per epoch: quickest (bar), median (dot), the arithmetic alone (line)")
    axes.margins(x=0.12)
    axes.set_title(f"An epoch of the same network and batches\n{title}", parse_math=False)
    return figure


def networks(
    counts: Sequence[int], seconds: Sequence[float], title: str, figure: Figure | None = None
) -> Figure:
    """Draws how long an epoch of many networks takes together, beside one after the other.

    Args:
        counts: how many networks, the first of them 1, which is by itself.
        seconds: of an epoch of so many at once.
        title: what was trained where.
        figure: to draw into; a new one if None.
    """
    figure = figure or Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.add_subplot()
    one_by_one = [count * seconds[0] for count in counts]
    axes.plot(counts, one_by_one, linestyle="--", color="tab:gray", label="one after the other")
    axes.plot(counts, seconds, marker="o", label="at once")
    axes.set(xlabel="networks", ylabel="seconds per epoch of all", ylim=(0, None))
    axes.set_xticks(counts)
    axes.grid(alpha=0.3)
    axes.legend()
    axes.set_title(f"Networks at once\n{title}", parse_math=False)
    return figure


def growth(points: Sequence[Point], title: str, figure: Figure | None = None) -> Figure:
    """Draws how time and memory grow, beside the least that they could be.

    Args:
        points: what was measured.
        title: what was trained where.
        figure: to draw into; a new one if None.

    Returns:
        the figure; above the time, below the memory, a column for each thing that grows.
    """
    names = list(dict.fromkeys(point.what for point in points))
    figure = figure or Figure(figsize=(4 * len(names), 7), layout="constrained")
    rows = figure.subplots(2, len(names), squeeze=False, sharex="col", sharey="row")
    for column, name in enumerate(names):
        of_name = [point for point in points if point.what == name and not point.fault]
        sizes = [point.size for point in of_name]
        above, below = rows[0][column], rows[1][column]
        above.plot(sizes, [point.seconds for point in of_name], marker="o", label="measured")
        least = [point.least_seconds for point in of_name]
        above.plot(sizes, least, linestyle="--", color="tab:red", label="the arithmetic alone")
        if all(point.bytes is not None for point in of_name):
            memory = [point.bytes / 2**20 for point in of_name]
            below.plot(sizes, memory, marker="o", label="measured")
        least = [point.least_bytes / 2**20 for point in of_name]
        below.plot(sizes, least, linestyle="--", color="tab:red", label="examples and weights")
        for axes in (above, below):
            axes.set(xscale="log", yscale="log")
            axes.set_xticks(sizes, [f"{size:,}" for size in sizes], minor=False)
            axes.minorticks_off()
            axes.grid(alpha=0.3)
        below.set_xlabel("images, times as many" if name == "images" else name)
    rows[0][0].set_ylabel("seconds per epoch")
    rows[1][0].set_ylabel("memory for data and training (MiB)")
    for row in rows:
        row[0].legend()
    figure.suptitle(f"How an epoch grows\n{title}", parse_math=False)
    return figure
