import io
import itertools

import matplotlib
import numpy as np
import pytest
from matplotlib import colors
from PIL import Image

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.mlp import plots
from tf_edureka.results import MlpResult


def drawn(figure) -> bytes:
    """The figure as a PNG; drawing it is part of the test."""
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=60)
    return buffer.getvalue()


def pixels(figure) -> np.ndarray:
    """The figure's pixels from 0 to 255, shape (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(drawn(figure))).convert("RGB")).astype(int)


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


def test_nan_cost_is_not_drawn():
    assert drawn(plots.cost_curve([160, np.nan], "x"))
    assert drawn(plots.cost_curve([np.nan], "x"))


def test_every_title_names_the_data(data):
    guesses = np.eye(10)[data.test.labels]
    for figure in (
        plots.cost_curve([1], "rendered digits, not MNIST"),
        plots.accuracy_curve([1], "rendered digits, not MNIST"),
        plots.predictions(data.test, guesses, "rendered digits, not MNIST"),
        plots.first_layer_weights(np.ones((784, 3)), "rendered digits, not MNIST"),
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


def test_predictions_are_drawn_if_all_are_wrong_or_few_exist(data):
    wrong = np.eye(10)[(data.test.labels + 1) % 10]
    assert len(texts(plots.predictions(data.test, wrong, "x"))) == 50
    assert len(texts(plots.predictions(data.test.first(3), wrong[:3], "x"))) == 3
    assert drawn(plots.first_layer_weights(np.zeros((784, 2)), "x"))


def test_drawing_does_not_change_matplotlibs_settings():
    before = dict(matplotlib.rcParams)
    drawn(plots.cost_curve([2, 1], "x"))
    assert dict(matplotlib.rcParams) == before


def course(cost, accuracy):
    nothing = np.zeros(0)
    values = np.array(cost, float), np.array(accuracy, float)
    return MlpResult(*values, step_cost=nothing, epoch_seconds=nothing, weights=())


def test_coinciding_training_curves_are_all_visible():
    one = course(2.0 ** -np.arange(15), np.linspace(0.5, 0.75, 15))
    figure = plots.training_curves(dict.fromkeys(("first", "second", "third", "last"), one), "x")
    lines, *_ = (axes.get_lines() for axes in figure.axes)
    for mark in (*figure.legends, *lines[0].axes.spines.values(), lines[0].axes.xaxis):
        mark.set_visible(False)
    for line in lines:
        line.set(marker="", linewidth=6)  # so that few pixels mix two colours
    figure.delaxes(figure.axes[1])
    seen = pixels(figure).reshape(-1, 3)
    ofs = [np.round(255 * np.array(colors.to_rgb(line.get_color()))) for line in lines]
    counts = [(np.abs(seen - colour).max(axis=1) < 8).sum() for colour in ofs]
    assert min(counts) > 0.5 * max(counts)


def test_training_curves_differ_without_colours_and_have_equal_widths():
    names = ["original", "legacy", "modern", "tuned"]
    one = course(2.0 ** -np.arange(15), np.linspace(0.5, 0.75, 15))
    figure = plots.training_curves(dict.fromkeys(names, one), "x")
    left, right = figure.axes
    for lines in (left.get_lines(), right.get_lines()):
        assert {line.get_linewidth() for line in lines} == {2}
        assert len({line.get_marker() for line in lines}) == 4
        epochs = [set(range(15)[start::step]) for start, step in (x.get_markevery() for x in lines)]
        assert set().union(*epochs) == set(range(15))
        assert sum(map(len, epochs)) == 15  # no two markers overlap
        # Matplotlib has no public access to the dash pattern in points.
        dashes = [line._unscaled_dash_pattern[1] for line in lines]  # noqa: SLF001
        assert dashes[0] is None
        # The lowest curve is solid, the topmost covers a quarter: a quarter of each stays visible.
        assert [on / (on + off) for on, off in dashes[1:]] == [0.75, 0.5, 0.25]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [f"{x}: 75.00%" for x in names]
    assert [line.get_marker() for line in legend.get_lines()] == [
        line.get_marker() for line in reversed(left.get_lines())
    ]


def test_training_curves_support_one_epoch_and_any_title():
    figure = plots.training_curves(
        {"$\\frac$": course([2], [0.5]), "b": course([1], [0.75])}, "$\\frac$"
    )
    left, right = figure.axes
    assert left.get_yscale() == "log"
    assert [line.get_ydata().tolist() for line in left.get_lines()] == [[1], [2]]
    assert [line.get_ydata().tolist() for line in right.get_lines()] == [[0.75], [0.5]]
    assert [line.get_markevery()[0] for line in left.get_lines()] == [0, 0]
    assert drawn(figure)


@pytest.mark.parametrize("count", [3, 23, 500])
def test_digit_figures_have_no_empty_margin(data, count):
    test = data.test.first(count)
    seen = pixels(plots.predictions(test, np.eye(10)[test.labels], "x"))
    weights = pixels(plots.first_layer_weights(np.ones((784, min(count, 60))), "x"))
    for shown in (seen, weights):
        rows = np.flatnonzero((shown < 128).any(axis=(1, 2)))
        assert rows[0] < 10
        assert len(shown) - 1 - rows[-1] < 18  # 0.3 inches


def test_sign_of_weights_is_visible_in_greyscale():
    (image, *_) = plots.first_layer_weights(np.linspace(-1, 1, 784)[:, None], "x").axes[0].images
    assert image.norm(0) == 0.5
    red, green, blue = image.cmap(np.linspace(0, 1, 52))[:, :3].T
    grey = 0.299 * red + 0.587 * green + 0.114 * blue  # as Pillow's "L"
    assert (np.diff(grey) < -0.01).all()
    assert grey[0] > 0.9
    assert 0.5 < image.cmap(0.5)[0] < 0.6
    assert grey[-1] < 0.2
    assert (red[:23] > blue[:23] + 0.03).all()  # against: red
    assert (blue[-23:] > red[-23:] + 0.03).all()  # for: blue


def test_confusion_matrix_counts_each_prediction_for_each_digit():
    labels = np.array([3, 3, 3, 7], np.uint8)
    (axes,) = plots.confusion_matrix(labels, np.eye(10)[[3, 5, 5, 7]], "drawn").axes
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert cells == {(3, 3): "1", (5, 3): "2", (7, 7): "1"}
    assert axes.images[0].get_array()[3].tolist() == [0, 0, 0, 0, 0, 2, 0, 0, 0, 0]
    assert axes.get_title().startswith("2 of 4 wrong")
    assert axes.get_xlabel() == "predicted digit"
    assert axes.get_ylabel() == "true digit"


def test_prediction_has_a_bar_for_each_digit():
    image = np.zeros((28, 28), np.uint8)
    left, right = plots.prediction(image, np.eye(10)[4] * 0.9 + 0.01).axes
    np.testing.assert_array_equal(left.images[0].get_array(), image)
    assert [round(bar.get_height(), 2) for bar in right.patches] == [0.01] * 4 + [0.91] + [0.01] * 5
    assert right.get_title().endswith(": 4, 91%")
    assert len({bar.get_facecolor() for bar in right.patches[:4]}) == 1
    assert right.patches[4].get_facecolor()[:3] == colors.to_rgb("tab:red")
    assert left.images[0].cmap(255)[:3] == (0, 0, 0)  # ink is black


def test_network_plot_shows_each_neurons_output_and_each_digits_probability():
    # Two hidden neurons: the sum of the ink, 2, and its negative, which relu makes 0.
    kernel = np.tile(np.float32([1, -1]), (784, 1))
    output = np.zeros((2, 10), np.float32)
    output[0, 7] = 1
    weights = [kernel, np.zeros(2, np.float32), output, np.full(10, np.float32(0.5))]
    image = np.zeros((28, 28), np.uint8)
    image[3, 4:6] = 255
    figure = plots.network(weights, image, "tiny $")
    shown, first, hidden, second, digits = figure.axes
    np.testing.assert_array_equal(shown.images[0].get_array(), image)
    assert hidden.images[0].get_array().tolist() == [[2, 0]]
    assert hidden.get_xlabel() == "1 above 0, up to 2"
    assert [text.get_text() for text in first.texts][1:] == ["784 x 2\nweights", "+ 2\nbiases"]
    assert [text.get_text() for text in second.texts][1:] == ["2 x 10\nweights", "+ 10\nbiases"]
    # Logits 2.5 and nine times 0.5: e^2 / (e^2 + 9) = 0.4508.
    assert digits.get_title() == "prediction 7: 45.1%"
    assert [bar.get_width() for bar in digits.patches] == pytest.approx(
        [0.06102] * 7 + [0.45085] + [0.06102] * 2, abs=1e-4
    )
    assert [text.get_text() for text in digits.texts][6:9] == ["0.5", "2.5", "0.5"]
    assert figure.get_suptitle() == "tiny $: 1,600 weights and biases"  # 784 * 2 + 2 + 2 * 10 + 10
    assert drawn(figure)


@pytest.mark.parametrize(
    "sizes", [(784, 10), (784, 7, 10), (784, 256, 256, 10), (784, 9, 5, 3, 10)]
)
def test_network_plot_supports_any_layer_sizes(sizes, data):
    random = np.random.default_rng(1)
    weights = []
    for inputs, units in itertools.pairwise(sizes):
        weights += [
            random.normal(size=(inputs, units)).astype(np.float32),
            np.zeros(units, np.float32),
        ]
    figure = plots.network(weights, data.test.images[0], "x")
    squares = [axes.images[0].get_array() for axes in figure.axes if axes.images][1:]
    assert [int(np.isfinite(one.filled(np.nan)).sum()) for one in squares] == [*sizes[1:-1]]
    assert all(one.shape[0] in (one.shape[1], one.shape[1] - 1) for one in squares)
    assert drawn(figure)
    assert drawn(plots.network([0 * one for one in weights], data.test.images[0], "x"))
    assert drawn(plots.network([np.nan * one for one in weights], data.test.images[0], "x"))


def test_network_plot_shows_the_probabilities_of_the_model(data):
    model = mlp.network(MlpConfig.tuned())
    figure = plots.network(model.get_weights(), data.test.images[0], "x")
    (expected,) = mlp.probabilities(model, data.test.images[:1])
    bars = [bar.get_width() for bar in figure.axes[-1].patches]
    np.testing.assert_allclose(bars, expected, rtol=1e-4)  # float32, summed in another order
