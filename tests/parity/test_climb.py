"""Ladders of ports on a TensorFlow 1 network whose steps are recorded by hand."""

import importlib.util

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tf_edureka import parity
from tf_edureka.errors import InputError
from tf_edureka.parity.model import loss_causes
from tf_edureka.parity.model.forward import Nearest, nearest
from tf_edureka.parity.rungs import structure
from tf_edureka.trace import Fingerprint, Writer

v1 = tf.compat.v1
RATE, STEPS = 0.1, 3
_random = np.random.default_rng(0)
X = [_random.normal(size=(16, 7)).astype(np.float32) for _ in range(STEPS)]
Y = [_random.integers(0, 3, 16) for _ in range(STEPS)]
V = [_random.normal(size=(16, 1)).astype(np.float32) for _ in range(STEPS)]


def dense(x, name, inputs, outputs):
    start = v1.glorot_uniform_initializer(seed=1)
    kernel = v1.get_variable(f"{name}/kernel", [inputs, outputs], initializer=start)
    return x @ kernel + v1.get_variable(
        f"{name}/bias", [outputs], initializer=v1.zeros_initializer()
    )


def classifier(fed):
    hidden = tf.nn.relu(dense(fed["x"], "a", 7, 5))
    logits = dense(hidden, "b", 5, 3)
    cost = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=fed["y"], logits=logits)
    return tf.reduce_mean(cost), {"hidden": hidden, "logits": logits}


def with_two_losses(fed):
    cost, tensors = classifier(fed)
    value = dense(tensors["hidden"], "r", 5, 1)
    return cost + 0.5 * tf.reduce_mean(tf.square(value - fed["v"])), {**tensors, "value": value}


def record(folder, network, feeds):
    """Writes a trace of a training by gradient descent."""
    writer = Writer(folder, 1e9)
    with tf.Graph().as_default(), v1.Session() as session:
        fed = {n: v1.placeholder(a[0].dtype, [None, *a[0].shape[1:]], n) for n, a in feeds.items()}
        loss, tensors = network(fed)
        weights = {one.op.name: one for one in v1.trainable_variables()}
        slopes = dict(zip(weights, tf.gradients(loss, [*weights.values()]), strict=True))
        pairs = [(slopes[n], weights[n]) for n in weights]
        train = v1.train.GradientDescentOptimizer(RATE).apply_gradients(pairs)
        session.run(v1.global_variables_initializer())
        put = lambda arrays: {n: writer.put(a) for n, a in arrays.items()}  # noqa: E731
        initial = put(session.run(weights))
        for step in range(STEPS):
            given = {n: arrays[step] for n, arrays in feeds.items()}
            feed = {fed[n]: array for n, array in given.items()}
            line = {"number": step, "hyper": {"lr": float(np.float32(RATE))}}
            line["before"] = put(session.run(weights))
            value, gradients, forward = session.run([loss, slopes, tensors], feed)
            session.run(train, feed)
            line |= {"loss": float(value), "tensors": put(forward), "inputs": put(given)}
            line["after"] = put(session.run(weights))
            line["gradients"] = line["raw_gradients"] = put(gradients)
            line["fingerprints"] = {n: Fingerprint(array) for n, array in given.items()}
            writer.step(line)
    variables = [
        {"name": n, "shape": list(v.shape), "dtype": "float32", "initial": initial[n]}
        for n, v in weights.items()
    ]
    training = {"loss": loss.op.name, "weights": [*weights], "optimizer": "GradientDescent"}
    writer.manifest({"variables": variables, "trainings": [training], "ended": "complete"})
    writer.close()
    return parity.Trace(folder)


@pytest.fixture(scope="module")
def trace(tmp_path_factory):
    return record(tmp_path_factory.mktemp("trace") / "t", classifier, {"x": X, "y": Y})


@pytest.fixture(scope="module")
def trace_of_two(tmp_path_factory):
    feeds = {"x": X, "y": Y, "v": V}
    return record(tmp_path_factory.mktemp("trace") / "t", with_two_losses, feeds)


CROSS_ENTROPY = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def compiled(model, loss=CROSS_ENTROPY, rate=RATE, **more):
    model.compile(keras.optimizers.SGD(rate), loss, **more)
    return model


def sequential(units=5, **more):
    network = [layers.Dense(units, "relu"), layers.Dense(3)]
    return compiled(keras.Sequential([keras.Input((7,)), *network]), **more)


def with_nan():
    nan = layers.Lambda(lambda x: x * float("nan"), name="nan")
    return layers.Dense(5, "relu"), nan, layers.Dense(3)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.a, self.b = layers.Dense(5, "relu"), layers.Dense(3)

    def call(self, x, training):
        return self.b(self.a(x))


def failing(ladder):
    """Each rung that fails and its most probable cause."""
    return [(one.rung, one.causes[0].cause if one.causes else None) for one in ladder.failing]


def test_a_right_port_is_proved(trace):
    ladder = trace.climb(sequential)
    assert ladder.passed
    assert {one.rung for one in ladder.rungs if one.passed is None} == {"batches", "final metric"}


def test_forward_pass_is_skipped_for_an_unrecorded_output_with_right_loss(trace):
    """The port returns the logits with the opposite sign, and its loss expects that."""
    network = [layers.Dense(5, "relu"), layers.Dense(3), layers.Rescaling(-1.0)]
    ladder = trace.climb(
        compiled(keras.Sequential([keras.Input((7,)), *network]), lambda y, p: CROSS_ENTROPY(y, -p))
    )
    assert ladder.passed
    (forward,) = (one for one in ladder.rungs if one.rung == "forward pass")
    assert (forward.passed, forward.why) == (
        None,
        "the port's output corresponds to no recorded tensor, but its loss and gradients are right",
    )


def test_wrong_loss_with_right_output_names_no_layer(trace):
    ladder = trace.climb(sequential(loss=lambda y, p: CROSS_ENTROPY(y, p) ** 1.5))
    assert failing(ladder)[:2] == [("loss", None), ("gradients", None)]


def test_output_per_sequence_step_matches_flattened_rows():
    values = _random.normal(size=(12, 5))
    assert nearest(values.reshape(3, 4, 5), {"rows": values}) == Nearest("rows", 0.0)
    assert nearest(values.reshape(3, 4, 5), {"others": values[::-1]}) is None


def test_varying_factor_near_1_is_no_cause():
    computed = [1.0, 2.0, 3.0]
    varied, exact = [0.9998, 1.9999, 2.9996], [1.7, 3.4, 5.1]
    assert [*loss_causes.factors(varied, computed, batch=4)] == []
    (cause,) = loss_causes.factors(exact, computed, batch=4)
    assert cause.says == "the original's loss is 1.7 times the port's"


@pytest.mark.parametrize(
    ("drawn", "passed"), [({"op": "RandomStandardNormal"}, True), (None, False)]
)
def test_single_random_number_may_differ_but_a_constant_may_not(tmp_path, drawn, passed):
    """A single sample cannot be compared by distribution; a constant must be equal."""
    writer = Writer(tmp_path / "t", 1e6)
    variable = {"name": "b", "shape": [1], "dtype": "float32", "initializer": drawn}
    variable["initial"] = writer.put(np.float32([0.5]))
    writer.manifest({"variables": [variable], "trainings": [], "ended": "complete"})
    written = parity.Trace(tmp_path / "t")
    rung = structure.initial_values(written, ["b"], {"b": np.float32([-1.5])}, {})
    assert rung.passed is passed


def test_wrong_learning_rate_fails_first_in_the_optimizer(trace):
    ladder = trace.climb(sequential(rate=0.2))
    assert not ladder.passed
    assert failing(ladder)[0] == ("optimizer", "learning_rate")


def test_other_layer_width_fails_in_structure(trace):
    ladder = trace.climb(sequential(units=6))
    assert failing(ladder) == [("structure", "variables")]
    assert all(one.passed is None for one in ladder.rungs[1:])


@pytest.mark.parametrize(
    "model",
    [Subclassed, lambda: keras.Sequential([layers.Dense(5, "relu"), layers.Dense(3)])],
    ids=["subclassed", "sequential"],
)
def test_unbuilt_model_is_built_with_the_fed_batch(trace, model):
    waiting = compiled(model())
    assert not waiting.built
    assert trace.climb(waiting).passed


def test_unbuilt_model_that_fits_no_input_is_rejected(trace):
    class OfTwo(Subclassed):
        def call(self, x):
            one, other = x
            return super().call(one + other, training=True)

    with pytest.raises(InputError, match="call it on a batch in the function that makes it"):
        trace.climb(compiled(OfTwo()))


@pytest.mark.parametrize("kind", [list, dict])
def test_each_output_gets_the_labels_of_its_own_loss(trace_of_two, kind):
    def port(weight):
        x = keras.Input((7,))
        hidden = layers.Dense(5, "relu", name="a")(x)
        parts = [layers.Dense(3, name="b")(hidden), layers.Dense(1, name="r")(hidden)]
        outputs, losses, weights = (
            values if kind is list else dict(zip("br", values, strict=True))
            for values in (parts, [CROSS_ENTROPY, "mse"], [1.0, weight])
        )
        return compiled(keras.Model(x, outputs), losses, loss_weights=weights)

    assert trace_of_two.climb(port(0.5)).passed


BATCHES = [*zip(X, Y, strict=True)]


@pytest.mark.parametrize(
    "batches",
    [BATCHES, [{"x": x, "y": y} for x, y in BATCHES], X, iter(BATCHES)],
    ids=["tuples", "dicts", "inputs alone", "an iterator"],
)
def test_equal_batches_hold(trace, batches):
    ladder = trace.climb(sequential, batches=batches)
    assert ladder.passed
    assert ladder.rungs[2].passed is True


@pytest.mark.parametrize(
    ("batches", "says"),
    [
        (BATCHES[1:], "off by 1 batches: 1 dropped"),
        ([(x[::-1], y[::-1]) for x, y in BATCHES], "3 of 3 batches differ"),
        ([(x / 2, y) for x, y in BATCHES], "3 of 3 batches differ"),
        ([], "the port has 0 batches, the original has 3"),
    ],
    ids=["dropped", "shuffled differently", "scaled", "none"],
)
def test_different_batches_fail_with_a_description(trace, batches, says):
    ladder = trace.climb(sequential, batches=batches)
    assert failing(ladder) == [("batches", "batches")]
    assert says in ladder.rungs[2].causes[0].says


def test_batches_that_raise_are_reported_as_input_error(trace):
    def broken():
        yield BATCHES[0]
        raise ValueError("no more")

    for batches, said in ((broken(), "ValueError: no more"), (5, "not iterable")):
        with pytest.raises(InputError, match=said):
            trace.climb(sequential, batches=batches)


# In NumPy: relu(x a) b, softmax cross-entropy, plain gradient descent.
def parts(weights, feeds):
    a, b, c, d = weights
    hidden = np.maximum(feeds["x"] @ a + b, 0)
    raised = np.exp(hidden @ c + d)
    return hidden, raised / raised.sum(axis=1, keepdims=True)


def loss(weights, feeds):
    _, shares = parts(weights, feeds)
    return -np.log(shares[np.arange(16), feeds["y"]]).mean()


def gradients(weights, feeds):
    hidden, shares = parts(weights, feeds)
    up = (shares - np.eye(3, dtype=np.float32)[feeds["y"]]) / np.float32(16)
    down = (up @ weights[2].T) * (hidden > 0)
    return [feeds["x"].T @ down, down.sum(0), hidden.T @ up, up.sum(0)]


def update(weights, slots, slopes, step):
    rate = np.float32(RATE)
    return [w - rate * g for w, g in zip(weights, slopes, strict=True)], slots


def functions(loss=loss, gradients=gradients, update=update, **more):
    return parity.Functions(loss, gradients, update, **more)


def test_numpy_functions_are_proved(trace):
    assert trace.names == ("a/kernel", "a/bias", "b/kernel", "b/bias")
    assert trace.climb(functions()).passed


def test_functions_may_have_their_weights_in_another_order(trace):
    def turned(function):
        return lambda weights, *rest: function(weights[::-1], *rest)

    port = parity.Functions(
        turned(loss),
        lambda weights, feeds: gradients(weights[::-1], feeds)[::-1],
        lambda weights, slots, slopes, step: update(weights, slots, slopes, step),
        names=trace.names[::-1],
    )
    assert trace.climb(port).passed


def test_functions_may_modify_their_arguments(trace):
    def scaling(weights, feeds):
        feeds["x"] *= 2
        feeds["x"] /= 2
        value = loss(weights, feeds)
        feeds["x"][:] = 0
        return value

    def in_place(weights, slots, slopes, step):
        for weight, slope in zip(weights, slopes, strict=True):
            weight -= np.float32(RATE) * slope
            slope[:] = 0
        return weights, slots

    assert trace.climb(functions(loss=scaling, update=in_place)).passed


def test_wrong_rate_penalty_or_sum_in_functions_is_named(trace):
    def twice(weights, slots, slopes, step):
        return update(weights, slots, [2 * one for one in slopes], step)

    def decayed(weights, feeds):
        return [
            g + np.float32(0.01) * w
            for g, w in zip(gradients(weights, feeds), weights, strict=True)
        ]

    def summed(weights, feeds):
        return 16 * loss(weights, feeds)

    def slopes_of_sum(weights, feeds):
        return [16 * one for one in gradients(weights, feeds)]

    assert failing(trace.climb(functions(loss=summed)))[0] == ("loss", "sum_or_mean")
    assert failing(trace.climb(functions(gradients=slopes_of_sum)))[0] == (
        "gradients",
        "sum_or_mean",
    )
    assert failing(trace.climb(functions(update=twice)))[0] == ("optimizer", "learning_rate")
    assert failing(trace.climb(functions(gradients=decayed)))[0] == ("gradients", "l2")


def raising(*_):
    raise KeyError("images")


@pytest.mark.parametrize(
    ("port", "says"),
    [
        (functions(loss=lambda *_: float("nan")), "loss .* NaN or infinity in step 0"),
        (functions(loss=lambda *_: None), "loss .* numbers, got builtins.NoneType"),
        (functions(loss=lambda *_: np.ones(3)), r"loss .* a scalar, got shape \(3,\)"),
        (functions(loss=raising), "loss .* got KeyError: 'images'"),
        (functions(gradients=lambda w, _: [one.T for one in w]), r"shape \(7, 5\) for a/kernel"),
        (functions(gradients=lambda w, _: w[:3]), "gradients .* 4 arrays .*, got 3"),
        (functions(gradients=lambda w, _: None), "gradients .* list of 4 arrays"),
        (functions(gradients=lambda w, _: ["a"] * 4), "gradients .* numbers, got builtins.str"),
        (
            functions(update=lambda w, s, g, t: w),
            r"update .* \(weights, slots\), got builtins.list",
        ),
        (
            functions(update=lambda w, s, g, t: ([one * np.nan for one in w], s)),
            "update .* NaN or infinity in step 0",
        ),
        (functions(names=("x", "y")), "names of Functions: expected .*a/kernel.* got .*'x', 'y'"),
        (
            sequential(loss=lambda y, p: keras.ops.sum(p, -1) * float("nan")),
            "loss of the port: .* NaN or infinity in step 0",
        ),
        (
            lambda: compiled(keras.Sequential([keras.Input((7,)), *with_nan()])),
            "output of layer nan: .* NaN or infinity in step 0",
        ),
        ("model", "expected a compiled Keras model or parity.Functions, got builtins.str"),
        (keras.Sequential([keras.Input((7,)), layers.Dense(3)]), "expected a compiled model"),
    ],
)
def test_invalid_port_raises_one_line_input_error(trace, port, says):
    with pytest.raises(InputError, match=says) as error:
        trace.climb(port)
    assert "\n" not in str(error.value)


def test_pytorch_functions_are_proved(trace):
    if importlib.util.find_spec("triton"):
        pytest.skip("torch with triton and TensorFlow 2.21 end a process that imports both")
    torch = pytest.importorskip("torch")

    def computed(weights, feeds):
        tensors = [torch.tensor(one, requires_grad=True) for one in weights]
        a, b, c, d = tensors
        logits = torch.relu(torch.tensor(feeds["x"]) @ a + b) @ c + d
        return tensors, torch.nn.functional.cross_entropy(logits, torch.tensor(feeds["y"]))

    def slopes(weights, feeds):
        tensors, value = computed(weights, feeds)
        return [one.numpy() for one in torch.autograd.grad(value, tensors)]

    def step(weights, optimizer, slopes, number):
        tensors = [torch.nn.Parameter(torch.tensor(one)) for one in weights]
        for tensor, slope in zip(tensors, slopes, strict=True):
            tensor.grad = torch.tensor(slope)
        torch.optim.SGD(tensors, RATE).step()
        return [one.detach().numpy() for one in tensors], None

    own = parity.Functions(lambda *given: computed(*given)[1].item(), slopes, step)
    assert trace.climb(own).passed
    attached = parity.Functions(lambda *given: computed(*given)[1], slopes, step)
    with pytest.raises(InputError, match="detach"):
        trace.climb(attached)
