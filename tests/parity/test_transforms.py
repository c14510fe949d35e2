"""Each transform converts the weights of a TensorFlow 1 layer, written in NumPy, to Keras."""

import numpy as np
import pytest

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.parity.mapping import find
from tf_edureka.parity.mapping.new_variables import variables_of
from tf_edureka.parity.mapping.transforms import single
from tf_edureka.trace import Variable

layers = keras.layers
STEPS, INPUTS, UNITS = 5, 3, 4
# Both sides in float64: sums of at most 60 terms near 1, over 5 steps.
TOLERANCE = 1e-12


@pytest.fixture(autouse=True)
def float64():
    before = keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy(before)


def random_values(**shapes):
    """Random values by name; `_` in a name stands for `/`, `__` for `_`."""
    rng = np.random.default_rng(1)
    names = [name.replace("__", "-").replace("_", "/").replace("-", "_") for name in shapes]
    return {
        name: rng.normal(size=shape) for name, shape in zip(names, shapes.values(), strict=True)
    }


def sequence():
    return np.random.default_rng(2).normal(size=(2, STEPS, INPUTS))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def unrolled(cell, x, *, states=1):
    """The outputs of a cell from zero states; a cell returns its states, the output first."""
    state = [np.zeros((len(x), UNITS))] * states
    outputs = []
    for step in range(x.shape[1]):
        state = cell(x[:, step], *state)
        outputs.append(state[0])
    return np.stack(outputs, axis=1)


def mapped(model, values, **options):
    """Maps original values to a model and assigns them."""
    old = [Variable(name=n, shape=v.shape, dtype="float64") for n, v in values.items()]
    mapping = find(old, variables_of(model), **options)
    assert (mapping.missing, mapping.extra) == ((), ())
    for place, value in mapping.to_new(values).items():
        model.variables[place].assign(value)
    return mapping


def model_with(layer, *shape):
    return keras.Sequential([keras.Input(shape), layer])


def assert_proved(model, values, compute, x, **options):
    """Asserts equal outputs, and that values and gradients are converted back correctly."""
    mapping = mapped(model, values, **options)
    np.testing.assert_allclose(model(x).numpy(), compute(values, x), rtol=0, atol=TOLERANCE)
    back = mapping.to_old(mapping.to_new(values))
    assert back.keys() == values.keys()
    for name, value in values.items():
        # Exact, except for the last place of a forget bias, which is added and subtracted.
        np.testing.assert_allclose(back[name], value, rtol=0, atol=1e-15)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(x) ** 2)
    found = tape.gradient(loss, model.variables)
    known = {place: one.numpy() for place, one in enumerate(found) if one is not None}
    gradients = mapping.gradients_to_old(known)
    for name, value in values.items():
        assert gradients[name].shape == value.shape
        direction = np.random.default_rng(3).normal(size=value.shape)
        size = 1e-5
        sides = [
            (compute({**values, name: value + sign * size * direction}, x) ** 2).sum()
            for sign in (1, -1)
        ]
        # Central differences err by size**2 and by 1e-16 / size, times the loss of some tens.
        slope = (sides[0] - sides[1]) / (2 * size)
        assert np.vdot(gradients[name], direction) == pytest.approx(slope, rel=1e-6, abs=1e-6)
    there = mapping.gradients_to_new(gradients)
    again = mapping.gradients_to_old(there)
    assert all(np.array_equal(again[name], gradients[name]) for name in gradients)
    return mapping


def lstm(kernel, bias, forget_bias=1.0):
    def cell(x, h, c):
        i, j, f, o = np.split(np.concatenate([x, h], axis=1) @ kernel + bias, 4, axis=1)
        c = c * sigmoid(f + forget_bias) + sigmoid(i) * np.tanh(j)
        return np.tanh(c) * sigmoid(o), c

    return cell


def gru(gates, gates_bias, kernel, bias):
    def cell(x, h):
        both = sigmoid(np.concatenate([x, h], axis=1) @ gates + gates_bias)
        r, u = np.split(both, 2, axis=1)
        new = np.tanh(np.concatenate([x, r * h], axis=1) @ kernel + bias)
        return (u * h + (1 - u) * new,)

    return cell


LSTM = {"rnn_lstm__cell_kernel": (INPUTS + UNITS, 4 * UNITS), "rnn_lstm__cell_bias": (4 * UNITS,)}
GRU = {
    "rnn_gru__cell_gates_kernel": (INPUTS + UNITS, 2 * UNITS),
    "rnn_gru__cell_gates_bias": (2 * UNITS,),
    "rnn_gru__cell_candidate_kernel": (INPUTS + UNITS, UNITS),
    "rnn_gru__cell_candidate_bias": (UNITS,),
}


def as_sequences(layer, **options):
    return model_with(layer(UNITS, return_sequences=True, **options), STEPS, INPUTS)


@pytest.mark.parametrize("forget_bias", [1.0, 0.0, 2.5])
def test_an_lstm_cell_of_tensorflow_1(forget_bias):
    mapping = assert_proved(
        as_sequences(layers.LSTM),
        random_values(**LSTM),
        lambda values, x: unrolled(lstm(*values.values(), forget_bias), x, states=2),
        sequence(),
        forget_bias=forget_bias,
    )
    (link,) = mapping.links
    added = f", forget bias {forget_bias:g} added" if forget_bias else ""
    assert link.how == f"LSTM: gates i j f o to i f c o, kernel split{added}"
    assert len(link.new) == 3


def test_cudnn_compatible_lstm_cell_has_no_forget_bias():
    values = random_values(
        **{n.replace("lstm", "cudnn__compatible__lstm"): s for n, s in LSTM.items()}
    )

    def compute(values, x):
        return unrolled(lstm(*values.values(), 0.0), x, states=2)

    assert_proved(as_sequences(layers.LSTM), values, compute, sequence())


def test_a_gru_cell_of_tensorflow_1():
    assert_proved(
        as_sequences(layers.GRU, reset_after=False),
        random_values(**GRU),
        lambda values, x: unrolled(gru(*values.values()), x),
        sequence(),
    )


def test_gru_with_reset_after_is_reported_as_another_computation():
    model, values = as_sequences(layers.GRU), random_values(**GRU)
    mapping = mapped(model, values)
    assert "another computation" in mapping.links[0].how
    back = mapping.to_old(mapping.to_new(values))
    assert all(np.array_equal(back[name], values[name]) for name in values)
    assert not model.layers[0].cell.bias.numpy()[1].any()
    difference = model(sequence()).numpy() - unrolled(gru(*values.values()), sequence())
    assert np.abs(difference).max() > 0.01


def test_a_gru_cell_of_cudnn():
    cell = "rnn_cudnn__compatible__gru__cell"

    def compute(values, x):
        gates, gates_bias, kernel, recurrent, bias, recurrent_bias = values.values()

        def step(x, h):
            both = sigmoid(np.concatenate([x, h], axis=1) @ gates + gates_bias)
            r, u = np.split(both, 2, axis=1)
            new = np.tanh(x @ kernel + bias + r * (h @ recurrent + recurrent_bias))
            return ((1 - u) * new + u * h,)

        return unrolled(step, x)

    values = random_values(
        **{
            f"{cell}_gates_kernel": (INPUTS + UNITS, 2 * UNITS),
            f"{cell}_gates_bias": (2 * UNITS,),
            f"{cell}_candidate_input__projection_kernel": (INPUTS, UNITS),
            f"{cell}_candidate_hidden__projection_kernel": (UNITS, UNITS),
            f"{cell}_candidate_input__projection_bias": (UNITS,),
            f"{cell}_candidate_hidden__projection_bias": (UNITS,),
        }
    )
    assert_proved(as_sequences(layers.GRU), values, compute, sequence())


def test_a_basic_rnn_cell_of_tensorflow_1():
    def compute(values, x):
        kernel, bias = values.values()
        step = lambda x, h: (np.tanh(np.concatenate([x, h], axis=1) @ kernel + bias),)  # noqa: E731
        return unrolled(step, x)

    shapes = {"rnn_basic__rnn__cell_kernel": (INPUTS + UNITS, UNITS)}
    values = random_values(**shapes, rnn_basic__rnn__cell_bias=(UNITS,))
    assert_proved(as_sequences(layers.SimpleRNN), values, compute, sequence())


def test_stacked_lstm_cells():
    shape = (UNITS + UNITS, 4 * UNITS)
    values = random_values(
        rnn_cell__0_lstm__cell_kernel=LSTM["rnn_lstm__cell_kernel"],
        rnn_cell__0_lstm__cell_bias=(4 * UNITS,),
        rnn_cell__1_lstm__cell_kernel=shape,
        rnn_cell__1_lstm__cell_bias=(4 * UNITS,),
        rnn_cell__2_lstm__cell_kernel=shape,
        rnn_cell__2_lstm__cell_bias=(4 * UNITS,),
    )
    cells = [layers.LSTMCell(UNITS) for _ in range(3)]
    model = model_with(layers.RNN(cells, return_sequences=True), STEPS, INPUTS)

    def compute(values, x):
        all_values = list(values.values())
        for kernel, bias in zip(all_values[::2], all_values[1::2], strict=True):
            x = unrolled(lstm(kernel, bias), x, states=2)
        return x

    assert_proved(model, values, compute, sequence())


def test_a_bidirectional_lstm():
    direction = {name.removeprefix("rnn_"): shape for name, shape in LSTM.items()}
    # The backward direction is created first; its name identifies it.
    both = {f"rnn_{way}_{n}": s for way in ("bw", "fw") for n, s in direction.items()}
    model = model_with(
        layers.Bidirectional(layers.LSTM(UNITS, return_sequences=True)), STEPS, INPUTS
    )

    def compute(values, x):
        backward, forward = list(values.values())[:2], list(values.values())[2:]
        there = unrolled(lstm(*forward), x, states=2)
        back = unrolled(lstm(*backward), x[:, ::-1], states=2)[:, ::-1]
        return np.concatenate([there, back], axis=2)

    assert_proved(model, random_values(**both), compute, sequence())


def handwritten_lstm(values, x):
    """A handwritten LSTM with separate gates."""
    w = {name.removeprefix("lstm/"): value for name, value in values.items()}

    def cell(x, h, c):
        gate = {g: x @ w[f"W_x{g}"] + h @ w[f"W_h{g}"] + w[f"b_{g}"] for g in "ifco"}
        c = sigmoid(gate["f"]) * c + sigmoid(gate["i"]) * np.tanh(gate["c"])
        return sigmoid(gate["o"]) * np.tanh(c), c

    return unrolled(cell, x, states=2)


def test_handwritten_lstm_with_separate_variables_for_each_gate():
    shapes = {}
    for gate in "ofci":
        shapes[f"lstm_W__x{gate}"] = (INPUTS, UNITS)
        shapes[f"lstm_W__h{gate}"] = (UNITS, UNITS)
        shapes[f"lstm_b__{gate}"] = (UNITS,)
    assert_proved(as_sequences(layers.LSTM), random_values(**shapes), handwritten_lstm, sequence())


def test_handwritten_lstm_with_one_kernel_per_gate():
    def compute(values, x):
        def cell(x, h, c):
            both = np.concatenate([x, h], axis=1)
            gate = {g: both @ values[f"W{g}"] + values[f"b{g}"] for g in "fioc"}
            c = sigmoid(gate["f"]) * c + sigmoid(gate["i"]) * np.tanh(gate["c"])
            return sigmoid(gate["o"]) * np.tanh(c), c

        return unrolled(cell, x, states=2)

    shapes = {f"W{gate}": (INPUTS + UNITS, UNITS) for gate in "fioc"}
    shapes |= {f"b{gate}": (UNITS,) for gate in "fioc"}
    assert_proved(as_sequences(layers.LSTM), random_values(**shapes), compute, sequence())


def test_handwritten_gru():
    def compute(values, x):
        w = values

        def cell(x, h):
            z = sigmoid(x @ w["Wz"] + h @ w["Uz"] + w["bz"])
            r = sigmoid(x @ w["Wr"] + h @ w["Ur"] + w["br"])
            new = np.tanh(x @ w["Wh"] + (r * h) @ w["Uh"] + w["bh"])
            return (z * h + (1 - z) * new,)

        return unrolled(cell, x)

    shapes = {}
    for gate in "rzh":
        shapes |= {f"W{gate}": (INPUTS, UNITS), f"U{gate}": (UNITS, UNITS), f"b{gate}": (UNITS,)}
    model = as_sequences(layers.GRU, reset_after=False)
    assert_proved(model, random_values(**shapes), compute, sequence())


def test_lstm_weights_in_keras_layout_are_unchanged():
    model = as_sequences(layers.LSTM)
    values = random_values(
        lstm_kernel=(INPUTS, 4 * UNITS),
        lstm_recurrent__kernel=(UNITS, 4 * UNITS),
        lstm_bias=(4 * UNITS,),
    )
    mapping = mapped(model, values)
    assert [link.how for link in mapping.links] == ["unchanged"] * 3
    assert [link.new for link in mapping.links] == [(0,), (1,), (2,)]


def test_transposed_dense_layer():
    values = random_values(fc_weight=(4, 3), fc_bias=(4,))
    compute = lambda values, x: x @ values["fc/weight"].T + values["fc/bias"]  # noqa: E731
    x = np.random.default_rng(0).normal(size=(2, 3))
    mapping = assert_proved(model_with(layers.Dense(4), 3), values, compute, x)
    assert mapping.links[0].how == "transposed"


def convolved(kernel, x):
    """VALID convolution with stride 1 by a kernel of height, width, in, out."""
    height, width = kernel.shape[:2]
    rows, columns = x.shape[1] - height + 1, x.shape[2] - width + 1
    return sum(
        x[:, i : i + rows, j : j + columns] @ kernel[i, j]
        for i in range(height)
        for j in range(width)
    )


def test_convolution_with_output_channels_first_in_the_kernel():
    values = random_values(conv_weight=(5, 3, 2, 4), conv_bias=(5,))

    def compute(values, x):
        return convolved(values["conv/weight"].transpose(2, 3, 1, 0), x) + values["conv/bias"]

    x = np.random.default_rng(0).normal(size=(2, 6, 7, 3))
    assert_proved(model_with(layers.Conv2D(5, (2, 4)), 6, 7, 3), values, compute, x)


def test_convolution_of_height_1_as_conv1d_with_a_2d_bias():
    values = random_values(conv_kernel=(1, 4, 3, 5), conv_bias=(1, 5))

    def compute(values, x):
        return (convolved(values["conv/kernel"], x[:, None]) + values["conv/bias"])[:, 0]

    x = np.random.default_rng(0).normal(size=(2, 7, 3))
    assert_proved(model_with(layers.Conv1D(5, 4), 7, 3), values, compute, x)


def test_convolution_over_a_whole_image_as_a_dense_layer():
    values = random_values(fc6_kernel=(4, 6, 3, 5), fc6_bias=(5,))

    def compute(values, x):
        return convolved(values["fc6/kernel"], x)[:, 0, 0] + values["fc6/bias"]

    model = keras.Sequential([keras.Input((4, 6, 3)), layers.Flatten(), layers.Dense(5)])
    x = np.random.default_rng(0).normal(size=(2, 4, 6, 3))
    assert_proved(model, values, compute, x)


def test_convolution_of_1_by_1_as_a_dense_layer():
    values = random_values(conv_kernel=(1, 1, 3, 5), conv_bias=(5,))
    compute = lambda values, x: convolved(values["conv/kernel"], x) + values["conv/bias"]  # noqa: E731
    x = np.random.default_rng(0).normal(size=(2, 6, 7, 3))
    assert_proved(model_with(layers.Dense(5), 6, 7, 3), values, compute, x)


def test_weights_of_a_transposed_convolution_are_unchanged():
    values = random_values(deconv_kernel=(2, 2, 5, 3), deconv_bias=(5,))

    def compute(values, x):
        out = np.zeros((len(x), x.shape[1] + 1, x.shape[2] + 1, 5))
        for i in range(2):
            for j in range(2):
                part = x @ values["deconv/kernel"][i, j].T
                out[:, i : i + x.shape[1], j : j + x.shape[2]] += part
        return out + values["deconv/bias"]

    x = np.random.default_rng(0).normal(size=(2, 4, 4, 3))
    assert_proved(model_with(layers.Conv2DTranspose(5, 2), 4, 4, 3), values, compute, x)


@pytest.mark.parametrize("order", ["gamma beta mean variance", "beta mean variance gamma"])
def test_batch_normalization(order):
    names = {"mean": "bn/moving_mean", "variance": "bn/moving_variance"}
    values = {}
    for name in order.split():
        rng = np.random.default_rng(len(name))
        values[names.get(name, f"bn/{name}")] = rng.uniform(1, 2, size=3)

    def compute(values, x):
        mean, variance = values["bn/moving_mean"], values["bn/moving_variance"]
        normal = (x - mean) / np.sqrt(variance + 1e-3)
        return normal * values["bn/gamma"] + values["bn/beta"]

    model = model_with(layers.BatchNormalization(epsilon=1e-3), 3)
    mapping = mapped(model, values)
    x = np.random.default_rng(0).normal(size=(2, 3))
    np.testing.assert_allclose(
        model(x, training=False).numpy(), compute(values, x), rtol=0, atol=TOLERANCE
    )
    assert {link.old[0]: link.paths[0].rpartition("/")[2] for link in mapping.links} == {
        "bn/gamma": "gamma",
        "bn/beta": "beta",
        "bn/moving_mean": "moving_mean",
        "bn/moving_variance": "moving_variance",
    }


def test_embedding_weights_are_unchanged():
    values = random_values(embedding__matrix=(7, 4))
    model = model_with(layers.Embedding(7, 4), 3)
    mapped(model, values)
    np.testing.assert_array_equal(
        model(np.array([[1, 6, 0]])).numpy()[0], values["embedding_matrix"][[1, 6, 0]]
    )


@pytest.mark.parametrize(
    ("old", "new"), [((6, 4), (3, 8)), ((2, 3), (5,)), ((2, 3, 4), (3, 2, 4)), ((), (2,))]
)
def test_incompatible_shapes_have_no_transform(old, new):
    assert single(old, new) is None
