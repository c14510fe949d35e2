from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from tf_edureka import perceptron
from tf_edureka.config import PerceptronConfig
from tf_edureka.perceptron.diagnosis import diagnose, is_correct
from tf_edureka.perceptron.gates import GATES
from tf_edureka.results import SweepResult

OR = GATES["or"]


def ended(gate, initial, final, activation, least_loss=np.inf) -> SweepResult:
    """The result of a pretended training from one set of weights to another."""
    initial, final = (np.array([weights], np.float32) for weights in (initial, final))
    outputs = perceptron.outputs(activation, gate.inputs, kernel=tf.constant(final.T)).numpy().T
    with np.errstate(over="ignore", invalid="ignore"):
        loss = ((outputs - gate.targets[:, 0]) ** 2).sum(axis=1)
    return SweepResult(
        loss,
        np.minimum(loss, least_loss),
        initial_weights=initial,
        final_weights=final,
        outputs=outputs,
    )


def outcome_of(activation, gate, initial, final, **course) -> str:
    result = ended(gate, initial, final, activation, **course)
    (name,) = diagnose(activation, gate, result=result)
    return name


@pytest.mark.parametrize(
    ("activation", "final", "expected"),
    [
        ("relu", [0.5, 0.5, 0.25], "learned"),  # least squares: 0.25, 0.75, 0.75, 1.25
        ("relu", [-1, -1, -1], "dead"),  # 0 everywhere, and so is the gradient
        ("relu", [-3, 1, 0], "stuck"),  # 0, 1, 0, 0: both wrong rows are dead
        ("relu", [0.1, 0.1, 0.1], "not yet"),  # wrong rows that have a gradient
        ("relu", [0.1, -1.1, 0.1], "not yet"),  # 0.1, 0, 0.2, 0: one of three wrong rows has one
        ("tanh", [-19, -19, 20], "stuck"),  # wrong at z = 20 and -18, where the slope is 0
        ("tanh", [20, 20, 20], "dead"),
        ("softmax", [0.5, 0.5, 0.25], "dead"),  # always 1
        ("step", [1, 1, -0.5], "learned"),
        ("step", [-1, -1, -1], "not yet"),  # dead to gradients, but Rosenblatt's rule needs none
        ("step", [np.inf, 1, 1], "diverged"),  # although all outputs are finite
        ("identity", [np.nan, 1, 1], "diverged"),
        ("identity", [3e38, 3e38, 3e38], "diverged"),  # the outputs overflow
        ("identity", [9, 9, 9], "diverged"),  # the loss is above that of the initial 2, 2, 2
    ],
)
def test_diagnosis_of_or(activation, final, expected):
    assert outcome_of(activation, OR, [2, 2, 2], final) == expected


def test_inseparable_gate_is_diagnosed_as_no_line():
    assert outcome_of("identity", GATES["xor"], [1, 1, 1], [0, 0, 0.5]) == "no line"
    assert outcome_of("step", GATES["xor"], [1, 1, 1], [1, 1, -0.5]) == "no line"
    assert outcome_of("relu", GATES["xor"], [1, 1, 1], [-1, -1, -1]) == "dead"


def test_loss_rising_from_its_minimum_is_diverged_even_below_the_initial_loss():
    assert outcome_of("identity", OR, [9, 9, 9], [2, 2, 2]) == "not yet"
    assert outcome_of("identity", OR, [9, 9, 9], [2, 2, 2], least_loss=0.5) == "diverged"
    for rate, epochs, seed in ((0.158, 100, 44), (0.158, 1000, 44), (0.5, 20, 1)):
        config = PerceptronConfig(rate, epochs, seed=seed, activation="identity")
        result = SweepResult.from_results([perceptron.train(config, OR)])
        assert diagnose("identity", OR, result=result).tolist() == ["diverged"]


@pytest.mark.parametrize("activation", ["identity", "sigmoid", "tanh", "relu"])
def test_rounding_errors_do_not_count_as_divergence(activation):
    for rate, epochs in ((1e-8, 100), (0.001, 1000)):
        config = PerceptronConfig(rate, epochs, activation=activation)
        for gate in GATES.values():
            result = perceptron.sweep(config, gate, seeds=range(4000))
            assert "diverged" not in diagnose(activation, gate, result=result)


def test_a_dead_perceptron_never_moves_again():
    config = PerceptronConfig(epochs=100)
    first = perceptron.sweep(config, OR, seeds=range(200))
    later = perceptron.sweep(replace(config, epochs=2000), OR, seeds=range(200))
    dead = diagnose("relu", OR, result=first) == "dead"
    np.testing.assert_array_equal(first.final_weights[dead], later.final_weights[dead])
    assert dead.sum() > 20


def test_one_half_counts_as_1_and_nan_as_wrong():
    right = is_correct(np.array([0.49, 0.5, np.nan, 0.49]), GATES["or"])
    assert right.tolist() == [True, True, False, False]
    assert not is_correct(np.full((3, 4), np.nan), GATES["xor"]).any()
