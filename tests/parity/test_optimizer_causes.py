"""Mistakes that ports have, each made by a real optimizer of Keras, or in NumPy as PyTorch has it."""

import time
from dataclasses import replace

import keras
import numpy as np
import pytest
import recorded
import tensorflow as tf
from recorded import Original, clipped, gradients, record, stairs

from tf_edureka.parity import arithmetic as a
from tf_edureka.parity.optimizer_causes import diagnose
from tf_edureka.parity.simulation import Setup
from tf_edureka.parity.stretch_reader import stretches

STEPS = 40
K = keras.optimizers
CONSTANT = [0.1] * STEPS
SMALL = [0.001] * STEPS
STAIRS = [stairs(step, every=15) for step in range(STEPS)]
SMOOTH = [0.1 * 0.5 ** (step / 15) for step in range(STEPS)]
LATE = [STAIRS[0], *STAIRS[:-1]]
EARLY = [*STAIRS[1:], STAIRS[-1]]


def stretch_of(folder, kind, rates, clipping=None, **settings):
    raw = gradients(STEPS)
    applied = [clipped(one, **clipping) for one in raw] if clipping else raw
    original = Original(kind, rates, applied, **settings)
    (stretch,) = stretches(record(folder, original, applied, raw, clipping, more=rates[-1:]))
    return stretch, {n: original.states[0][n] for n in recorded.SHAPES}, raw


def keras_path(optimizer, start, given, rates):
    variables = [keras.Variable(w) for w in start.values()]
    for rate, one in zip(rates, given, strict=True):
        optimizer.learning_rate = float(rate)
        optimizer.apply([tf.constant(one[n]) for n in start], variables)
        yield {n: v.numpy() for n, v in zip(start, variables, strict=True)}


# The original, its rates and settings, the port, its rates, the cause, words of the sentence.
MISTAKES = [
    ("Momentum", STAIRS, {}, lambda: K.SGD(momentum=0.9), None, "momentum", "takes the learning"),
    ("Momentum", CONSTANT, {}, lambda: K.SGD(momentum=0.95), None, "momentum", "is 0.95, the"),
    ("Momentum", CONSTANT, {}, lambda: K.SGD(), None, "momentum", "is 0, the original's 0.9"),
    ("Momentum", CONSTANT, {}, lambda: K.SGD(momentum=0.9, nesterov=True), None, "nesterov", "'s"),
    (
        "Momentum",
        CONSTANT,
        {"use_nesterov": True},
        lambda: K.SGD(momentum=0.9),
        None,
        "nesterov",
        "not Nesterov's",
    ),
    ("Momentum", CONSTANT, {}, lambda: K.Adam(), SMALL, "momentum", "the port's optimizer is Adam"),
    (
        "Adam",
        SMALL,
        {},
        lambda: K.Adam(),
        None,
        "epsilon",
        "epsilon is 1e-07, the original's 1e-08",
    ),
    ("Adam", SMALL, {}, lambda: K.Adam(epsilon=1e-3), None, "epsilon", "is 0.001, the original's"),
    ("Adam", SMALL, {"epsilon": 0.1}, lambda: K.Adam(), None, "epsilon", "the original's 0.1"),
    ("Adam", SMALL, {}, lambda: K.Adam(beta_1=0.5, epsilon=1e-8), None, "adam", "beta1 is 0.5"),
    ("Adam", SMALL, {}, lambda: K.Adam(beta_2=0.99, epsilon=1e-8), None, "adam", "beta2 is 0.99"),
    ("Adam", SMALL, {}, lambda: K.Adam(amsgrad=True, epsilon=1e-8), None, "adam", "AMSGrad"),
    (
        "Adam",
        SMALL,
        {},
        lambda: K.AdamW(weight_decay=0.004, epsilon=1e-8),
        None,
        "weight_decay",
        "0.004 of the weights",
    ),
    ("Adam", SMALL, {}, lambda: K.SGD(), CONSTANT, "adam", "plain SGD with 100 times"),
    ("Adam", SMALL, {}, lambda: K.RMSprop(), None, "adam", "Keras' RMSprop"),
    ("RMSProp", SMALL, {}, lambda: K.RMSprop(), None, "rmsprop", "Keras' RMSprop: epsilon 1e-07"),
    ("RMSProp", SMALL, {}, lambda: K.RMSprop(epsilon=1e-10), None, "rmsprop", "begins at 0"),
    ("RMSProp", SMALL, {}, lambda: K.Adam(), None, "rmsprop", "Adam with 1 times"),
    (
        "RMSProp",
        SMALL,
        {"momentum": 0.9},
        lambda: K.RMSprop(epsilon=1e-10, momentum=0.9, rho=0.99),
        None,
        "rmsprop",
        "rho is 0.99",
    ),
    ("Adagrad", CONSTANT, {}, lambda: K.Adagrad(epsilon=0.01), None, "epsilon", "epsilon"),
    (
        "Adagrad",
        CONSTANT,
        {},
        lambda: K.Adagrad(initial_accumulator_value=1.0),
        None,
        "adagrad",
        "begins at 1, the original's at 0.1",
    ),
    ("Adadelta", CONSTANT, {}, lambda: K.Adadelta(epsilon=1e-7), None, "epsilon", "1e-07, the"),
    ("Adadelta", CONSTANT, {}, lambda: K.Adadelta(rho=0.9, epsilon=1e-8), None, "adadelta", "0.9"),
    ("Ftrl", CONSTANT, {}, lambda: K.Ftrl(l2_regularization_strength=0.1), None, "ftrl", "l2 is"),
    ("GradientDescent", CONSTANT, {}, lambda: K.Adam(), SMALL, "adam", "is Adam with 0.01 times"),
    ("GradientDescent", CONSTANT, {}, lambda: K.SGD(momentum=0.9), None, "momentum", "momentum"),
    ("GradientDescent", CONSTANT, {}, lambda: K.SGD(), SMALL, "learning_rate", "0.01 times"),
    ("GradientDescent", STAIRS, {}, lambda: K.SGD(), LATE, "schedule", "of the step before"),
    ("GradientDescent", STAIRS, {}, lambda: K.SGD(), EARLY, "schedule", "of the step after"),
    ("GradientDescent", STAIRS, {}, lambda: K.SGD(), CONSTANT, "schedule", "is constant, 0.1"),
    ("GradientDescent", STAIRS, {}, lambda: K.SGD(), SMOOTH, "schedule", "staircase=True is miss"),
    ("GradientDescent", SMOOTH, {}, lambda: K.SGD(), STAIRS, "schedule", "the original's is smoo"),
    ("Adam", STAIRS, {}, lambda: K.Adam(epsilon=1e-8), LATE, "schedule", "of the step before"),
    (
        "GradientDescent",
        CONSTANT,
        {},
        lambda: K.SGD(weight_decay=0.01),
        None,
        "weight_decay",
        "0.01 of the weights, times the rate",
    ),
]


@pytest.mark.parametrize(("kind", "rates", "settings", "port", "its", "cause", "says"), MISTAKES)
def test_a_mistake_is_named(tmp_path, kind, rates, settings, port, its, cause, says):
    stretch, start, raw = stretch_of(tmp_path / "trace", kind, rates, **settings)
    verdict = diagnose(stretch, keras_path(port(), start, raw, its or rates))
    assert not verdict.passed
    assert verdict.causes[0].cause == cause, verdict.causes
    assert says in verdict.causes[0].says
    assert verdict.causes[0].explains > 0.98
