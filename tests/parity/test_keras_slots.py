import keras
import numpy as np
import pytest
import recorded
import tensorflow as tf
from recorded import Original, gradients, stairs

from tf_edureka import tf1
from tf_edureka.errors import InputError
from tf_edureka.parity.optimizer.keras_slots import set_slots

K = keras.optimizers
STEPS, BEGIN = 30, 17
RATES = [stairs(step, rate=0.01, every=10) for step in range(STEPS)]

# Optimizers with the original's update rule, from step 17 on. The rate changes at steps 10 and 20.
# The velocity of Keras' SGD contains the rate, so these cases end at step 20.
CASES = [
    ("GradientDescent", {}, lambda: K.SGD(), STEPS),
    ("Momentum", {}, lambda: K.SGD(momentum=0.9), 20),
    ("Momentum", {"use_nesterov": True}, lambda: K.SGD(momentum=0.9, nesterov=True), 20),
    ("Adam", {}, lambda: K.Adam(epsilon=1e-8), STEPS),
    ("Adam", {}, lambda: tf1.Adam(0.01, 1e-8), STEPS),
    (
        "RMSProp",
        {"momentum": 0.5},
        lambda: K.RMSprop(rho=0.9, momentum=0.5, epsilon=1e-10),
        STEPS,
    ),
    (
        "CenteredRMSProp",
        {"momentum": 0.5, "epsilon": 1e-3},
        lambda: K.RMSprop(rho=0.9, momentum=0.5, epsilon=1e-3, centered=True),
        STEPS,
    ),
    ("Adagrad", {}, lambda: K.Adagrad(epsilon=0), STEPS),
    ("Adadelta", {}, lambda: K.Adadelta(epsilon=1e-8), STEPS),
    ("Ftrl", {}, lambda: K.Ftrl(), STEPS),
]


def resumed(optimizer, original, given, end):
    """Starts from the original's state before step 17; returns the weights before step `end`."""
    state = original.states[BEGIN]
    variables = [keras.Variable(state[n], name=n.replace("/", "_")) for n in recorded.SHAPES]
    slots = {name: [state[of[n]] for n in recorded.SHAPES] for name, of in original.slots.items()}
    without = set_slots(
        optimizer, variables, slots=slots, hyper=original.hyper(BEGIN), number=BEGIN
    )
    for step in range(BEGIN, end):
        optimizer.learning_rate = float(RATES[step])
        optimizer.apply([tf.constant(given[step][n]) for n in recorded.SHAPES], variables)
    return without, [variable.numpy() for variable in variables]


@pytest.mark.parametrize(("kind", "settings", "make", "end"), CASES)
def test_optimizer_resumes_from_the_originals_slots(kind, settings, make, end):
    given = gradients(STEPS)
    original = Original(kind, RATES, given, **settings)
    without, weights = resumed(make(), original, given, end)
    assert without == []
    for name, value in zip(recorded.SHAPES, weights, strict=True):
        # Rounding of some steps of 0.01, and parts in 100,000 of them for Adam.
        np.testing.assert_allclose(value, original.states[end][name], rtol=0, atol=1e-6)


def test_optimizer_without_the_slots_differs():
    given = gradients(STEPS)
    original = Original("Adam", RATES, given)
    original.slots = {}
    without, weights = resumed(K.Adam(epsilon=1e-8), original, given, STEPS)
    assert without == ["momentum", "velocity"]
    assert np.abs(weights[0] - original.states[STEPS]["kernel"]).max() > 1e-3


def test_slots_are_found_in_a_model_and_with_a_schedule():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(2)])
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    optimizer = K.SGD(schedule, momentum=0.9)
    values = [np.full(v.shape, i + 1.0) for i, v in enumerate(model.trainable_variables)]
    variables, slots = model.trainable_variables, {"accum": values}
    assert set_slots(optimizer, variables, slots=slots, hyper={"lr": 0.5}, number=20) == []
    assert [float(v.numpy().flat[0]) for v in optimizer.momentums] == [-0.5, -1.0, -1.5, -2.0]
    assert float(optimizer.learning_rate) == pytest.approx(0.025)
    slots = {"accum": [values[0].T, *values[1:]]}
    with pytest.raises(InputError, match=r"expected shape \(3, 2\), got \(2, 3\)"):
        set_slots(optimizer, variables, slots=slots, hyper={"lr": 0.5}, number=20)


def test_a_variable_called_beta_does_not_hide_the_powers_of_the_betas():
    variables = [keras.Variable([1.0, 2.0], name="gamma"), keras.Variable([0.0, 0.0], name="beta")]
    optimizer = tf1.Adam(0.01)
    hyper = {"lr": 0.01, "beta1_power": 0.25, "beta2_power": 0.75}
    moments = [np.ones(2), np.ones(2)]
    set_slots(optimizer, variables, slots={"m": moments, "v": moments}, hyper=hyper, number=3)
    powers = {v.name: float(v) for v in optimizer.variables if v.name.endswith("_power")}
    assert powers == {"beta_1_power": 0.25, "beta_2_power": 0.75}
