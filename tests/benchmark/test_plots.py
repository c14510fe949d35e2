import io

from matplotlib import colors

from tf_edureka.benchmark import plots, timing


def bars_of(figure) -> dict[str, tuple[float, str]]:
    """Length and text of each bar, from bottom to top; drawing the figure is part of the test."""
    figure.savefig(io.BytesIO())
    (axes,) = figure.axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    rows = zip(axes.patches, axes.texts, strict=True)
    return dict(zip(names, [(bar.get_width(), text.get_text()) for bar, text in rows], strict=True))


def test_speeds_are_bars_with_the_fastest_on_top_and_ratios_to_it():
    figure = plots.speeds({"quick": 0.25, "$\\frac$": 1.0, "middle": 0.5}, "An epoch")
    assert list(bars_of(figure).items()) == [
        ("$\\frac$", (1.0, "  1.000 s, 4.0 times as long")),
        ("middle", (0.5, "  0.500 s, 2.0 times as long")),
        ("quick", (0.25, "  0.250 s")),
    ]
    assert figure.axes[0].get_title() == "An epoch"


def test_epochs_plot_shows_shortest_median_and_lower_bound():
    by_name = {one.name: one for one in timing.IMPLEMENTATIONS}
    timings = [
        timing.Timing(by_name["keras"], epoch_seconds=[1.0, 3.0, 2.0]),
        timing.Timing(by_name["project"], epoch_seconds=[0.25, 0.25, 0.5]),
    ]
    figure = plots.epochs(timings, 0.125, "drawn")
    bars = bars_of(figure)
    assert bars == {
        "Keras fit": (1.0, "  1.000 s, 4.0 times as long"),
        "this project": (0.25, "  0.250 s"),
    }
    (axes,) = figure.axes
    assert [text.get_position()[0] for text in axes.texts] == [2.0, 0.25]
    *medians, least = axes.lines
    assert [line.get_xdata()[0] for line in medians] == [2.0, 0.25]
    assert least.get_xdata()[0] == 0.125
    # In greyscale, both lines are visible on the bars, and this project's bar stands out.
    theirs, ours = (colors.to_rgb(bar.get_facecolor()) for bar in axes.patches)
    greys = [0.299 * red + 0.587 * green + 0.114 * blue for red, green, blue in (theirs, ours)]
    assert greys[0] - greys[1] > 0.1
    assert min(greys) > 0.5
    assert {line.get_color() for line in axes.lines} == {"black"}
