"""Checkpoints of TensorFlow 1.15.5 are loaded into Keras models, proved, and trained further."""

import re
from types import SimpleNamespace

import checkpoint_networks
import keras
import numpy as np
import pytest
from checkpoint_files import LAYERS, arrays_in, golden_arrays
from keras import layers

from tf_edureka import parity

LAST_PLACE = 2.0**-23

# File or prefix of a golden, the network in Keras, and False for a slow test.
CASES = [
    *(("article", "article", True), ("conv", "conv", False), ("lstm", "lstm", False)),
    *(("lstm", "lstm_cell", False), ("embedding", "embedding", False)),
    *(("adadelta", "adadelta", False), ("ftrl", "ftrl", False), ("centered", "centered", False)),
    *(("nesterov", "nesterov", False), ("sharded", "sharded", False), ("v1", "v1", False)),
    *(("v1_sharded", "v1_sharded", False), ("five", "five", False), ("queue", "queue", False)),
    *(("branches", "branches", False), ("ema", "ema", False), ("frozen.pb", "frozen", False)),
    *(("saved_model", "saved_model", False), ("saved_model_fixed", "saved_model_fixed", False)),
    *(("article_without_graph", "article", False), ("keras.h5", "tf_keras", True)),
    *(("keras_weights.h5", "tf_keras", False), ("keras_tf/weights", "tf_keras", False)),
]
WITHOUT_GRAPH = ("article_without_graph", "keras.h5", "keras_weights.h5", "keras_tf/weights")
# Names of slots in Keras optimizers, in their order, by the name in TensorFlow 1.
SLOTS = {
    "Adam": ("momentum", "velocity"),
    "Momentum": ("accum",),
    "Adagrad": ("accum",),
    "Adadelta": ("accum", "accum_update"),
    "Ftrl": ("accum", "linear"),
    "RMSProp": ("ms", "mom"),
}
CENTERED = ("ms", "mg", "mom")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            (file, network), id=f"{file}-{network}", marks=() if core else pytest.mark.slow
        )
        for file, network, core in CASES
    ],
)
def case(request, checkpoints, tmp_path_factory):
    """A golden loaded into its network, and the network read back from a `.keras` file."""
    file, network = request.param
    keras.utils.clear_session()
    model = getattr(checkpoint_networks, network)()
    loaded = parity.load_into(model, checkpoints / file)
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    model.save(path)
    return SimpleNamespace(
        file=file,
        network=network,
        golden=golden_arrays(checkpoints, file),
        loaded=loaded,
        models=[model, keras.models.load_model(path)],
    )


def inputs_of(case):
    return case.golden["x" if "x" in case.golden else "images"]


def test_mapping_is_proved_if_the_checkpoint_has_a_graph(case):
    assert case.loaded.is_proved == (case.file not in WITHOUT_GRAPH)
    name = str(case.golden.get("name/outputs", "")).removesuffix(":0")
    own = {"conv": "logits/BiasAdd", "frozen.pb": "logits/BiasAdd"}.get(case.file, name)
    matches = f"the model's output matches {own} of the original graph"
    says = matches if case.loaded.is_proved else "the checkpoint has no graph to compare with"
    assert says in case.loaded.says
    assert (case.loaded.unseen, case.loaded.left) == ((), ())


def test_each_model_variable_gets_one_original_variable(case):
    old = [name for names, _, _ in case.loaded.mapping for name in names.split(", ")]
    new = [path for _, paths, _ in case.loaded.mapping for path in paths.split(", ")]
    weights = {one.path for one in case.models[0].variables if "seed_generator" not in one.path}
    assert len({*old}) == len(old)
    assert {*new} == weights
    assert len(new) == len(weights)
    is_lstm = (case.file, case.network) == ("lstm", "lstm")
    assert {how for _, _, how in case.loaded.mapping if how != "unchanged"} == (
        {"LSTM: gates i j f o to i f c o, kernel split, forget bias 1 added"} if is_lstm else set()
    )


def test_outputs_equal_those_of_tensorflow_1(case):
    expected = case.golden["outputs"]
    # Sums of up to 54 products in another order; with pictures 784 products, most of them 0.
    limit = 8 * LAST_PLACE * np.abs(expected).max()
    first, second = (np.array(model(inputs_of(case))) for model in case.models)
    np.testing.assert_allclose(first, expected, rtol=0, atol=limit)
    assert first.tobytes() == second.tobytes()


def variables_of(model):
    return [*model.variables, *model.optimizer.variables]


def stepped(model, x, y):
    """The loss before a step and all variables after it; restores the model."""
    variables = variables_of(model)
    before = [one.numpy() for one in variables]
    for layer in model.layers:
        if isinstance(layer, layers.Dropout):
            layer.rate = 0.0  # as in the step of the golden
    model.run_eagerly = True
    loss = model.train_on_batch(x, y)
    after = [one.numpy() for one in variables]
    for one, value in zip(variables, before, strict=True):
        one.assign(value)
    return loss, after


def links(case):
    """Paths of the new variables, with a function of the original arrays that gives each value."""
    for old, new, how in case.loaded.mapping:
        if how == "unchanged":
            yield new, name_in_arrays(old), lambda value: value
    if case.network == "lstm":
        cell, old = "sequential/lstm/lstm_cell", "rnn/basic_lstm_cell"
        yield f"{cell}/kernel", f"{old}/kernel", lambda value: gates(value)[:3]
        yield f"{cell}/recurrent_kernel", f"{old}/kernel", lambda value: gates(value)[3:]
        yield f"{cell}/bias", f"{old}/bias", gates


def gates(value):
    """Gates i, j, f and o of `BasicLSTMCell` in Keras' order."""
    i, j, f, o = np.split(value, 4, axis=-1)
    return np.concatenate([i, f, j, o], axis=-1)


FORGET_BIAS = np.repeat(np.float32([0, 1, 0, 0]), 4)  # added by `BasicLSTMCell` when it runs


def name_in_arrays(old):
    """The name of a weight of `tf.keras` in the golden arrays, which use layer names."""
    scope, _, rest = old.partition("/")
    return f"{LAYERS[scope]}/{rest}" if scope in LAYERS else old


def slots_in_arrays(name, arrays):
    """The names of a variable's slots in the golden arrays, in the optimizer's order."""
    pattern = re.compile(rf"(?:train/|training/Adam/)?{re.escape(name)}/(\w+?)(?:_(\d))?")
    found = [(one, match) for one in arrays if (match := pattern.fullmatch(one))]
    found = [(one, m) for one, m in found if m[1] in SLOTS or m[1] in ("m", "v")]
    return [one for one, m in sorted(found, key=lambda pair: (pair[1][1], pair[1][2] or ""))]


def new_slots(name, slots):
    """The names of these slots in a Keras optimizer."""
    word = slots[0].removeprefix("train/").removeprefix(f"{name}/")
    if len(slots) == len(CENTERED):
        return CENTERED
    return SLOTS.get(word, SLOTS["Adam"])


def test_next_step_equals_that_of_tensorflow_1(case):
    if "next_loss" not in case.golden:
        assert getattr(case.models[0], "optimizer", None) is None
        return
    before, after = arrays_in(case.golden, "values"), arrays_in(case.golden, "after")
    x, y, *_ = arrays_in(case.golden, "next").values()
    has_slots = case.file != "keras_weights.h5"
    paths = [
        one.path for one in variables_of(case.models[0])
    ]  # the model read back has other paths
    for model in case.models:
        loss, values = stepped(model, x, y)
        found = dict(zip(paths, values, strict=has_slots))
        np.testing.assert_allclose(loss, case.golden["next_loss"], rtol=8 * LAST_PLACE)
        for path, name, of in links(case) if has_slots else ():
            # Batch normalization cancels this bias: its gradient, a sum over 216 pixels of some
            # thousandths, is 0 except for rounding.
            floor = 216 * LAST_PLACE * 1e-3 if (case.file, name) == ("conv", "conv2d/bias") else 0
            plus = FORGET_BIAS if path.endswith("lstm_cell/bias") and case.network == "lstm" else 0
            expect_step(found[path], of(after[name]) + plus, of(before[name]) + plus, floor)
            slots = slots_in_arrays(name, after)
            for slot, word in zip(slots, new_slots(name, slots) if slots else (), strict=True):
                end = f"{path.replace('/', '_')}_{word}"
                (own,) = (value for one, value in found.items() if one.endswith(end))
                expect_step(own, of(after[slot]), of(before[slot]), floor)


def expect_step(found, after, before, floor):
    """Asserts that a variable has changed by the same step."""
    # Both results are rounded. Gradients are sums of up to some hundred products in another order;
    # their squares, which some slots accumulate, differ by twice as much.
    limit = (
        LAST_PLACE * np.abs(after).max() + 200 * LAST_PLACE * np.abs(after - before).max() + floor
    )
    np.testing.assert_allclose(found, after, rtol=0, atol=limit)


def test_optimizer_is_compared_with_the_graph(case):
    says = case.loaded.optimizer
    if case.file in WITHOUT_GRAPH:
        named = "Adam at step 7, slots found by name; no training graph to compare a step with"
        assert says == ("" if case.file == "keras_weights.h5" else named)
    elif case.network in ("frozen", "saved_model_fixed", "v1_sharded", "branches"):
        assert says == ""  # the checkpoint has no slots and no step
    elif case.network == "embedding":
        assert "a step of sparse updates cannot be compared" in says
    else:
        assert "a step with random gradients matches the original graph's (" in says
