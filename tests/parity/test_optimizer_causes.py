"""Mistakes of ports, made by Keras' optimizers, or by NumPy versions of PyTorch's."""

import keras
import numpy as np
import pytest
import recorded
import tensorflow as tf
from recorded import Original, clipped, gradients, record, stairs

from tf_edureka.parity.optimizer import arithmetic as a
from tf_edureka.parity.optimizer.causes import diagnose
from tf_edureka.parity.optimizer.segment_reader import segments

# Each test simulates dozens of causes; some mistakes in tests/ports are tried by default.
pytestmark = pytest.mark.slow

STEPS = 40
K = keras.optimizers
CONSTANT = [0.1] * STEPS
SMALL = [0.001] * STEPS
STAIRS = [stairs(step, every=15) for step in range(STEPS)]
SMOOTH = [0.1 * 0.5 ** (step / 15) for step in range(STEPS)]
LATE = [STAIRS[0], *STAIRS[:-1]]
EARLY = [*STAIRS[1:], STAIRS[-1]]


def segment_of(folder, kind, rates, clipping=None, **settings):
    raw = gradients(STEPS)
    applied = [clipped(one, **clipping) for one in raw] if clipping else raw
    original = Original(kind, rates, applied, **settings)
    (segment,) = segments(record(folder, original, applied, raw, clipping, more=rates[-1:]))
    return segment, {n: original.states[0][n] for n in recorded.SHAPES}, raw


def keras_path(optimizer, start, given, rates):
    variables = [keras.Variable(w) for w in start.values()]
    for rate, one in zip(rates, given, strict=True):
        optimizer.learning_rate = float(rate)
        optimizer.apply([tf.constant(one[n]) for n in start], variables)
        yield {n: v.numpy() for n, v in zip(start, variables, strict=True)}


# The original, its rates and settings, the port, its rates, the cause, part of the sentence.
MISTAKES = [
    (
        "Momentum",
        STAIRS,
        {},
        lambda: K.SGD(momentum=0.9),
        None,
        "momentum",
        "contains the learning",
    ),
    ("Momentum", CONSTANT, {}, lambda: K.SGD(momentum=0.95), None, "momentum", "is 0.95, the"),
    ("Momentum", CONSTANT, {}, lambda: K.SGD(), None, "momentum", "is 0, the original's 0.9"),
    (
        "Momentum",
        CONSTANT,
        {},
        lambda: K.SGD(momentum=0.9, nesterov=True),
        None,
        "nesterov",
        "uses N",
    ),
    (
        "Momentum",
        CONSTANT,
        {"use_nesterov": True},
        lambda: K.SGD(momentum=0.9),
        None,
        "nesterov",
        "the original uses Nesterov momentum, the port does not",
    ),
    ("Momentum", CONSTANT, {}, lambda: K.Adam(), SMALL, "momentum", "the port's optimizer is Adam"),
    (
        "Adam",
        SMALL,
        {},
        lambda: K.Adam(),
        None,
        "epsilon",
        "the port's epsilon is 1e-07, the original's 1e-08",
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
        "0.004 times the learning rate times the weights",
    ),
    ("Adam", SMALL, {}, lambda: K.SGD(), CONSTANT, "adam", "plain SGD with 100 times"),
    ("Adam", SMALL, {}, lambda: K.RMSprop(), None, "adam", "Keras' RMSprop"),
    (
        "RMSProp",
        SMALL,
        {},
        lambda: K.RMSprop(),
        None,
        "rmsprop",
        "Keras' RMSprop: epsilon is 1e-07",
    ),
    ("RMSProp", SMALL, {}, lambda: K.RMSprop(epsilon=1e-10), None, "rmsprop", "starts at 0"),
    ("RMSProp", SMALL, {}, lambda: K.Adam(), None, "rmsprop", "Adam with 1 times"),
    (
        "RMSProp",
        SMALL,
        {"momentum": 0.9},
        lambda: K.RMSprop(epsilon=1e-10, momentum=0.9, rho=0.99),
        None,
        "rmsprop",
        "1's at 1: use tf_edureka.tf1.RMSProp; and the port's rho is 0.99",
    ),
    ("Adagrad", CONSTANT, {}, lambda: K.Adagrad(epsilon=0.01), None, "epsilon", "is 0.01"),
    (
        "Adagrad",
        CONSTANT,
        {},
        lambda: K.Adagrad(initial_accumulator_value=1.0),
        None,
        "adagrad",
        "starts at 1, the original's at 0.1",
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
        "0.01 times the learning rate times the weights",
    ),
]


@pytest.mark.parametrize(("kind", "rates", "settings", "port", "its", "cause", "says"), MISTAKES)
def test_a_mistake_is_named(tmp_path, kind, rates, settings, port, its, cause, says):
    segment, start, raw = segment_of(tmp_path / "trace", kind, rates, **settings)
    verdict = diagnose(segment, keras_path(port(), start, raw, its or rates))
    assert not verdict.passed
    assert verdict.causes[0].cause == cause, verdict.causes
    assert says in verdict.causes[0].says
    assert verdict.causes[0].explains > 0.98


def numpy_path(rule, start, given, hyper, slots=None):
    """Weights after each step by a rule in float32."""
    weights = dict(start)
    kept = {
        n: {**rule.slots(w), **{s: np.full_like(w, v) for s, v in (slots or {}).items()}}
        for n, w in start.items()
    }
    for step, one in enumerate(given):
        for n in start:
            weights[n], kept[n] = rule.step(weights[n], kept[n], one[n], hyper(step))
        yield dict(weights)


def adam(step, **scalars):
    powers = {"beta1_power": 0.9 ** (step + 1), "beta2_power": 0.999 ** (step + 1)}
    return {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, **powers, **scalars}


def mean_square(step, **scalars):
    return {"lr": 0.001, "rho": 0.9, "momentum": 0.9, "epsilon": 1e-10, **scalars}


OF_OTHERS = [
    ("Adam", {}, a.ADAM_CORRECTED, adam, {}, "epsilon", "after the bias correction, as in PyTorch"),
    ("Adam", {}, a.ADAM_INSIDE, adam, {}, "epsilon", "inside the square root"),
    ("Adam", {}, a.ADAM_UNCORRECTED, adam, {}, "bias_correction", "no bias correction"),
    (
        "Adam",
        {},
        a.RULES["Adam"],
        lambda step: adam(step + 1),
        {},
        "bias_correction",
        "is one ahead",
    ),
    ("Adam", {}, a.with_l2(a.RULES["Adam"], 0.01), adam, {}, "l2", "0.01 times the weights"),
    ("Adam", {}, a.RULES["Adam"], lambda step: adam(step, epsilon=0.0), {}, "epsilon", "is 0, the"),
    (
        "RMSProp",
        {"momentum": 0.9},
        a.RMSPROP_TORCH,
        lambda step: mean_square(step, epsilon=1e-8),
        {},
        "rmsprop",
        "PyTorch's RMSprop",
    ),
    (
        "RMSProp",
        {"momentum": 0.9, "epsilon": 1e-3},
        a.RMSPROP_OUTSIDE,
        lambda step: mean_square(step, epsilon=1e-3),
        {"ms": 1.0},
        "epsilon",
        "outside the square root",
    ),
    (
        "CenteredRMSProp",
        {"momentum": 0.9},
        a.RULES["RMSProp"],
        mean_square,
        {},
        "rmsprop",
        "centered=True is missing",
    ),
    (
        "Momentum",
        {},
        a.AVERAGED,
        lambda step: {"lr": 0.001, "momentum": 0.9},
        {},
        "momentum",
        "(1 - m) g",
    ),
]


@pytest.mark.parametrize(("kind", "settings", "rule", "hyper", "slots", "cause", "says"), OF_OTHERS)
def test_a_mistake_of_another_framework_is_named(
    tmp_path, kind, settings, rule, hyper, slots, cause, says
):
    segment, start, raw = segment_of(tmp_path / "trace", kind, SMALL, **settings)
    verdict = diagnose(segment, numpy_path(rule, start, raw, hyper, slots))
    assert verdict.causes[0].cause == cause, verdict.causes
    assert says in verdict.causes[0].says


def test_pytorch_momentum_passes_with_a_falling_rate(tmp_path):
    """The velocity of PyTorch's SGD does not contain the rate, like TensorFlow 1's."""
    segment, start, raw = segment_of(tmp_path / "trace", "Momentum", STAIRS)
    path = numpy_path(
        a.RULES["Momentum"], start, raw, lambda step: {"lr": STAIRS[step], "momentum": 0.9}
    )
    assert diagnose(segment, path).passed


BOUND = {"kind": "global_norm", "bound": 0.5}
CLIPPED = [
    (BOUND, {}, "does not clip its gradients, the original clips the global norm to 0.5"),
    (BOUND, {"clipnorm": 0.5}, "clips the norm of each weight's gradient to 0.5, the original"),
    (BOUND, {"clipvalue": 0.05}, "clips each value to 0.05, the original"),
    # If all steps were clipped, SGD could not be told from one with another rate.
    (BOUND, {"global_clipnorm": 2.2}, "clips the global norm to 2.2, the original"),
    (
        {"kind": "value", "bound": 0.01},
        {"global_clipnorm": 0.3},
        "the global norm to 0.3, the original",
    ),
    ({"kind": "norm", "bound": 0.3}, {}, "the original clips the norm of each weight's gradient"),
    (None, {"clipvalue": 0.02}, "clips each value to 0.02, the original does not clip"),
    (None, {"global_clipnorm": 0.4}, "clips the global norm to 0.4, the original does not clip"),
]


@pytest.mark.parametrize(("clipping", "port", "says"), CLIPPED)
@pytest.mark.parametrize("kind", ["GradientDescent", "Adam"])
def test_clipping_is_named(tmp_path, kind, clipping, port, says):
    segment, start, raw = segment_of(tmp_path / "trace", kind, SMALL, clipping)
    make = {"GradientDescent": K.SGD, "Adam": K.Adam}[kind]
    same = {"epsilon": 1e-8} if kind == "Adam" else {}
    verdict = diagnose(segment, keras_path(make(**same, **port), start, raw, SMALL))
    assert verdict.causes[0].cause == "clipping", verdict.causes
    assert says in verdict.causes[0].says
    right = {"global_norm": "global_clipnorm", "norm": "clipnorm", "value": "clipvalue"}
    own = {right[clipping["kind"]]: clipping["bound"]} if clipping else {}
    assert diagnose(segment, keras_path(make(**same, **own), start, raw, SMALL)).passed


TWO = [
    ("Momentum", STAIRS, {}, lambda: K.SGD(momentum=0.9, nesterov=True), None, "momentum nesterov"),
    ("Momentum", STAIRS, BOUND, lambda: K.SGD(momentum=0.9), None, "clipping momentum"),
    ("Momentum", STAIRS, {}, lambda: K.SGD(momentum=0.9), SMOOTH, "momentum schedule"),
    ("Adam", SMALL, {}, lambda: K.Adam(beta_1=0.8), None, "adam epsilon"),
    ("Adam", SMALL, BOUND, lambda: K.Adam(epsilon=1e-5), None, "clipping epsilon"),
    ("Adam", SMALL, {}, lambda: K.AdamW(weight_decay=0.1), None, "epsilon weight_decay"),
]


@pytest.mark.parametrize(("kind", "rates", "clipping", "port", "its", "causes"), TWO)
def test_two_mistakes_are_both_named(tmp_path, kind, rates, clipping, port, its, causes):
    segment, start, raw = segment_of(tmp_path / "trace", kind, rates, clipping)
    verdict = diagnose(segment, keras_path(port(), start, raw, its or rates))
    assert {one.cause for one in verdict.causes[:2]} == set(causes.split()), verdict.causes
    assert verdict.causes[0].explains > 0.98


def test_a_weight_that_is_not_trained_is_named(tmp_path):
    segment, start, raw = segment_of(tmp_path / "trace", "Adam", SMALL)
    path = keras_path(K.Adam(epsilon=1e-8), start, raw, SMALL)
    verdict = diagnose(segment, [{**one, "bias": start["bias"]} for one in path])
    assert (verdict.weight, verdict.first_step) == ("bias", 0)
    assert verdict.causes[0].cause == "variables"
    assert verdict.causes[0].says == "the port does not train 'bias'"


def test_the_first_step_is_where_the_rate_first_falls(tmp_path):
    segment, start, raw = segment_of(tmp_path / "trace", "Momentum", STAIRS)
    verdict = diagnose(segment, keras_path(K.SGD(momentum=0.9), start, raw, STAIRS))
    assert verdict.first_step == 15
    assert verdict.rate == (pytest.approx(0.1), pytest.approx(0.05))


def test_a_mistake_late_in_a_long_segment_is_named(tmp_path):
    steps = 400
    given = gradients(steps, shapes={"kernel": (40,)})
    rates = [stairs(step, every=350) for step in range(steps)]
    start = recorded.weights(shapes={"kernel": (40,)})
    original = Original("Momentum", rates, given, start)
    (segment,) = segments(record(tmp_path / "trace", original, given))
    verdict = diagnose(segment, keras_path(K.SGD(momentum=0.9), start, given, rates))
    assert verdict.first_step == 350
    assert [one.cause for one in verdict.causes] == ["momentum"]


def test_noise_has_no_cause(tmp_path):
    segment, start, raw = segment_of(tmp_path / "trace", "Adam", SMALL)
    random = np.random.default_rng(3)
    path = [
        {n: w + random.normal(size=w.shape).astype(np.float32) for n, w in one.items()}
        for one in keras_path(K.Adam(epsilon=1e-8), start, raw, SMALL)
    ]
    verdict = diagnose(segment, path)
    assert verdict.first_step == 0
    assert verdict.causes == []
