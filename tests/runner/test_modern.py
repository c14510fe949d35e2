"""The replacements in a report compute what TensorFlow 1 computed; the calls it warns of do not.

Both sides train for 50 steps: the original on TensorFlow 1.15.5's Python (`modern_tf1_side`), the
port by evaluating the text of the tables.
"""

import ast
import contextlib
import importlib
import json
import math
import subprocess
import sys
from pathlib import Path

import keras
import modern_pairs as pairs
import numpy as np
import pytest
import tensorflow as tf

import tf_edureka.tf1
from tf_edureka.runner.modern import names
from tf_edureka.runner.modern.advice import NUMBERS

# Rounding in 50 steps of float32: another order of sums, other rounding of betas in Keras' Adam.
TOLERANCE = 2e-4
# Tolerance for two samples; the deviation of 1000 values varies by 2 % by chance.
SPREAD, ENOUGH = 0.1, 1000

MODULES = {"tf": tf, "keras": keras, "tf_edureka": tf_edureka, "math": math}
# Rows with an expression that these trainings do not cover, and the reason.
NOT_TRAINED = {
    "tf.losses.get_total_loss": "has a test of its own",
    "tf.contrib.losses.get_total_loss": "the same function",
}


@pytest.fixture(scope="module")
def original(period_packages, tmp_path_factory):
    """The results of the calls in TensorFlow 1, by `name|what`."""
    out = tmp_path_factory.mktemp("original") / "original.npz"
    script = Path(pairs.__file__).with_name("modern_tf1_side.py")
    command = [sys.executable, "-m", "tf_edureka.legacy", str(script), str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return np.load(out)


def evaluated(text: str, names: dict[str, object]):
    """The value of an expression; skips the test if `tf1` has no class that it names."""
    for node in ast.walk(ast.parse(text, mode="eval")):
        is_ours = isinstance(node, ast.Attribute) and ast.unparse(node.value) == "tf_edureka.tf1"
        if is_ours and not hasattr(tf_edureka.tf1, node.attr):
            pytest.skip(f"tf_edureka.tf1.{node.attr} does not exist")
    return eval(text, {**MODULES, **names})


# The learning rates of both sides.
FALLING = keras.optimizers.schedules.PiecewiseConstantDecay(
    [pairs.RATES.index(pairs.RATES[-1]) - 1], [pairs.RATES[0], pairs.RATES[-1]]
)


class OtherWeights(Exception):
    """The weights differ in name or shape from those of TensorFlow 1."""


def optimizer(text: str, arguments: dict[str, object]) -> dict[str, np.ndarray]:
    made = evaluated(text, arguments)
    w = keras.Variable(pairs.START, dtype="float64")
    reached = []
    for gradient in pairs.GRADIENTS:
        made.apply([tf.constant(gradient)], [w])
        reached.append(w.numpy())
    return {"out": np.array(reached)}


def schedule(text: str, arguments: dict[str, object]) -> dict[str, np.ndarray]:
    made = evaluated(text, arguments)
    return {"out": np.array([made(step) for step in range(pairs.STEPS)])}


def regularizer(text: str, arguments: dict[str, object]) -> dict[str, np.ndarray]:
    made = evaluated(text, arguments)
    return trained("made(w)", {"made": made, "w": tf.Variable(pairs.values(6, 4))})


def initializer(text: str, arguments: dict[str, object]) -> dict[str, np.ndarray]:
    return {"out": evaluated(text, arguments)([300, 200], dtype="float32")}


def plain(text: str, arguments: dict[str, object]) -> dict[str, np.ndarray]:
    return {"out": evaluated(text, arguments)}


def trained(text: str, arguments: dict[str, object], taken=None) -> dict[str, np.ndarray]:
    """The output of an expression in each step while its variables and its layer's are trained.

    Args:
        text: a call; a call of the result of a call is one of a layer.
        arguments: arguments of both calls by name.
        taken: results of the original; the initial values of its layer's variables are copied.
    """
    call, layer = ast.parse(text, mode="eval").body, None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Call):
        layer = evaluated(ast.unparse(call.func), arguments)
        arguments = {**arguments, "layer": layer}
        call.func = ast.Name("layer")
        text = ast.unparse(call)
    inputs = [one for one in arguments.values() if isinstance(one, tf.Variable)]
    first = result(evaluated(text, arguments))  # which also creates the weights
    weights = layer.weights if isinstance(layer, keras.Layer) else []
    weights = [one for one in weights if "seed" not in one.name]
    found = {f"begun/{k}/{w.name}": w.numpy() for k, w in enumerate(weights)}
    for weight, old in matched(weights, taken):
        weight.assign(old)
    variables = [*inputs, *(one.value for one in weights if one.trainable)]

    @tf.function(autograph=False)
    def step():
        with tf.GradientTape() as tape:
            out = result(evaluated(text, arguments))
            error = tf.reduce_mean(tf.square(out - pairs.target(first.numpy())))
        for variable, g in zip(variables, tape.gradient(error, variables), strict=True):
            variable.assign_sub(pairs.RATE * tf.convert_to_tensor(g))
        return out

    moved = first.dtype.is_floating and variables
    reached = [step().numpy() for _ in range(pairs.STEPS if moved else 0)]
    found |= {f"ended/{k}/{w.name}": w.numpy() for k, w in enumerate(weights)}
    return {"out": np.array([*reached, result(evaluated(text, arguments)).numpy()]), **found}


def matched(weights, taken):
    """Pairs each weight with the original one of the same name, in order."""
    old = {what: taken[what] for what in taken or () if what.startswith("begun/")}
    for weight in weights:
        what = next((what for what in old if what.rpartition("/")[2] == weight.name), None)
        if what is None or weight.shape != old[what].shape:
            raise OtherWeights(f"{weight.name} {weight.shape} has no counterpart")
        yield weight, old.pop(what)
    if old:
        raise OtherWeights(f"{[*old]} have no counterpart")


def result(out):
    """The output tensor of a call: both directions joined, or without the states."""
    if isinstance(out, tuple | list):
        return tf.concat(out, -1) if out[0].shape == out[1].shape else out[0]
    return tf.convert_to_tensor(out)


def spread(values: np.ndarray) -> np.ndarray:
    """Mean, deviation and ratio of the singular values of a sample."""
    singular = np.linalg.svd(values, compute_uv=False)
    scale = values.std()
    return np.array([values.mean() / scale, scale, singular[-1] / singular[0]])


def port_results(name: str, text: str, original) -> dict[str, np.ndarray]:
    """The results of the expression `text` of the table for a case."""
    case = pairs.CASES[name]
    defaults = json.loads(str(original[f"{name}|defaults"]))
    made = {key: evaluated(port, {}) for key, (_, port) in case.made.items()}
    fixed = {key: tf.constant(value) for key, value in case.fixed.items()}
    rate = {"learning_rate": FALLING} if name in pairs.OPTIMIZERS else {}
    arguments = {**defaults, **rate, **fixed, **case.given, **made}
    for cases, by in (
        (pairs.OPTIMIZERS, optimizer),
        (pairs.SCHEDULES, schedule),
        (pairs.REGULARIZERS, regularizer),
        (pairs.INITIALIZERS, initializer),
        (pairs.DROPOUTS, plain),
    ):
        if name in cases:
            return by(text, arguments)
    if name.startswith("tf.keras."):
        text = f"{text}(inputs)"
    if name in pairs.CELLS:
        text = f"keras.layers.RNN({text}, return_sequences=True)(inputs)"
        case = pairs.RECURRENT["tf.nn.dynamic_rnn"]
    arguments |= {key: tf.Variable(value) for key, value in case.trained.items()}
    old = {
        what.partition("|")[2]: original[what] for what in original if what.startswith(f"{name}|")
    }
    return trained(text, arguments, old)


def differences(name: str, found: dict[str, np.ndarray], original) -> list[str]:
    """The results that differ from the original."""
    old = {
        what.partition("|")[2]: original[what] for what in original if what.startswith(f"{name}|")
    }
    if name in pairs.INITIALIZERS and np.array_equal(found["out"], old["out"]):
        return []
    if name in pairs.INITIALIZERS:
        new, was = spread(np.array(found["out"])), spread(old["out"])
        close = np.allclose(new, was, rtol=0.02, atol=0.03)
        limits = [np.abs(one).max() for one in (np.array(found["out"]), old["out"])]
        return [] if close and is_bounded(name, limits) else [f"spread {new} {was}"]
    if name in pairs.DROPOUTS:
        kept = [np.mean(np.array(one) > 0) for one in (found["out"], old["out"])]
        return [] if abs(kept[0] - kept[1]) < 0.01 else [f"kept {kept}"]
    differing = []
    if found["out"].shape != old["out"].shape:
        return [f"shapes {found['out'].shape} and {old['out'].shape}"]
    if not np.allclose(found["out"], old["out"], rtol=TOLERANCE, atol=TOLERANCE):
        differing.append(f"out {np.abs(found['out'] - old['out']).max()}")
    for kind, limit in (("ended", TOLERANCE), ("begun", None)):
        new = sorted((key.split("/")[2], key) for key in found if key.startswith(kind))
        was = sorted((key.split("/")[2], key) for key in old if key.startswith(kind))
        for (_, key), (_, original_key) in zip(new, was, strict=True):
            mine, theirs = found[key], old[original_key]
            if limit:
                same = np.allclose(mine, theirs, rtol=limit, atol=limit)
            elif mine.size < ENOUGH:
                same = mine.std() > 0 or np.allclose(mine, theirs)  # gamma, beta, biases
            else:
                same = abs(mine.std() / theirs.std() - 1) < SPREAD
            if not same:
                differing.append(key)
    return differing


def is_bounded(name: str, limits: list[float]) -> bool:
    """True if both samples have the same bound, or no bound."""
    if "random_normal" in name or "orthogonal" in name:
        return True
    return abs(limits[0] / limits[1] - 1) < 2e-3


@pytest.mark.slow
@pytest.mark.parametrize("name", pairs.CASES)
def test_replacement_gives_the_numbers_of_tensorflow_1(original, name):
    found = port_results(name, names.advice_for(name)[1].replacement, original)
    assert differences(name, found, original) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [one for one in pairs.CASES if names.advice_for(one)[1].trap])
def test_trap_gives_other_numbers(original, name):
    with contextlib.suppress(OtherWeights):
        found = port_results(name, names.advice_for(name)[1].trap, original)
        assert differences(name, found, original) != []


SUBJECTS = ("optimizers", "initializers", "layers", "recurrent", "losses")


def test_every_optimizer_loss_initializer_and_layer_is_trained():
    tables = [importlib.import_module(f"tf_edureka.runner.modern.{one}") for one in SUBJECTS]
    rows = {old for table in tables for old, advice in table.ROWS.items() if advice.replacement}
    numbers = {old for old, advice in names.ROWS.items() if advice.trap}
    untrained = (rows | numbers) - pairs.CASES.keys() - NOT_TRAINED.keys()
    assert {old for old in untrained if not old.startswith("tf.metrics.")} == set()


def test_total_loss_includes_the_regularization():
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.losses.add_loss(tf.constant(2.0))
        tf.compat.v1.add_to_collection("regularization_losses", tf.constant(0.5))
        total = session.run(tf.compat.v1.losses.get_total_loss())
    model = keras.Sequential([keras.layers.ActivityRegularization(l1=0.25)])
    model(tf.ones([1, 2]))
    advice = names.ROWS["tf.losses.get_total_loss"]
    given = {"losses": [2.0], "model": model}
    assert (eval(advice.replacement, given), eval(advice.trap, given)) == (total, 2.0)
    assert advice.kind == NUMBERS
