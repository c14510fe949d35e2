from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_edureka.config import PerceptronConfig
from tf_edureka.perceptron import diagnosis, xor_network
from tf_edureka.perceptron.gates import GATES
from tf_edureka.tf1 import initializers

XOR = GATES["xor"]


def right(result) -> np.ndarray:
    return diagnosis.is_correct(result.outputs, XOR).all(axis=1)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "softmax"])
def test_training_matches_keras(activation):
    result = xor_network.train(PerceptronConfig(0.3, 20, activation=activation), XOR, seeds=[5])
    (initial,), (final,) = result.initial_weights, result.final_weights
    # The bias of the hidden neurons is the weight of the third input, as in the article.
    hidden = keras.layers.Dense(2, activation, use_bias=False)
    model = keras.Sequential([keras.Input((3,)), hidden, keras.layers.Dense(1, "sigmoid")])
    model.set_weights([initial[:6].reshape(3, 2), initial[6:8, np.newaxis], initial[8:]])
    optimizer = keras.optimizers.SGD(0.3)
    for _ in range(20):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(model(XOR.inputs) - XOR.targets))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
    trained = np.concatenate([np.ravel(w) for w in model.get_weights()])
    # 20 steps of rate 0.3; numbers near 1 are rounded to 6e-8.
    np.testing.assert_allclose(final, trained, rtol=0, atol=2e-6)
    np.testing.assert_allclose(result.outputs[0], model(XOR.inputs)[:, 0], rtol=0, atol=2e-6)
    assert np.abs(final - initial).max() > 0.01


def test_the_least_loss_is_that_of_all_epochs():
    for rate in (0.5, 30.0):
        config, losses = PerceptronConfig(rate, activation="tanh"), []
        for epochs in range(1, 6):
            result = xor_network.train(replace(config, epochs=epochs), XOR, seeds=[1, 2])
            losses.append(result.loss)
        np.testing.assert_allclose(result.least_loss, np.min(losses, axis=0), rtol=1e-6)
    assert (result.least_loss < result.loss).any()  # since the rate is so large


def test_initial_weights_are_one_sample_of_nine():
    result = xor_network.train(PerceptronConfig(epochs=1), XOR, seeds=[7, 8])
    for row, seed in enumerate((7, 8)):
        drawn = initializers.RandomNormal(None, seed)((9,))
        np.testing.assert_array_equal(result.initial_weights[row], drawn)


def test_many_of_50_networks_learn_xor_but_no_single_neuron():
    config = PerceptronConfig(1.0, 4000, activation="sigmoid")
    assert right(xor_network.train(config, XOR, seeds=range(50))).sum() > 25


@pytest.mark.parametrize("activation", ["identity", "softmax"])
def test_hidden_layers_with_only_one_line_do_not_learn_xor(activation):
    config = PerceptronConfig(0.5, 2000, activation=activation)
    assert not right(xor_network.train(config, XOR, seeds=range(50))).any()


def test_hidden_neurons_with_the_step_function_keep_their_initial_weights():
    result = xor_network.train(PerceptronConfig(0.5, 50, activation="step"), XOR, seeds=range(3))
    np.testing.assert_array_equal(result.initial_weights[:, :6], result.final_weights[:, :6])
    assert (result.initial_weights[:, 6:] != result.final_weights[:, 6:]).any(axis=1).all()


def test_training_ends_when_the_caller_asks_for_it():
    config, epochs = PerceptronConfig(0.5, 950, activation="tanh"), []
    xor_network.train(
        config,
        XOR,
        seeds=range(3),
        on_progress=lambda epoch, loss: epochs.append((epoch, len(loss))),
    )
    assert epochs[0] == (100, 3)
    assert epochs[-1] == (950, 3)
    ended = xor_network.train(config, XOR, seeds=range(3), on_progress=lambda *_: True)
    whole = xor_network.train(PerceptronConfig(0.5, 100, activation="tanh"), XOR, seeds=range(3))
    np.testing.assert_array_equal(ended.final_weights, whole.final_weights)
