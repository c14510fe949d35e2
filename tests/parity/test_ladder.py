import dataclasses
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_edureka import parity, runtime
from tf_edureka.config import MlpConfig
from tf_edureka.mlp import training
from tf_edureka.parity import measure
from tf_edureka.tf1 import layers, optimizers, seeds

CONFIG = MlpConfig.article(epochs=2)


def failed(ladder) -> list[str]:
    return [rung.rung for rung in ladder.rungs if not rung.passed]


def test_all_rungs_hold_and_say_why(data):
    seen = []
    ladder = parity.climb(CONFIG, data, steps=10, on_epoch=seen.append)
    assert failed(ladder) == []
    assert ladder.passed
    assert len(seen) == 3 * CONFIG.epochs + 3
    assert all(rung.why for rung in ladder.rungs)
    assert [rung.rung for rung in ladder.rungs][:5] == [
        *("initial values", "batches", "forward pass", "gradients", "optimiser step")
    ]


def test_a_rung_is_a_row_and_a_reason_is_said_once():
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


def test_another_start_is_seen_on_the_first_rung(data, monkeypatch):
    rule = seeds.variable_op_seeds
    monkeypatch.setattr(seeds, "variable_op_seeds", lambda *a, **b: [s + 1 for s in rule(*a, **b)])
    ladder = parity.climb(CONFIG, data, steps=10)
    assert failed(ladder)[0] == "initial values"
    assert not ladder.passed


def test_other_batches_are_seen_on_the_second_rung(data, monkeypatch):
    rule = seeds.batch_order
    monkeypatch.setattr(
        seeds,
        "batch_order",
        lambda n, size, *, graph_seed: rule(n, size, graph_seed=graph_seed + 1),
    )
    assert failed(parity.climb(CONFIG, data, steps=10))[0] == "batches"


@pytest.mark.parametrize("which", [0, 1], ids=["forward pass", "gradients"])
@pytest.mark.parametrize("factor", [1.0001, np.nan])
def test_wrong_logits_and_gradients_are_seen_on_their_rungs(data, monkeypatch, which, factor):
    compute = measure._compiled_gradients

    def wrong(*arguments):
        logits, gradients = compute(*arguments)
        changed = gradients[-1] if which else logits
        changed *= factor
        return logits, gradients

    monkeypatch.setattr(measure, "_compiled_gradients", wrong)
    assert failed(parity.climb(CONFIG, data, steps=10)) == [("forward pass", "gradients")[which]]


def test_keras_own_adam_is_seen_from_its_step_on(data, monkeypatch):
    monkeypatch.setattr(
        optimizers,
        "Adam",
        lambda rate, epsilon, *, dtype: keras.optimizers.Adam(rate, epsilon=epsilon),
    )
    assert failed(parity.climb(CONFIG, data, steps=10))[0] == "optimiser step"


def test_keras_epsilon_passes_the_course_and_fails_where_rounding_is_out_of_the_way(
    data, monkeypatch
):
    adam = optimizers.Adam
    monkeypatch.setattr(optimizers, "Adam", lambda rate, _, *, dtype: adam(rate, 1e-7, dtype=dtype))
    assert failed(parity.climb(CONFIG, data, steps=10)) == [
        *("optimiser step", "without XLA", "float64 steps", "float64 epoch")
    ]


@pytest.mark.parametrize(
    ("changed", "factor", "dtype", "rungs"),
    [
        ("step_cost", 1 + 2e-6, "float32", ["first step", "without XLA"]),
        ("step_cost", np.repeat([1, 1.001], [5, 5]), "float32", ["10 steps", "without XLA"]),
        ("cost", 1.002, "float32", ["epoch 1"]),
        ("accuracy", 2, "float32", ["2 epochs"]),
        ("step_cost", 1 + 1e-13, "float64", ["float64 steps"]),
        ("cost", 1 + 1e-13, "float64", ["float64 epoch"]),
    ],
)
def test_another_course_is_seen_on_its_rung(data, monkeypatch, changed, factor, dtype, rungs):
    train = training.train

    def wrong(config, *arguments, **options):
        result = train(config, *arguments, **options)
        if config.dtype != dtype:
            return result
        values = (getattr(result, changed) * factor).astype(getattr(result, changed).dtype)
        return dataclasses.replace(result, **{changed: values})

    monkeypatch.setattr(training, "train", wrong)
    assert failed(parity.climb(CONFIG, data, steps=10)) == rungs


def test_float32_is_multiplied_with_all_its_bits_meanwhile(data):
    enabled = tf.config.experimental.tensor_float_32_execution_enabled
    seen = []
    with runtime.tf32(True):  # TensorFlow's default
        parity.climb(CONFIG, data, steps=10, on_epoch=lambda _: seen.append(enabled()))
        assert enabled()
    assert set(seen) == {False}


def test_what_the_listener_returns_ends_no_training(data):
    ladder = parity.climb(CONFIG, data, steps=10, on_epoch=lambda _: True)
    assert len(ladder.legacy.cost) == len(ladder.modern.cost) == CONFIG.epochs


def test_a_bias_whose_gradient_is_summed_in_another_order_is_seen_without_xla_only(
    data, monkeypatch
):
    monkeypatch.setattr(layers, "Dense", keras.layers.Dense)
    assert failed(parity.climb(CONFIG, data, steps=10)) == ["without XLA"]


def test_the_reference_speaks_only_of_what_it_has_run():
    assert parity.Reference.read(CONFIG).step_cost.shape == (550,)
    for config in (
        dataclasses.replace(CONFIG, seed=999),
        dataclasses.replace(CONFIG, batch_size=50),
        dataclasses.replace(CONFIG, learning_rate=0.01),
    ):
        assert parity.Reference.read(config) is None


def test_real_mnist_both_climb_against_tensorflow_1(mnist_folder):
    from tf_edureka.data import mnist

    config = MlpConfig.article(seed=2, epochs=1)
    recorded = parity.Reference.read(config)
    ladder = parity.climb(config, mnist.load("idx", mnist_folder), steps=100, reference=recorded)
    assert failed(ladder) == []
    assert sum("TF 1.15.5" in rung.between for rung in ladder.rungs) == 14


def test_differences_are_counted_in_units_of_the_last_place():
    one = np.array([1, 2, 0], np.float32)
    other = np.array([1 + 2**-22, 2, 0], np.float32)
    apart = parity.difference(one, other)
    assert apart["absolute"] == 2**-22
    assert apart["ulps"] == 2
    np.testing.assert_allclose(apart["relative"], 2**-22, rtol=1e-6)


def test_arrays_of_other_shapes_are_not_compared():
    with pytest.raises(ValueError, match="expected two arrays alike"):
        parity.difference(np.zeros((4, 1)), np.zeros(4))


def test_a_difference_that_is_no_number_does_not_hold():
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
