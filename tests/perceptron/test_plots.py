import io
import re

import numpy as np
import pytest
from PIL import Image

from tf_edureka import perceptron
from tf_edureka.config import PerceptronConfig
from tf_edureka.perceptron import plots
from tf_edureka.perceptron.activations import ACTIVATIONS
from tf_edureka.perceptron.gates import GATES, Gate
from tf_edureka.perceptron.plots import plane

LEAST_SQUARES = np.array([0.5, 0.5, 0.25], np.float32)  # of OR: the line runs from 1/2 to 1/2
XOR_NETWORK = np.array([9, 9, 9, 9, -4.5, -13.5, 9, -9, -4.5], np.float32)  # OR, AND; OR not AND


def drawn(figure) -> np.ndarray:
    """The figure's pixels; drawing it is part of the test."""
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=60)
    return np.array(Image.open(buffer))


def legend_of(figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


def labels_of(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_a_perceptrons_loss_is_logarithmic_only_where_it_explodes():
    assert plots.loss_curve([2, 1, 0.01], "x").axes[0].get_yscale() == "linear"
    assert plots.loss_curve([2, 1e9, 1e30, np.inf], "x").axes[0].get_yscale() == "log"
    assert drawn(plots.loss_curve([np.inf], "x")).any()


def test_each_activation_has_its_panel_with_its_derivative():
    figure = plots.activation_functions()
    assert [axes.get_title().split(":")[0] for axes in figure.axes] == list(ACTIVATIONS)
    for axes in figure.axes:
        assert [line.get_linestyle() for line in axes.lines[:2]] == ["-", "--"]
        assert axes.get_xlabel()
        assert axes.get_ylabel()
    sigmoid = figure.axes[2]
    assert max(sigmoid.lines[1].get_ydata()) == pytest.approx(0.25)
    assert np.isnan(figure.axes[1].lines[0].get_ydata()).sum() == 1  # no line across the jump
    drawn(figure)


def test_the_decision_line_is_where_the_output_is_one_half():
    figure = plots.decision_line("relu", GATES["or"], LEAST_SQUARES, "x")
    assert figure.axes[0].get_title() == "OR: 4 of 4 rows right\nx"
    assert labels_of(figure.axes[0]) == ["0.25", "0.75", "0.75", "1.25"]
    (contour,) = [c for c in figure.axes[0].collections if hasattr(c, "levels")]
    for point in contour.get_paths()[0].vertices:
        assert point.sum() == pytest.approx(0.5, abs=1e-3)
    assert legend_of(figure) == ["output 1/2: the decision line", "target 0", "target 1"]


@pytest.mark.parametrize(
    ("activation", "weights"),
    [
        ("relu", [-1, -1, -1]),
        ("softmax", [1, 2, 3]),
        ("identity", [np.nan, 1e38, 1e38]),
        ("identity", [1e-7, -1e-7, 0.5]),  # the best for XOR, except for rounding
    ],
)
def test_title_says_if_no_decision_line_is_in_view(activation, weights):
    figure = plots.decision_line(activation, GATES["or"], np.array(weights), "x")
    assert "no decision line in view" in figure.axes[0].get_title()
    assert legend_of(figure) == ["target 0", "target 1"]
    drawn(figure)


def test_higher_output_is_darker_in_greyscale_too():
    (image,) = plots.decision_line("tanh", GATES["or"], LEAST_SQUARES, "x").axes[0].images
    colours = image.cmap(image.norm([0, 0.25, 0.5, 0.75, 1]))[:, :3]
    assert (np.diff(colours @ [0.3, 0.6, 0.1]) < -0.1).all()  # in greyscale


def test_title_counts_the_correct_rows():
    weights = np.array([1, 1, 0.25], np.float32)  # OR, which differs from XOR in one row
    figure = plots.decision_line("identity", GATES["xor"], weights, "x")
    assert figure.axes[0].get_title() == "XOR: 3 of 4 rows right\nx"


def test_the_animation_goes_from_the_first_weights_to_the_last(tmp_path, monkeypatch):
    titles, decision = [], plots.decision_line

    def noting(activation, gate, weights, title, figure):
        titles.append(re.search("initial weights|loss .*", title)[0])
        return decision(activation, gate, weights, title, figure)

    monkeypatch.setattr(plane, "decision_line", noting)
    result = perceptron.train(PerceptronConfig(epochs=3), GATES["or"])
    path = tmp_path / "way.gif"
    plots.animate_decision_line(path, "relu", GATES["or"], result.weights, result.loss, "x")
    with Image.open(path) as film:
        assert film.n_frames == 4
        first = np.array(film.convert("L"))
        film.seek(3)
        assert titles == ["initial weights", *(f"loss {loss:.4g}" for loss in result.loss)]
        assert film.info["duration"] > 1000
        assert (np.array(film.convert("L")) != first).any()


def test_sweep_histogram_counts_each_seed_once():
    loss = np.array([0.25, 0.26, 3, 3, 3, 1, np.inf], np.float32)
    outcomes = np.array(["learned"] * 2 + ["dead"] * 3 + ["stuck", "diverged"])
    figure = plots.sweep_histogram(loss, outcomes, "x")
    assert sum(bar.get_height() for bar in figure.axes[0].patches) == 6
    assert set(legend_of(figure)) == {
        "learned: 2 (28.6%)",
        "dead: 3 (42.9%)",
        "stuck: 1 (14.3%)",
        "diverged: 1 (14.3%), not drawn",
    }
    drawn(figure)
    drawn(plots.sweep_histogram(loss[-1:], outcomes[-1:], "x"))


def test_hidden_space_shows_rows_at_their_hidden_outputs():
    figure = plots.hidden_space("sigmoid", GATES["xor"], XOR_NETWORK, "x")
    left, right = figure.axes[:2]
    assert left.get_title() == "The inputs: no line separates the rows"
    assert right.get_title() == "Outputs of the hidden neurons: one line separates the rows"
    # 0 1 and 1 0 coincide, since one input is 1 in both.
    assert labels_of(right) == ["0 0", "0 1\n1 0", "", "1 1"]
    zeros, ones = (points.get_offsets() for points in right.collections[-2:])
    np.testing.assert_allclose(zeros, [[0, 0], [1, 1]], atol=0.02)
    np.testing.assert_allclose(ones, [[1, 0], [1, 0]], atol=0.02)
    hidden = [line for line in left.lines if "hidden" in line.get_label()]
    # OR fires where the inputs sum to 1/2, AND where they sum to 3/2.
    for line, total in zip(hidden, (0.5, 1.5), strict=True):
        assert sum(line.get_xy1()) == pytest.approx(total)
        assert sum(line.get_xy2()) == pytest.approx(total)
    drawn(figure)


def test_hidden_lines_are_at_zero_weighted_sums_and_drawn_only_in_view():
    weights = np.array([1, 3, 2, 3, -1, 9, 1, 1, 1], np.float32)  # x + 2 y = 1; 3 x + 3 y = -9
    figure = plots.hidden_space("tanh", GATES["xor"], weights, "x")
    (line,) = [line for line in figure.axes[0].lines if "hidden" in line.get_label()]
    for x, y in (line.get_xy1(), line.get_xy2()):
        assert x + 2 * y == pytest.approx(1)


def test_hidden_space_is_drawn_for_zero_nan_and_huge_weights():
    for weights in (np.zeros(9), np.full(9, np.nan), np.full(9, 1e38)):
        figure = plots.hidden_space("relu", GATES["xor"], weights.astype(np.float32), "x")
        assert figure.axes[1].get_title() == "Outputs of the hidden neurons"
        drawn(figure)


def test_dollar_in_a_title_is_not_parsed_as_tex():
    title = r"$\frac{$"
    gate = Gate("x_{$", GATES["or"].inputs, targets=GATES["or"].targets)
    figures = [
        plots.decision_line("relu", gate, np.float32([1, 1, 0]), title),
        plots.sweep_histogram(np.float32([0.5]), np.array(["learned"]), title),
        plots.loss_curve(np.float32([1, 0.5]), title),
    ]
    for figure in figures:
        drawn(figure)


def arrows_of(axes):
    return [text.arrow_patch for text in axes.texts if text.get_text() == ""]


def test_a_neuron_is_drawn_with_all_its_numbers():
    # 0.5 * 1 - 2 * 1 + 1 = -0.5, of which relu makes 0
    axes = plots.neuron("relu", [1, 1], [0.5, -2, 1], "by hand").axes[0]
    said = labels_of(axes)
    assert {"1", "$w_1$ = 0.5", "$w_2$ = -2", "$b$ = 1", "sum\n$z$ = -0.5", "0"} <= set(said)
    (function,) = axes.child_axes
    (point,) = [line for line in function.lines if line.get_marker() == "o"]
    assert (*point.get_xdata(), *point.get_ydata()) == (-0.5, 0)
    assert axes.get_title() == "by hand"


def test_a_neurons_arrows_are_wider_for_larger_weights_and_dashed_for_negative_ones():
    first, second, bias, *others = arrows_of(
        plots.neuron("tanh", [0, 1], [3, -3, -0.1], "x").axes[0]
    )
    assert first.get_linewidth() == second.get_linewidth() > bias.get_linewidth()
    assert [one.get_linestyle() for one in (first, second, bias)] == ["-", "--", "--"]
    assert [one.get_linestyle() for one in others] == ["-", "-"]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_neuron_is_drawn_for_each_activation_and_for_nan_and_inf(activation):
    row = GATES["and"].inputs[2]  # 1, 0 and the constant
    figure = plots.neuron(activation, row, np.float32([2, 5, -0.5]), r"$\frac{$")
    assert "sum\n$z$ = 1.5" in labels_of(figure.axes[0])
    assert drawn(figure).any()
    for weight in (np.nan, np.inf, 1e38):
        figure = plots.neuron(activation, row, np.float32([weight, 1, -1]), "x")
        assert 0 < arrows_of(figure.axes[0])[0].get_linewidth() < 5
        assert drawn(figure).any()
