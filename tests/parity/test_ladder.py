import dataclasses
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_edureka import parity, runtime
from tf_edureka.config import MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.parity.article.judge import judge
from tf_edureka.parity.article.measure import Measurements, measure
from tf_edureka.tf1 import layers, optimizers, seeds

CONFIG = MlpConfig.article(epochs=2)


@pytest.fixture(scope="module")
def called_with() -> list[str]:
    """The names with which the callback was called while `measured` was computed."""
    return []


@pytest.fixture(scope="module")
def measured(data, called_with) -> Measurements:
    """Both paths, trained once."""

    def on_epoch(what: str) -> bool:
        called_with.append(what)
        return True  # returned by a training's own callback, this would stop it

    with runtime.tf32(False):
        return measure(CONFIG, data, on_epoch=on_epoch)


def failed(measured: Measurements) -> list[str]:
    return [rung.rung for rung in judge(measured, steps=10) if not rung.passed]


def climbed(data) -> list[str]:
    """The rungs that fail when both paths are computed again."""
    ladder = parity.climb(CONFIG, data, steps=10)
    fails = [rung.rung for rung in ladder.rungs if not rung.passed]
    assert ladder.passed == (not fails)
    return fails


def test_all_rungs_hold_and_have_reasons(measured):
    rungs = judge(measured, steps=10)
    assert failed(measured) == []
    assert all(rung.why for rung in rungs)
    assert [rung.rung for rung in rungs][:7] == [
        *("structure", "initial values", "batches", "forward pass", "loss", "gradients"),
        "optimizer",
    ]


def test_callback_is_called_after_each_epoch_and_cannot_stop_training(measured, called_with):
    assert len(called_with) == 3 * CONFIG.epochs + 5
    for result in (measured.legacy, measured.modern, measured.without_xla):
        assert len(result.cost) == CONFIG.epochs


def scaled(values: np.ndarray, factor) -> np.ndarray:
    return (values * factor).astype(values.dtype)


@pytest.mark.parametrize("apart", [1.0, np.nan])
@pytest.mark.parametrize("name", ["batches", "forward pass", "gradients", "final metric"])
def test_failure_of_a_port_rung_fails_the_article_ladder(measured, name, apart):
    rungs = tuple(
        dataclasses.replace(rung, measured=apart) if rung.rung == name else rung
        for rung in measured.port.rungs
    )
    port = dataclasses.replace(measured.port, rungs=rungs)
    assert failed(dataclasses.replace(measured, port=port)) == [name]


@pytest.mark.parametrize("which", range(6))
def test_one_initial_value_differing_in_its_last_bit_fails(measured, which):
    theirs, ours = measured.initial_values
    changed = [values.copy() for values in ours]
    changed[which].flat[-1] = np.nextafter(changed[which].flat[-1], np.float32(9))
    wrong = dataclasses.replace(measured, initial_values=(theirs, changed))
    assert failed(wrong) == ["initial values"]


@pytest.mark.parametrize(
    ("path", "changed", "factor", "rung"),
    [
        ("modern", "step_cost", 1 + 2e-6, "first step"),
        ("modern", "step_cost", np.repeat([1, 1.001], [5, 5]), "10 steps"),
        ("modern", "cost", 1.002, "epoch 1"),
        ("modern", "accuracy", 2, "2 epochs"),
        # One cost of ten, by one unit in the last place.
        ("without_xla", "step_cost", np.repeat([1, 1 + 2**-23], [9, 1]), "without XLA"),
    ],
)
def test_changed_training_curve_fails_its_rung(measured, path, changed, factor, rung):
    result = getattr(measured, path)
    result = dataclasses.replace(result, **{changed: scaled(getattr(result, changed), factor)})
    assert failed(dataclasses.replace(measured, **{path: result})) == [rung]


@pytest.mark.parametrize("which", range(6))
def test_one_differing_weight_fails_without_xla(measured, which):
    weights = [values.copy() for values in measured.without_xla.weights]
    weights[which].flat[-1] = np.nextafter(weights[which].flat[-1], np.float32(9))
    result = dataclasses.replace(measured.without_xla, weights=tuple(weights))
    assert failed(dataclasses.replace(measured, without_xla=result)) == ["without XLA"]


def test_changed_float64_training_curve_fails_its_rung(measured):
    legacy, modern, without_xla = measured.double
    wrong = dataclasses.replace(modern, step_cost=modern.step_cost * (1 + 1e-13))
    assert failed(dataclasses.replace(measured, double=(legacy, wrong, without_xla))) == [
        "float64 steps"
    ]
    wrong = dataclasses.replace(without_xla, cost=without_xla.cost * (1 + 1e-13))
    assert failed(dataclasses.replace(measured, double=(legacy, modern, wrong))) == [
        "float64 epoch"
    ]


@pytest.mark.slow
def test_other_op_seeds_fail_first_in_initial_values(data, monkeypatch):
    rule = seeds.variable_op_seeds
    monkeypatch.setattr(seeds, "variable_op_seeds", lambda *a, **b: [s + 1 for s in rule(*a, **b)])
    assert climbed(data)[0] == "initial values"


@pytest.mark.slow
@pytest.mark.usefixtures("other_batches")
def test_other_batches_fail_first_in_batches(data):
    assert climbed(data)[0] == "batches"


@pytest.mark.slow
def test_keras_adam_fails_only_where_rounding_is_excluded(data, monkeypatch):
    monkeypatch.setattr(
        optimizers,
        "Adam",
        lambda rate, epsilon, *, dtype: keras.optimizers.Adam(rate, epsilon=epsilon),
    )
    # It rounds differently, and in float64 its rate and betas are rounded to float32.
    assert climbed(data) == ["without XLA", "float64 steps", "float64 epoch"]


@pytest.mark.slow
def test_keras_epsilon_fails_only_where_rounding_is_excluded(data, monkeypatch):
    adam = optimizers.Adam
    monkeypatch.setattr(optimizers, "Adam", lambda rate, _, *, dtype: adam(rate, 1e-7, dtype=dtype))
    assert climbed(data) == [
        *("optimizer", "re-anchored steps", "without XLA", "float64 steps", "float64 epoch")
    ]


@pytest.mark.slow
def test_keras_dense_fails_only_without_xla(data, monkeypatch):
    monkeypatch.setattr(layers, "Dense", keras.layers.Dense)
    assert climbed(data) == ["without XLA"]


@pytest.mark.slow
def test_tf32_is_off_during_the_comparison(data):
    enabled = tf.config.experimental.tensor_float_32_execution_enabled
    seen = []
    with runtime.tf32(True):  # TensorFlow's default
        parity.climb(CONFIG, data, steps=10, on_epoch=lambda _: seen.append(enabled()))
        assert enabled()
    assert set(seen) == {False}


@pytest.mark.slow
def test_both_paths_hold_against_tensorflow_1_on_mnist(mnist):
    config = MlpConfig.article(seed=2, epochs=1)
    recorded = parity.Reference.read(config)
    ladder = parity.climb(config, mnist, steps=100, reference=recorded)
    assert [rung.rung for rung in ladder.rungs if not rung.passed] == []
    against = [rung.between for rung in ladder.rungs if "TF 1.15.5" in rung.between]
    # Initial values and five rungs of the training curve; the batches once, for both paths.
    assert [against.count(f"{path}, TF 1.15.5") for path in ("legacy", "modern")] == [6, 7]


def test_rung_row_and_unique_reasons():
    rungs = [
        parity.Rung(
            name,
            "a, b",
            compared="cost",
            unit="relative",
            measured=0.5,
            tolerance=tolerance,
            why="because",
        )
        for name, tolerance in (("10 steps", 0.75), ("100 steps", 0.25), ("10 steps", 0.75))
    ]
    assert rungs[0].row == ("10 steps", "a, b", "0.5", "0.75", "relative", "holds")
    assert rungs[1].row[-1] == "FAILS"
    assert len(parity.HEAD) == len(rungs[0].row)
    assert parity.reasons(rungs) == ["10 steps, 100 steps (cost): because"]


def test_reference_is_none_for_unrecorded_configurations():
    assert parity.Reference.read(CONFIG).step_cost.shape == (550,)
    for config in (
        dataclasses.replace(CONFIG, seed=999),
        dataclasses.replace(CONFIG, batch_size=50),
        dataclasses.replace(CONFIG, learning_rate=0.01),
    ):
        assert parity.Reference.read(config) is None


def test_difference_in_units_in_the_last_place():
    one = np.array([1, 2, 0], np.float32)
    other = np.array([1 + 2**-22, 2, 0], np.float32)
    apart = parity.difference(one, other)
    assert apart["absolute"] == 2**-22
    assert apart["ulps"] == 2
    np.testing.assert_allclose(apart["relative"], 2**-22, rtol=1e-6)


def test_difference_rejects_arrays_of_other_shape():
    with pytest.raises(ValueError, match="expected two arrays of the same shape and dtype"):
        parity.difference(np.zeros((4, 1)), np.zeros(4))


def test_nan_difference_does_not_hold():
    rung = parity.Rung(
        "x",
        "a, b",
        compared="",
        unit="absolute",
        measured=float("nan"),
        tolerance=1.0,
        why="",
    )
    assert not rung.passed
    assert json.loads(json.dumps(rung.to_json(), allow_nan=False))["measured"] is None


@pytest.mark.parametrize("steps", [0, -1, 10**6, 2.0])
def test_invalid_step_counts_are_rejected_before_training(data, steps):
    with pytest.raises(InputError, match="steps: expected a whole number from 1 to"):
        parity.climb(CONFIG, data, steps=steps, on_epoch=None)
