import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from goldens import keras_classes
from goldens.keras_classes import OPTIMIZERS, SHAPE, STEPS
from helpers import GOLDENS

from tf_edureka import tf1
from tf_edureka.errors import InputError

v1 = tf.compat.v1
PRECISIONS = ("float32", "float64")
KINDS = ("dense", "sparse")
ONE_EACH = ("momentum", "rms_prop_centered", "adadelta", "adagrad", "ftrl_shrinkage", "adam_betas")


def made(case, **others):
    """The optimizer of a case, with TensorFlow 1's arguments; Adam's betas have other names."""
    _, name, arguments = OPTIMIZERS[case]
    adams = {"beta1": "beta_1", "beta2": "beta_2"}
    arguments = {adams.get(key, key): value for key, value in arguments.items()}
    return getattr(tf1, name)(0.1, **arguments, **others)


def trained(optimizer, precision, kind, wrap=tf.function):
    """The weights after the same steps as in `keras_classes.trained`."""
    start, dense, rows, sparse = keras_classes.descent(precision)
    variable = keras.Variable(start, dtype=precision)
    optimizer.build([variable])

    @wrap
    def step(values, indices):
        gradient = values
        if kind == "sparse":
            gradient = tf.IndexedSlices(values, indices, tf.constant(SHAPE, tf.int64))
        optimizer.apply([gradient], [variable])

    for i in range(STEPS):
        optimizer.learning_rate = keras_classes.rate(i)
        step(tf.constant(sparse[i] if kind == "sparse" else dense[i]), tf.constant(rows[i]))
    return variable.numpy()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("case", OPTIMIZERS)
def test_50_steps_at_a_falling_rate_are_bit_identical_to_tensorflow_1(case, precision, kind):
    expected = keras_classes.trained(v1, case, precision, kind == "sparse")
    found = trained(made(case), precision, kind)
    np.testing.assert_array_equal(found, expected)
    golden = json.loads((GOLDENS / "keras_classes.json").read_text())["optimizers"]
    golden = np.array(golden[f"{case}/{precision}/{kind}"], precision).reshape(SHAPE)
    # Eigen of 1.15.5 has other vectorised roots and powers. At most, each of the 50 steps rounds
    # differently, by half a unit in the last place of weights up to 8.
    limit = 50 * np.spacing(np.array(8, precision)) / 2
    np.testing.assert_allclose(found, golden, rtol=0, atol=limit)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", ONE_EACH)
def test_xla_computes_the_same_steps(case, kind):
    compiled = trained(
        made(case), "float64", kind, lambda step: tf.function(step, jit_compile=True)
    )
    # XLA rounds differently, in each of 50 steps of weights up to 10.
    limit = 50 * 10 * np.finfo("float64").eps / 2
    np.testing.assert_allclose(compiled, trained(made(case), "float64", kind), rtol=0, atol=limit)


def test_rows_without_a_gradient_move_only_with_adam():
    for case in OPTIMIZERS:
        optimizer, variable = made(case), keras.Variable(np.ones((3, 2), np.float32))
        optimizer.build([variable])
        for rows in ([0, 1], [0, 0], [0]):
            values = tf.ones((len(rows), 2))
            optimizer.apply([tf.IndexedSlices(values, tf.constant(rows), tf.constant([3, 2]))])
            if rows == [0, 1]:
                after = variable.numpy()
        moved = (variable.numpy() != after).any(axis=1)
        assert moved.tolist() == [True, case.startswith("adam"), False], case


@pytest.mark.parametrize("case", ONE_EACH)
def test_saved_model_resumes_bit_identically(case, tmp_path):
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)
    optimizer = made(case, clipnorm=0.5, name="mine")
    optimizer.learning_rate = rate
    embedding = keras.layers.Embedding(5, 3)
    layers = [keras.Input((2,), dtype="int32"), embedding, keras.layers.Flatten()]
    model = keras.Sequential([*layers, keras.layers.Dense(1)])
    model.compile(optimizer=optimizer, loss="mse", run_eagerly=True)
    inputs, targets = np.array([[0, 1], [1, 1], [2, 3]]), np.ones((3, 1), np.float32)
    for _ in range(3):
        model.train_on_batch(inputs, targets)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.optimizer.get_config() == optimizer.get_config()
    assert loaded.optimizer.clipnorm == 0.5
    before = model.get_weights()
    for each in (model, loaded):
        each.train_on_batch(inputs, targets)
    for start, one, other in zip(before, model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
        assert (one != start).any()


def test_model_with_an_embedding_trains_under_keras_default_compilation():
    for case in ("momentum", "adam"):
        model = keras.Sequential([keras.Input((2,), dtype="int32"), keras.layers.Embedding(5, 3)])
        model.compile(optimizer=made(case), loss="mse")
        before = model.get_weights()[0]
        model.fit(np.array([[0, 1]]), np.ones((1, 2, 3), np.float32), verbose=0)
        moved = (model.get_weights()[0] != before).any(axis=1)
        assert moved.tolist() == [True, True, False, False, False], case


CLIPS = {
    "clipnorm": lambda gradient: tf.clip_by_norm(gradient, 0.5),
    "clipvalue": lambda gradient: tf.clip_by_value(gradient, -0.5, 0.5),
    "global_clipnorm": lambda gradient: tf.clip_by_global_norm([gradient], 0.5)[0][0],
}


@pytest.mark.parametrize("clip", CLIPS)
def test_clipping_of_sparse_gradients_equals_tensorflow_1(clip):
    start, _, rows, sparse = keras_classes.descent("float32")

    def slices(values, indices):
        return tf.IndexedSlices(values, indices, tf.constant(SHAPE, tf.int64))

    with tf.Graph().as_default(), v1.Session() as session:
        weights = v1.Variable(start, use_resource=False)
        values = v1.placeholder(tf.float32, sparse.shape[1:])
        indices = v1.placeholder(tf.int64, rows.shape[1:])
        clipped = CLIPS[clip](slices(values, indices))
        step = v1.train.MomentumOptimizer(0.1, 0.9).apply_gradients([(clipped, weights)])
        session.run(v1.global_variables_initializer())
        for i in range(STEPS):
            session.run(step, {values: sparse[i], indices: rows[i]})
        expected = session.run(weights)
    variable = keras.Variable(start)
    optimizer = tf1.Momentum(0.1, 0.9, **{clip: 0.5})
    optimizer.build([variable])
    step = tf.function(lambda *parts: optimizer.apply([slices(*parts)], [variable]))
    for i in range(STEPS):
        step(tf.constant(sparse[i]), tf.constant(rows[i]))
    np.testing.assert_array_equal(variable.numpy(), expected)


def test_duplicate_rows_are_summed_before_squaring_unlike_in_keras():
    twice = tf.IndexedSlices(tf.constant([[1.0], [2.0]]), [0, 0], tf.constant([1, 1], tf.int64))
    accumulators = []
    for optimizer in (tf1.Adagrad(0.1), keras.optimizers.Adagrad(0.1)):
        optimizer.apply([twice], [keras.Variable(np.ones((1, 1), np.float32))])
        accumulators.append(float(optimizer.variables[-1].numpy()[0, 0]))
    np.testing.assert_allclose(accumulators, [0.1 + (1 + 2) ** 2, 0.1 + 1**2 + 2**2], rtol=1e-6)


def test_accumulating_gradients_does_not_advance_the_powers_of_adam():
    gathering = tf1.Adam(0.1, gradient_accumulation_steps=2)
    plain = tf1.Adam(0.1)
    weights = [keras.Variable(np.ones(3, np.float32)) for _ in range(2)]
    for gradient in ([1.0, -2.0, 3.0], [0.5, 0.5, 0.5]):
        for _ in range(2):
            gathering.apply([tf.constant(gradient)], [weights[0]])
        plain.apply([tf.constant(gradient)], [weights[1]])
    np.testing.assert_array_equal(weights[0].numpy(), weights[1].numpy())


def test_integer_learning_rate_is_accepted():
    variable = keras.Variable(np.ones(2, np.float32))
    tf1.Momentum(1, 0.9).apply([tf.constant([0.5, 0.25])], [variable])
    assert variable.numpy().tolist() == [0.5, 0.75]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: tf1.Adagrad(0.1, 0.0), "initial_accumulator_value: expected above 0, got 0.0"),
        (lambda: tf1.Ftrl(0.1, 0.5), "learning_rate_power: expected at most 0, got 0.5"),
        (
            lambda: tf1.Ftrl(0.1, l1_regularization_strength=-1),
            "l1_regularization_strength: expected at least 0, got -1",
        ),
    ],
)
def test_invalid_arguments_are_rejected(make, message):
    with pytest.raises(InputError, match=f"^{message}$"):
        make()


def test_keras_adam_rounds_differently_from_tensorflow_1():
    start = np.zeros(1000, np.float32)  # so that the weights are the sum of the steps
    gradients = np.random.default_rng(1).normal(size=(20, 1000)).astype(np.float32)
    ours, theirs = keras.Variable(start), keras.Variable(start)
    adams = tf1.Adam(0.001, 1e-8), keras.optimizers.Adam(0.001, epsilon=1e-8)
    for gradient in gradients:
        for optimizer, variable in zip(adams, (ours, theirs), strict=True):
            optimizer.apply([tf.constant(gradient)], [variable])
    # A few roundings of float32 for each of 20 steps, of 0.001 each at most.
    assert np.abs(ours.numpy() - theirs.numpy()).max() > 3 * 20 * 0.001 * 4 * 2**-24


def test_first_step_of_adam_has_the_size_of_the_rate():
    variable = keras.Variable(np.array([1, 1], np.float32))
    tf1.Adam(0.001, 1e-8).apply([tf.constant([3, -0.5])], [variable])
    np.testing.assert_allclose(variable.numpy(), [0.999, 1.001])
