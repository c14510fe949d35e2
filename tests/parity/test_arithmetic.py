import keras
import numpy as np
import pytest
import recorded
import tensorflow as tf

from tf_edureka.parity.optimizer import arithmetic
from tf_edureka.parity.optimizer.arithmetic import RULES

STEPS = 50
RATES = [recorded.stairs(step, rate=0.01) for step in range(STEPS)]
SHAPES = {"weights": (200,)}
SETTINGS = [
    ("GradientDescent", {}),
    ("Momentum", {}),
    ("Momentum", {"use_nesterov": True}),
    ("Adam", {}),
    ("Adam", {"epsilon": 0.1, "beta1": 0.5}),
    ("RMSProp", {}),
    ("RMSProp", {"momentum": 0.9, "decay": 0.99, "epsilon": 1e-3}),
    ("CenteredRMSProp", {"momentum": 0.5}),
    ("Adagrad", {}),
    ("Adadelta", {}),
    ("Ftrl", {}),
    (
        "Ftrl",
        {
            "l1_regularization_strength": 0.001,
            "l2_regularization_strength": 0.01,
            "learning_rate_power": -0.6,
        },
    ),
]


def path(rule, start, given, hyper):
    weights, slots, steps = start, rule.slots(start), []
    for step, gradients in enumerate(given):
        weights, slots = rule.step(weights, slots, gradients, hyper(step))
        steps.append(weights)
    return np.stack(steps)


@pytest.mark.parametrize(("kind", "settings"), SETTINGS)
def test_rules_match_tensorflow_1_with_a_changing_learning_rate(kind, settings):
    start = recorded.weights(shapes=SHAPES)
    given = recorded.gradients(STEPS, shapes=SHAPES, scale=0.1)
    # Adadelta adapts its step size, and starts with small steps.
    rates = [rate * (100 if kind == "Adadelta" else 1) for rate in RATES]
    original = recorded.Original(kind, rates, given, start, **settings)
    expected = np.stack([state["weights"] for state in original.states[1:]])
    nesterov = float(settings.get("use_nesterov", False))

    def hyper(step):
        return {**original.hyper(step), "use_nesterov": nesterov}

    gradients = [one["weights"] for one in given]
    single = path(RULES[kind], start["weights"], gradients, hyper)
    assert single.dtype == np.float32
    double = path(RULES[kind], start["weights"].astype(np.float64), gradients, hyper)
    # Both sides round in each of 50 steps: weights of some tenths, and moves of up to a tenth.
    limit = STEPS * 2**-24 * 8 * 0.1
    assert np.abs(single - expected).max() < limit
    assert np.abs(double - expected).max() < limit
    assert np.abs(expected[-1] - start["weights"]).max() > 1000 * limit


KERAS = [
    (arithmetic.VELOCITY, keras.optimizers.SGD, {"momentum": 0.9}, {"momentum": 0.9}),
    (
        arithmetic.VELOCITY,
        keras.optimizers.SGD,
        {"momentum": 0.9, "nesterov": True},
        {"momentum": 0.9, "use_nesterov": 1.0},
    ),
    (
        arithmetic.AMSGRAD,
        keras.optimizers.Adam,
        {"amsgrad": True},
        {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7},
    ),
    (
        arithmetic.ADAGRAD_INSIDE,
        keras.optimizers.Adagrad,
        {"epsilon": 1e-3},
        {"epsilon": 1e-3},
    ),
    (
        arithmetic.with_weight_decay(RULES["GradientDescent"], 0.1),
        keras.optimizers.SGD,
        {"weight_decay": 0.1},
        {},
    ),
]


@pytest.mark.parametrize(("rule", "made", "settings", "scalars"), KERAS)
def test_alternative_rules_match_keras_optimizers(rule, made, settings, scalars):
    start = recorded.weights(shapes=SHAPES)["weights"]
    given = [one["weights"] for one in recorded.gradients(STEPS, shapes=SHAPES, scale=0.1)]

    def hyper(step):
        betas = {name: scalars[name] for name in scalars if name.startswith("beta")}
        powers = {f"{name}_power": value ** (step + 1) for name, value in betas.items()}
        return {"lr": RATES[step], **scalars, **powers}

    variable, optimizer, expected = keras.Variable(start), made(**settings), []
    for rate, gradients in zip(RATES, given, strict=True):
        optimizer.learning_rate = rate
        optimizer.apply([tf.constant(gradients)], [variable])
        expected.append(variable.numpy())
    double = path(rule, start.astype(np.float64), given, hyper)
    # The same rounding; Adam's 1 - 0.999 in float32 is off by parts in 100,000.
    limit = STEPS * max(2**-24 * 8 * 0.1, 1e-5 * 0.01)
    assert np.abs(double - np.stack(expected)).max() < limit


def test_zero_gradients_leave_the_weights_unchanged():
    start = np.ones(3, np.float32)
    for kind, rule in RULES.items():
        if kind.startswith("Ftrl"):
            continue  # its weights are computed from its slots, and so start at 0
        hyper = {name: 0.0 for name in rule.scalars} | {"lr": 0.1}
        moved, _ = rule.step(start, rule.slots(start), np.zeros(3, np.float32), hyper)
        np.testing.assert_array_equal(moved, start, err_msg=kind)
