"""What a report says to write today computes what the old call did, and what it warns of does not.

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

# Float32 in 50 steps: sums in another order, and Keras' Adam rounds its betas otherwise.
TOLERANCE = 2e-4
# Of two draws; a draw of 1000 has a deviation that is 2 % off by chance.
SPREAD, ENOUGH = 0.1, 1000

MODULES = {"tf": tf, "keras": keras, "tf_edureka": tf_edureka, "math": math}
# Rows with a call of today that none of these trainings has, and why.
OTHERWISE = {
    "tf.losses.get_total_loss": "has a test of its own",
    "tf.contrib.losses.get_total_loss": "the same function",
}


@pytest.fixture(scope="module")
def then(period_packages, tmp_path_factory):
    """What the old calls gave, by `name|what`."""
    out = tmp_path_factory.mktemp("then") / "then.npz"
    script = Path(pairs.__file__).with_name("modern_tf1_side.py")
    command = [sys.executable, "-m", "tf_edureka.legacy", str(script), str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return np.load(out)


def evaluated(text: str, names: dict[str, object]):
    """What an expression of a table is; skips the test where it needs a class that is not there."""
    for node in ast.walk(ast.parse(text, mode="eval")):
        is_ours = isinstance(node, ast.Attribute) and ast.unparse(node.value) == "tf_edureka.tf1"
        if is_ours and not hasattr(tf_edureka.tf1, node.attr):
            pytest.skip(f"tf_edureka.tf1.{node.attr} is not there")
    return eval(text, {**MODULES, **names})


# The rates of both sides.
FALLING = keras.optimizers.schedules.PiecewiseConstantDecay(
    [pairs.RATES.index(pairs.RATES[-1]) - 1], [pairs.RATES[0], pairs.RATES[-1]]
)


class Other(Exception):
    """Weights that are not those of then."""


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
    """What an expression gives in each step while its variables and its layer's are trained.

    Args:
        text: A call; where that is a call of what a call has made, it is a layer's.
        arguments: Of both, by name.
        taken: What the old side gave: what its layer's variables were at first is taken over.
    """
    call, layer = ast.parse(text, mode="eval").body, None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Call):
        layer = evaluated(ast.unparse(call.func), arguments)
        arguments = {**arguments, "layer": layer}
        call.func = ast.Name("layer")
        text = ast.unparse(call)
    inputs = [one for one in arguments.values() if isinstance(one, tf.Variable)]
    first = result(evaluated(text, arguments))  # which also makes the weights
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
    """Each weight with the old one by its name, in their order."""
    old = {what: taken[what] for what in taken or () if what.startswith("begun/")}
    for weight in weights:
        what = next((what for what in old if what.rpartition("/")[2] == weight.name), None)
        if what is None or weight.shape != old[what].shape:
            raise Other(f"{weight.name} {weight.shape} was not there")
        yield weight, old.pop(what)
    if old:
        raise Other(f"{[*old]} are not there")


def result(out):
    """The tensor of what a call gives: of both directions, or without the states."""
    if isinstance(out, tuple | list):
        return tf.concat(out, -1) if out[0].shape == out[1].shape else out[0]
    return tf.convert_to_tensor(out)


def spread(values: np.ndarray) -> np.ndarray:
    """Of a draw its mean, its deviation, and how far its singular values are apart."""
    singular = np.linalg.svd(values, compute_uv=False)
    scale = values.std()
    return np.array([values.mean() / scale, scale, singular[-1] / singular[0]])


def now(name: str, text: str, then) -> dict[str, np.ndarray]:
    """The new side of a case, by the `text` of the table."""
    case = pairs.CASES[name]
    defaults = json.loads(str(then[f"{name}|defaults"]))
    made = {key: evaluated(today, {}) for key, (_, today) in case.made.items()}
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
    old = {what.partition("|")[2]: then[what] for what in then if what.startswith(f"{name}|")}
    return trained(text, arguments, old)


def differences(name: str, found: dict[str, np.ndarray], then) -> list[str]:
    """In what a new side is not the old one."""
    old = {what.partition("|")[2]: then[what] for what in then if what.startswith(f"{name}|")}
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
    far = []
    if found["out"].shape != old["out"].shape:
        return [f"shapes {found['out'].shape} and {old['out'].shape}"]
    if not np.allclose(found["out"], old["out"], rtol=TOLERANCE, atol=TOLERANCE):
        far.append(f"out {np.abs(found['out'] - old['out']).max()}")
    for kind, limit in (("ended", TOLERANCE), ("begun", None)):
        new = sorted((key.split("/")[2], key) for key in found if key.startswith(kind))
        was = sorted((key.split("/")[2], key) for key in old if key.startswith(kind))
        for (_, key), (_, key_then) in zip(new, was, strict=True):
            mine, theirs = found[key], old[key_then]
            if limit:
                same = np.allclose(mine, theirs, rtol=limit, atol=limit)
            elif mine.size < ENOUGH:
                same = mine.std() > 0 or np.allclose(mine, theirs)  # gamma, beta, biases
            else:
                same = abs(mine.std() / theirs.std() - 1) < SPREAD
            if not same:
                far.append(key)
    return far


def is_bounded(name: str, limits: list[float]) -> bool:
    """Whether both draws end at the same value, where they have an end."""
    if "random_normal" in name or "orthogonal" in name:
        return True
    return abs(limits[0] / limits[1] - 1) < 2e-3


@pytest.mark.slow
@pytest.mark.parametrize("name", pairs.CASES)
def test_what_one_writes_today_gives_the_old_numbers(then, name):
    assert differences(name, now(name, names.advice_for(name)[1].replacement, then), then) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [one for one in pairs.CASES if names.advice_for(one)[1].trap])
def test_what_it_warns_of_gives_others(then, name):
    with contextlib.suppress(Other):
        assert differences(name, now(name, names.advice_for(name)[1].trap, then), then) != []


SUBJECTS = ("optimizers", "initializers", "layers", "recurrent", "losses")


def test_each_pair_of_an_optimizer_a_loss_an_initializer_or_a_layer_is_trained():
    tables = [importlib.import_module(f"tf_edureka.runner.modern.{one}") for one in SUBJECTS]
    rows = {old for table in tables for old, advice in table.ROWS.items() if advice.replacement}
    numbers = {old for old, advice in names.ROWS.items() if advice.trap}
    untrained = (rows | numbers) - pairs.CASES.keys() - OTHERWISE.keys()
    assert {old for old in untrained if not old.startswith("tf.metrics.")} == set()


def test_the_whole_loss_has_the_regularization_in_it():
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
