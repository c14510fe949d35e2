import io

import numpy as np
import pytest
from matplotlib import colors

from tf_edureka._tensorflow import tf
from tf_edureka.errors import InputError
from tf_edureka.parity.article import plots, seed_plots
from tf_edureka.tf1 import RandomNormal, seeds

v1 = tf.compat.v1


def drawn(figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, dpi=60)
    return file.getvalue()


def test_growth_draws_share_and_size_of_differences_by_step():
    old = np.float32([[1, 2, 4, 0], [1, 2, 4, 0], [1, 2, 4, -1]])
    new = np.float32([[1, 2, 4, 0], [1, 2, 4.5, 0], [0.5, 2.5, 3, 1]])
    figure = plots.growth(old, new, "a $ b")
    left, right = figure.axes
    (share,) = left.lines
    assert share.get_ydata().tolist() == [0, 0.25, 1]
    assert share.get_xdata()[0] == 0
    largest, median, rounded = right.lines
    # Relative to the larger number: 0.5 / 4.5; then 0.5, 0.2, 0.25 and 2.
    np.testing.assert_allclose(largest.get_ydata(), [np.nan, 1 / 9, 2])
    np.testing.assert_allclose(median.get_ydata(), [np.nan, np.nan, 0.375])
    assert rounded.get_ydata()[0] == 2**-24
    assert right.get_yscale() == "log"
    assert figure.get_suptitle() == "a $ b"
    dark, light = (np.mean(colors.to_rgb(line.get_color())) for line in (largest, median))
    assert light - dark > 0.3  # distinguishable in grey
    assert drawn(figure)


def test_growth_draws_equal_and_non_finite_arrays():
    some = np.float32([[1, np.nan], [np.inf, -np.inf]])
    for old, new in ((some, some), (some, some[::-1]), (some, np.zeros_like(some))):
        assert drawn(plots.growth(old, new, "x"))
    with pytest.raises(InputError, match="expected two float32 arrays"):
        plots.growth(some, some.astype(np.float64), "x")


def graph_of(variables: int, **options) -> tf.Graph:
    """The article's network so far: two placeholders, then its variables."""
    with tf.Graph().as_default() as graph:
        v1.set_random_seed(1)
        v1.placeholder(tf.float32)
        v1.placeholder(tf.float32)
        for _ in range(variables):
            v1.Variable(v1.random_normal([784, 256]), **options)
    return graph


@pytest.mark.parametrize("options", [{}, {"use_resource": False}])
def test_number_of_boxes_before_a_random_op_is_its_tf1_op_seed(options):
    ops = seed_plots.ops_as_in_tf1(graph_of(6, **options))
    counted = [place for place, op in enumerate(ops) if op.type == "RandomStandardNormal"]
    assert counted == seeds.variable_op_seeds(6, ops=2) == [5, 14, 23, 32, 41, 50]
    figure = seed_plots.op_seeds(graph_of(6, **options), 1, "x")
    boxes = figure.axes[0]
    assert len(boxes.patches) == 2 + 2 * 9
    dark = [place for place, box in enumerate(boxes.patches) if box.get_facecolor()[0] < 0.5]
    assert dark == [5, 14]
    above = [text.get_text() for text in boxes.texts if text.get_position()[1] == 1.16]
    assert above == ["0", "1"]
    left_out = boxes.get_xlabel()
    assert ("VarIsInitializedOp" in left_out) == (options == {})  # a box for each op, or a note


def test_bars_show_the_numbers_sampled_with_either_op_seed():
    figure = seed_plots.op_seeds(graph_of(2), 1, "x")
    assert drawn(figure)
    for axes, pair in zip(figure.axes[1:], ((5, 0), (14, 1)), strict=True):
        heights = np.array([bar.get_height() for bar in axes.patches]).reshape(2, 8)
        for seed, shown in zip(pair, heights, strict=True):
            whole = RandomNormal(graph_seed=1, op_seed=seed)([784, 256]).numpy()
            np.testing.assert_array_equal(np.float32(shown), whole[0, :8])


def test_tensorflow_2_bars_equal_the_numbers_of_the_graph():
    graph = graph_of(1)
    with v1.Session(graph=graph) as session:
        today = session.run("random_normal:0")[0, :8]
    bars = seed_plots.op_seeds(graph, 1, "x").axes[1].patches[8:]
    np.testing.assert_array_equal(np.float32([bar.get_height() for bar in bars]), today)


def test_graph_without_random_ops_is_rejected():
    with pytest.raises(InputError, match=r"expected one with tf\.compat\.v1\.random_normal"):
        seed_plots.op_seeds(graph_of(0), 1, "x")
