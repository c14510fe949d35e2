import dataclasses
import json
from pathlib import Path

import keras
import numpy as np
import pytest

from tf_edureka import parity, rounding, seeds
from tf_edureka.config import MlpConfig

GOLDEN = Path(__file__).parent / "goldens" / "mlp.json"
CONFIG = MlpConfig.article(epochs=2)


def failed(ladder) -> list[str]:
    return [rung.rung for rung in ladder.rungs if not rung.passed]


def test_all_rungs_hold_and_say_why(data):
    seen = []
    ladder = parity.climb(CONFIG, data, 10, on_epoch=seen.append)
    assert failed(ladder) == []
    assert ladder.passed
    assert len(seen) == 3 * CONFIG.epochs + 3
    assert all(rung.why for rung in ladder.rungs)
    assert [rung.rung for rung in ladder.rungs][:5] == [
        *("initial values", "batches", "forward pass", "gradients", "optimiser step")
    ]


def test_another_start_is_seen_on_the_first_rung(data, monkeypatch):
    rule = seeds.variable_op_seeds
    monkeypatch.setattr(seeds, "variable_op_seeds", lambda *a, **b: [s + 1 for s in rule(*a, **b)])
    ladder = parity.climb(CONFIG, data, 10)
    assert failed(ladder)[0] == "initial values"
    assert not ladder.passed


def test_other_batches_are_seen_on_the_second_rung(data, monkeypatch):
    rule = seeds.batch_order
    monkeypatch.setattr(seeds, "batch_order", lambda n, size, seed: rule(n, size, seed + 1))
    assert failed(parity.climb(CONFIG, data, 10))[0] == "batches"


def test_another_adam_is_seen_from_its_step_on(data, monkeypatch):
    build = rounding.Adam.__init__
    monkeypatch.setattr(
        rounding.Adam, "__init__", lambda self, rate, _, dtype: build(self, rate, 1e-3, dtype)
    )
    assert failed(parity.climb(CONFIG, data, 10))[0] == "optimiser step"


def test_a_bias_whose_gradient_is_summed_in_another_order_is_seen_without_xla_only(
    data, monkeypatch
):
    monkeypatch.setattr(rounding, "Dense", keras.layers.Dense)
    assert failed(parity.climb(CONFIG, data, 10)) == ["without XLA"]


def test_the_oracle_speaks_only_of_what_it_has_run():
    assert parity.Oracle.read(GOLDEN, CONFIG).step_cost.shape == (550,)
    for config in (
        dataclasses.replace(CONFIG, seed=999),
        dataclasses.replace(CONFIG, batch_size=50),
        dataclasses.replace(CONFIG, learning_rate=0.01),
    ):
        assert parity.Oracle.read(GOLDEN, config) is None
    assert parity.Oracle.read(GOLDEN.parent / "absent.json", CONFIG) is None


def test_real_mnist_both_climb_against_tensorflow_1(mnist_folder):
    from tf_edureka import mnist

    config = MlpConfig.article(seed=2, epochs=1)
    oracle = parity.Oracle.read(GOLDEN, config)
    ladder = parity.climb(config, mnist.load("idx", mnist_folder), 100, oracle)
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
    rung = parity.Rung("x", "a, b", "", "absolute", float("nan"), 1.0, "")
    assert not rung.passed
    assert json.loads(json.dumps(rung.to_json(), allow_nan=False))["measured"] is None
