import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from goldens import keras_classes
from goldens.keras_classes import CELLS, LENGTHS, UNITS
from helpers import GOLDENS

from tf_edureka import tf1

GOLDEN = json.loads((GOLDENS / "keras_classes.json").read_text())["cells"]


def made(case, **others):
    _, name, arguments = CELLS[case]
    return getattr(tf1, name)(UNITS, **arguments, **others)


def assert_close(found, golden, what):
    """Asserts equality up to rounding: sums of up to 40 numbers of at most 3, over five steps."""
    np.testing.assert_allclose(np.ravel(found), golden, rtol=1e-5, atol=1e-5, err_msg=what)


@pytest.mark.parametrize("case", CELLS)
def test_variables_states_outputs_and_gradients_equal_tensorflow_1(case):
    golden = GOLDEN[case]
    layer = keras.layers.RNN(
        made(case), return_sequences=True, return_state=True, zero_output_for_mask=True
    )
    inputs = tf.constant(keras_classes.sequences())
    mask = tf.sequence_mask(LENGTHS, inputs.shape[1])
    layer.build(inputs.shape)
    weights = layer.trainable_weights
    assert [weight.name for weight in weights] == [
        name.replace("/", "_") for name in golden["variables"]
    ]
    assert [list(weight.shape) for weight in weights] == golden["shapes"]
    biases = [weight.numpy().tolist() for weight in weights if weight.name.endswith("bias")]
    assert biases == golden["biases"]
    layer.set_weights(keras_classes.like(golden["shapes"], 3))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs, *last = layer(inputs, mask=mask)
        (factors,) = keras_classes.like([outputs.shape], 4)
        total = tf.reduce_sum(outputs * factors)
    gradients = tape.gradient(total, [*(weight.value for weight in weights), inputs])
    assert_close(outputs, golden["outputs"], "outputs")
    for states, name in ((last, "last"), (gradients, "gradients")):
        for one, expected in zip(states, golden[name], strict=True):
            assert_close(one, expected, name)


@pytest.mark.parametrize("case", ["basic_rnn", "gru", "lstm_peepholes"])
def test_model_with_the_cell_trains_in_float64_and_can_be_saved(case, tmp_path):
    cell = made(case, activation="relu", dtype="float64")
    rnn = keras.layers.RNN(cell, dtype="float64")
    model = keras.Sequential([keras.Input((5, 3), dtype="float64"), rnn])
    model.compile(loss="mse", run_eagerly=True)
    inputs = keras_classes.sequences().astype("float64")
    model.fit(inputs, np.ones((2, cell.output_size)), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[0].cell.get_config() == cell.get_config()
    assert loaded(inputs).dtype == "float64"
    np.testing.assert_array_equal(model(inputs), loaded(inputs))


def test_stacked_cells_work_like_multi_rnn_cell():
    cells = keras.layers.StackedRNNCells([made("gru"), made("lstm_peepholes")])
    outputs = keras.layers.RNN(cells)(keras_classes.sequences())
    assert outputs.shape == (2, 3)  # the projected h of two sequences


def test_keras_lstm_differs_and_agrees_after_reordering_its_gates():
    inputs = keras_classes.sequences()
    kernel, bias = keras_classes.like([(7, 16), (16,)], 3)
    ours = keras.layers.RNN(made("lstm"))
    theirs = keras.layers.RNN(keras.layers.LSTMCell(UNITS))
    for layer in (ours, theirs):
        layer.build(inputs.shape)
    ours.set_weights([kernel, bias])
    theirs.set_weights([kernel[:3], kernel[3:], bias])
    assert np.abs(ours(inputs) - theirs(inputs)).max() > 0.1
    # With the gates in Keras' order and 1 added to the bias of the forget gate both agree.
    i, j, f, o = (np.arange(4) + 4 * gate for gate in range(4))
    order = np.concatenate([i, f, j, o])
    bias[f] += 1
    theirs.set_weights([kernel[:3, order], kernel[3:, order], bias[order]])
    np.testing.assert_allclose(ours(inputs), theirs(inputs), atol=1e-6)
