import numpy as np
import pytest
import tensorflow as tf

from tf_edureka import config
from tf_edureka.perceptron.activations import ACTIVATIONS

Z = np.array([-30, -2, -0.5, 0, 0.5, 2, 30], np.float32)
FORMULAS = {
    "identity": lambda z: z,
    "step": lambda z: (z >= 0).astype(float),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(0, z),
    "softmax": np.ones_like,  # of one output
}
SLOPES = {
    "identity": np.ones_like,
    "step": np.zeros_like,
    "sigmoid": lambda z: FORMULAS["sigmoid"](z) * (1 - FORMULAS["sigmoid"](z)),
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "relu": lambda z: (z > 0).astype(float),
    "softmax": np.zeros_like,
}


def test_activations_are_the_articles_six():
    assert tuple(ACTIVATIONS) == config.ACTIVATIONS == tuple(FORMULAS)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_neuron_output_and_slope_match_the_formula(name):
    z = Z.astype(np.float64)
    outputs, slopes = (
        np.array(function(tf.constant(Z)))
        for function in (ACTIVATIONS[name].neuron_output, ACTIVATIONS[name].neuron_slope)
    )
    np.testing.assert_allclose(outputs, FORMULAS[name](z), rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(slopes, SLOPES[name](z), rtol=1e-5, atol=1e-7)


def test_slope_is_exactly_0_where_nothing_is_learned():
    far = tf.constant([30.0])
    assert ACTIVATIONS["tanh"].neuron_slope(far) == 0
    assert ACTIVATIONS["relu"].neuron_slope(-far) == 0
    assert ACTIVATIONS["softmax"].neuron_slope(tf.constant([0.3])) == 0


def test_softmax_of_two_outputs_is_the_sigmoid_of_their_difference():
    pairs = tf.constant([[0.3, -1.2], [2.0, 2.0]])
    outputs = ACTIVATIONS["softmax"].function(pairs)
    np.testing.assert_allclose(outputs[:, 0], tf.sigmoid(pairs[:, 0] - pairs[:, 1]), rtol=1e-6)
    np.testing.assert_allclose(tf.reduce_sum(outputs, axis=1), 1, rtol=1e-6)
