import io

import matplotlib
import numpy as np
from matplotlib import colors

from tf_edureka.mlp import plots
from tf_edureka.results import MlpResult


def drawn(figure) -> bytes:
    """The figure as a PNG; drawing it is part of what is tested."""
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=60)
    return buffer.getvalue()


def texts(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_curves_have_a_point_per_epoch_from_1_on():
    for figure in (plots.cost_curve([3, 2, 1], "x"), plots.accuracy_curve([0.1, 0.5, 0.9], "x")):
        (line,) = figure.axes[0].lines
        assert line.get_xdata().tolist() == [1, 2, 3]
        assert drawn(figure).startswith(b"\x89PNG")


def test_cost_is_logarithmic_where_it_spans_more_than_tenfold():
    assert plots.cost_curve([160, 30, 1], "x").axes[0].get_yscale() == "log"
    assert plots.cost_curve([0.5, 0.2, 0.1], "x").axes[0].get_yscale() == "linear"


def test_a_cost_that_is_no_number_is_left_out():
    assert drawn(plots.cost_curve([160, np.nan], "x"))
    assert drawn(plots.cost_curve([np.nan], "x"))


def test_every_title_says_what_the_data_is(data):
    guesses = np.eye(10)[data.test.labels]
    for figure in (
        plots.cost_curve([1], "rendered digits, not MNIST"),
        plots.accuracy_curve([1], "rendered digits, not MNIST"),
        plots.predictions(data.test, guesses, "rendered digits, not MNIST"),
        plots.first_layer(np.ones((784, 3)), "rendered digits, not MNIST"),
    ):
        assert "rendered digits, not MNIST" in figure.axes[0].get_title()


def test_wrong_predictions_come_first_with_the_truth(data):
    guesses = np.eye(10)[data.test.labels]
    guesses[7] = np.eye(10)[(data.test.labels[7] + 1) % 10]
    figure = plots.predictions(data.test, guesses, "x")
    truth = data.test.labels[7]
    assert texts(figure)[0] == f"{(truth + 1) % 10}  100%, is {truth}"
    assert len(texts(figure)) == 50
    assert not any("is" in text for text in texts(figure)[1:])
    assert "1 of 500 wrong" in figure.axes[0].get_title()


def test_all_wrong_or_few_digits_are_drawn_too(data):
    wrong = np.eye(10)[(data.test.labels + 1) % 10]
    assert len(texts(plots.predictions(data.test, wrong, "x"))) == 50
    assert len(texts(plots.predictions(data.test.first(3), wrong[:3], "x"))) == 3
    assert drawn(plots.first_layer(np.zeros((784, 2)), "x"))


def test_drawing_leaves_matplotlib_as_it_was():
    before = dict(matplotlib.rcParams)
    drawn(plots.cost_curve([2, 1], "x"))
    assert dict(matplotlib.rcParams) == before


def test_courses_lie_upon_each_other_the_first_one_widest():
    nothing = np.zeros(2)
    one = MlpResult(
        np.array([2.0, 1.0]),
        np.array([0.5, 0.75]),
        step_cost=nothing,
        epoch_seconds=nothing,
        weights=(),
    )
    figure = plots.courses({"old": one, "new": one}, "drawn")
    left, right = figure.axes
    wide, thin = left.get_lines()
    assert wide.get_linewidth() > thin.get_linewidth()
    assert wide.get_ydata().tolist() == thin.get_ydata().tolist() == [2, 1]
    assert left.get_yscale() == "log"
    assert {tuple(line.get_ydata()) for line in right.get_lines()} == {(0.5, 0.75)}
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["old: 75.00%", "new: 75.00%"]
    assert drawn(plots.courses({"$\\frac$": one}, "$\\frac$"))


def test_confusions_count_each_answer_to_each_digit():
    labels = np.array([3, 3, 3, 7], np.uint8)
    (axes,) = plots.confusions(labels, np.eye(10)[[3, 5, 5, 7]], "drawn").axes
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert cells == {(3, 3): "1", (5, 3): "2", (7, 7): "1"}
    assert axes.images[0].get_array()[3].tolist() == [0, 0, 0, 0, 0, 2, 0, 0, 0, 0]
    assert axes.get_title().startswith("2 of 4 wrong")
    assert "answer" in axes.get_xlabel()
    assert axes.get_ylabel() == "the digit"


def test_an_answer_has_a_bar_for_each_digit():
    image = np.zeros((28, 28), np.uint8)
    left, right = plots.answer(image, np.eye(10)[4] * 0.9 + 0.01).axes
    np.testing.assert_array_equal(left.images[0].get_array(), image)
    assert [round(bar.get_height(), 2) for bar in right.patches] == [0.01] * 4 + [0.91] + [0.01] * 5
    assert right.get_title().endswith(": 4, 91%")
    assert len({bar.get_facecolor() for bar in right.patches[:4]}) == 1
    assert right.patches[4].get_facecolor()[:3] == colors.to_rgb("tab:red")
    assert left.images[0].cmap(255)[:3] == (0, 0, 0)  # ink is black
