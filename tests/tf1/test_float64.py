import numpy as np
import pytest
import tensorflow as tf
from old_networks import NETWORKS, control_flow_of_version_1, record

from tf_edureka.tf1.recorded_graph import RecordedGraph

v1 = tf.compat.v1
# Rounding error of a sum of a few hundred numbers of size 1 in float64.
ROUNDING = {"rtol": 1e-12, "atol": 1e-14}


@pytest.mark.parametrize("build", NETWORKS, ids=lambda build: build.__name__)
def test_converted_network_equals_the_same_network_built_in_float64(build):
    recording, double = record(build, steps=0), record(build, tf.float64, steps=0)
    graph = RecordedGraph(recording.graph, dtype="float64")
    values = graph.compute(list(recording.values), recording.before, recording.feeds)
    for value, name, expected in zip(values, recording.values, double.values.values(), strict=True):
        np.testing.assert_allclose(value, expected, **ROUNDING, err_msg=name, strict=True)
    after = graph.step([recording.train], recording.before, recording.feeds)
    for name, value in after.items():
        np.testing.assert_allclose(value, double.after[name], **ROUNDING, err_msg=name)
        assert value.dtype in (np.float64, np.int64)
    assert not graph.float32_nodes


def compute(build, *shape, version=1, **also):
    """Values and gradient of a function of `x` in float32 and float64, and the float64 graph."""
    values = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    with control_flow_of_version_1(), tf.Graph().as_default() as graph:
        if version == 2:
            v1.enable_control_flow_v2()
        x = v1.placeholder(tf.float32, [None, *shape[1:]], "x")
        y = tf.identity(build(x), name="y")
        tf.identity(tf.gradients(tf.reduce_sum(y * y), x)[0], name="gradient")
        content = graph.as_graph_def().SerializeToString()
    graphs = RecordedGraph(content), RecordedGraph(content, dtype="float64")
    single, double = (one.compute(["y", "gradient"], {}, {"x": values}) for one in graphs)
    assert [one.dtype for one in double] == [np.float64, np.float64]
    return single, double, graphs[1]


def response_norm(x):
    return tf.nn.local_response_normalization(x, 2, 1.0, 0.125, 0.75)


def test_local_response_normalization_is_computed_in_float64():
    (y, gradient), double, graph = compute(response_norm, 4, 6, 6, 8)
    assert not graph.float32_nodes
    for one, other in zip((y, gradient), double, strict=True):
        np.testing.assert_allclose(one, other, 1e-5, 1e-5)
        assert np.abs(one - other).max() > 1e-9  # float32 has 24 bits of precision
    # The gradient equals the slope of the values, to more digits than float32 has.
    x = np.random.default_rng(1).normal(size=(4, 6, 6, 8)).astype(np.float32).astype(np.float64)
    direction, step = np.random.default_rng(2).normal(size=x.shape), 1e-5

    def total(x):
        squares = np.pad(x * x, ((0, 0), (0, 0), (0, 0), (2, 2)))
        sums = sum(squares[..., first : first + 8] for first in range(5))
        return ((x / (1 + 0.125 * sums) ** 0.75) ** 2).sum()

    slope = (total(x + step * direction) - total(x - step * direction)) / (2 * step)
    assert (double[1] * direction).sum() == pytest.approx(slope, rel=1e-8)


def inference_norm(x):
    scale, offset, mean, variance = (tf.fill([8], one) for one in (0.5, 0.25, 0.125, 2.0))
    return v1.nn.fused_batch_norm(
        x, scale, offset, mean=mean, variance=variance, epsilon=2**-10, is_training=False
    )[0]


def test_batch_normalization_for_inference_uses_the_given_statistics():
    _, (y, gradient), graph = compute(inference_norm, 4, 6, 6, 8)
    assert not graph.float32_nodes
    x = np.random.default_rng(1).normal(size=(4, 6, 6, 8)).astype(np.float32).astype(np.float64)
    slope = 0.5 / np.sqrt(2 + 2**-10)
    np.testing.assert_allclose(y, (x - 0.125) * slope + 0.25, **ROUNDING)
    np.testing.assert_allclose(gradient, 2 * y * slope, **ROUNDING)


def test_exponential_avg_factor_of_a_fused_op_is_supported():
    """Later versions of the op compute the moving average themselves."""

    def build(x):
        ones = tf.ones([8])
        return tf.raw_ops.FusedBatchNormV3(
            x=x, scale=ones, offset=ones, mean=ones, variance=ones, exponential_avg_factor=0.25
        ).batch_variance

    (single, _), (double, _), _ = compute(lambda x: build(x) + 0 * x[:, 0, 0], 4, 6, 6, 8)
    np.testing.assert_allclose(single, double, 1e-5)


def repeated(normalize):
    def build(x):
        return v1.while_loop(
            lambda step, _: step < 3,
            lambda step, y: (step + 1, tf.nn.relu(normalize(y)) + y),
            (0, x),
        )[1]

    return build


def batch_norm(x):
    return v1.nn.fused_batch_norm(x, tf.ones([8]), tf.zeros([8]))[0]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("normalize", [batch_norm, response_norm])
def test_loops_are_converted(normalize, version):
    single, double, graph = compute(repeated(normalize), 4, 6, 6, 8, version=version)
    assert not graph.float32_nodes
    for one, other in zip(single, double, strict=True):
        np.testing.assert_allclose(one, other, 1e-4, 1e-4)
        assert np.abs(one - other).max() > 1e-9


@pytest.mark.parametrize("version", [1, 2])
def test_ops_without_a_float64_kernel_run_in_float32_and_are_listed(version):
    def build(x):
        small = v1.image.resize_bilinear(x, [4, 4])
        return v1.cond(tf.size(x) > 0, lambda: v1.image.resize_bilinear(small, [6, 6]), lambda: x)

    single, double, graph = compute(build, 4, 6, 6, 8, version=version)
    assert len(graph.float32_nodes) == 4
    assert {"ResizeBilinear" in one for one in graph.float32_nodes} == {True}
    np.testing.assert_allclose(single[0], double[0], 1e-5, 1e-6)
    np.testing.assert_allclose(single[1], double[1], 1e-5, 1e-5)


def test_constants_keep_their_float32_value():
    _, (y, _), _ = compute(lambda x: x * 0 + 0.1, 2, 2)
    np.testing.assert_array_equal(y, np.float64(np.float32(0.1)), strict=False)
    assert y[0, 0] != 0.1


def test_attributes_of_ops_become_the_decimals_of_the_source():
    _, (y, slope), graph = compute(lambda x: tf.nn.leaky_relu(-tf.abs(x) - 1, 0.1), 2, 2)
    assert not graph.float32_nodes
    x = np.random.default_rng(1).normal(size=(2, 2)).astype(np.float32).astype(np.float64)
    np.testing.assert_allclose(y, 0.1 * (-np.abs(x) - 1), **ROUNDING)
    np.testing.assert_allclose(np.abs(slope), 0.2 * np.abs(y), **ROUNDING)


def test_random_numbers_and_bitcasts_stay_those_of_float32():
    """Ops that sample from a seed in the graph, and ops that reinterpret bits."""

    def build(x):
        drawn = tf.random.stateless_uniform(tf.shape(x), [1, 2])
        halves = tf.bitcast(tf.bitcast(x, tf.int32), tf.float32)
        return drawn + halves + x

    single, double, _ = compute(build, 3, 5)
    np.testing.assert_allclose(single[0], double[0], 1e-6)
