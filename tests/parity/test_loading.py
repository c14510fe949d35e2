"""Checkpoints of real TensorFlow 1 networks in Keras models: proved, and trained further."""

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

# File or prefix of a golden, the network in Keras, and whether it is in the core of the tests.
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
# Of what TensorFlow 1 calls its slots, in their order, what the Keras optimizers call them.
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
    """A golden, loaded into its network, and that written and read as a `.keras` file."""
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


def test_it_is_proved_where_there_is_a_graph(case):
    assert case.loaded.is_proved == (case.file not in WITHOUT_GRAPH)
    name = str(case.golden.get("name/outputs", "")).removesuffix(":0")
    own = {"conv": "logits/BiasAdd", "frozen.pb": "logits/BiasAdd"}.get(case.file, name)
    matches = f"the model's output matches {own} of the original graph"
    says = matches if case.loaded.is_proved else "the checkpoint has no graph to compare with"
    assert says in case.loaded.says
    assert (case.loaded.unseen, case.loaded.left) == ((), ())


def test_every_variable_of_the_model_has_been_given_its_old_one(case):
    old = [name for names, _, _ in case.loaded.mapping for name in names.split(", ")]
    new = [path for _, paths, _ in case.loaded.mapping for path in paths.split(", ")]
    weights = {one.path for one in case.models[0].variables if "seed_generator" not in one.path}
    assert len({*old}) == len(old)
    assert {*new} == weights
    assert len(new) == len(weights)
    is_lstm = (case.file, case.network) == ("lstm", "lstm")
    assert {how for _, _, how in case.loaded.mapping if how != "as it is"} == (
        {"LSTM: gates i j f o to i f c o, kernel split, forget bias 1 added"} if is_lstm else set()
    )


def test_the_outputs_are_those_of_tensorflow_1(case):
    expected = case.golden["outputs"]
    # Sums of up to 54 products, or with pictures 784 of which few are not 0, in another order.
    limit = 8 * LAST_PLACE * np.abs(expected).max()
    first, second = (np.array(model(inputs_of(case))) for model in case.models)
    np.testing.assert_allclose(first, expected, rtol=0, atol=limit)
    assert first.tobytes() == second.tobytes()


def variables_of(model):
    return [*model.variables, *model.optimizer.variables]


def stepped(model, x, y):
    """The loss before a step and all variables after it; the model stays what it was."""
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
    """Paths of the new variables and, by a function of the old arrays, what each should be."""
    for old, new, how in case.loaded.mapping:
        if how == "as it is":
            yield new, name_in_arrays(old), lambda value: value
    if case.network == "lstm":
        cell, old = "sequential/lstm/lstm_cell", "rnn/basic_lstm_cell"
        yield f"{cell}/kernel", f"{old}/kernel", lambda value: gates(value)[:3]
        yield f"{cell}/recurrent_kernel", f"{old}/kernel", lambda value: gates(value)[3:]
        yield f"{cell}/bias", f"{old}/bias", gates


def gates(value):
    """Gates i, j, f and o of `BasicLSTMCell` in the order of Keras."""
    i, j, f, o = np.split(value, 4, axis=-1)
    return np.concatenate([i, f, j, o], axis=-1)


FORGET_BIAS = np.repeat(np.float32([0, 1, 0, 0]), 4)  # which `BasicLSTMCell` adds itself


def name_in_arrays(old):
    """The name of a weight of `tf.keras` in the arrays, which are by the names of layers."""
    scope, _, rest = old.partition("/")
    return f"{LAYERS[scope]}/{rest}" if scope in LAYERS else old


def slots_in_arrays(name, arrays):
    """The slots of a variable: the optimizer's word for each of them, in its order."""
    pattern = re.compile(rf"(?:train/|training/Adam/)?{re.escape(name)}/(\w+?)(?:_(\d))?")
    found = [(one, match) for one in arrays if (match := pattern.fullmatch(one))]
    found = [(one, m) for one, m in found if m[1] in SLOTS or m[1] in ("m", "v")]
    return [one for one, m in sorted(found, key=lambda pair: (pair[1][1], pair[1][2] or ""))]


def new_slots(name, slots):
    """What the optimizer of Keras calls these slots of a variable."""
    word = slots[0].removeprefix("train/").removeprefix(f"{name}/")
    if len(slots) == len(CENTERED):
        return CENTERED
    return SLOTS.get(word, SLOTS["Adam"])


def test_a_step_from_there_is_that_of_tensorflow_1(case):
    if "next_loss" not in case.golden:
        assert getattr(case.models[0], "optimizer", None) is None
        return
    before, after = arrays_in(case.golden, "values"), arrays_in(case.golden, "after")
    x, y, *_ = arrays_in(case.golden, "next").values()
    has_slots = case.file != "keras_weights.h5"
    paths = [one.path for one in variables_of(case.models[0])]  # others in what is read again
    for model in case.models:
        loss, values = stepped(model, x, y)
        found = dict(zip(paths, values, strict=has_slots))
        np.testing.assert_allclose(loss, case.golden["next_loss"], rtol=8 * LAST_PLACE)
        for path, name, of in links(case) if has_slots else ():
            # Batch normalization takes this bias off again: its gradient, a sum over 216 pixels of
            # some thousandths, is 0 but for rounding.
            floor = 216 * LAST_PLACE * 1e-3 if (case.file, name) == ("conv", "conv2d/bias") else 0
            plus = FORGET_BIAS if path.endswith("lstm_cell/bias") and case.network == "lstm" else 0
            expect_step(found[path], of(after[name]) + plus, of(before[name]) + plus, floor)
            slots = slots_in_arrays(name, after)
            for slot, word in zip(slots, new_slots(name, slots) if slots else (), strict=True):
                end = f"{path.replace('/', '_')}_{word}"
                (own,) = (value for one, value in found.items() if one.endswith(end))
                expect_step(own, of(after[slot]), of(before[slot]), floor)


def expect_step(found, after, before, floor):
    """Asserts that a variable has made the same step."""
    # What is stored is rounded, here and there. Gradients are sums of up to some hundred products
    # in another order, and their squares, which some slots gather, are twice as far apart.
    limit = (
        LAST_PLACE * np.abs(after).max() + 200 * LAST_PLACE * np.abs(after - before).max() + floor
    )
    np.testing.assert_allclose(found, after, rtol=0, atol=limit)


def test_the_optimizer_is_compared_with_the_graphs(case):
    says = case.loaded.optimizer
    if case.file in WITHOUT_GRAPH:
        named = "Adam at step 7, slots found by name; no training graph to compare a step with"
        assert says == ("" if case.file == "keras_weights.h5" else named)
    elif case.network in ("frozen", "saved_model_fixed", "v1_sharded", "branches"):
        assert says == ""  # there is neither slot nor count
    elif case.network == "embedding":
        assert "a step of sparse updates cannot be compared" in says
    else:
        assert "a step with random gradients matches the original graph's (" in says
