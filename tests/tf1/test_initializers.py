import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from goldens.generate import sha256
from helpers import GOLDENS

from tf_edureka.tf1 import initializers, seeds

REPLAYS = {
    "random_normal": initializers.RandomNormal,
    "random_uniform": initializers.RandomUniform,
    "truncated_normal": initializers.TruncatedNormal,
}


@pytest.mark.parametrize("name", REPLAYS)
def test_values_are_bit_identical_to_tensorflow_1(name):
    draws = json.loads((GOLDENS / "random_ops.json").read_text())["draws"]
    draws = [draw for draw in draws if draw["op"] == name]
    for draw in draws:
        op_seed = draw["op_seed"]
        if op_seed is None:
            op_seed = seeds.default_op_seed(draw["ops_before"])
        replay = REPLAYS[name](draw["graph_seed"], op_seed, **draw["arguments"])
        assert sha256(replay(draw["shape"], draw["dtype"]).numpy()) == draw["sha256"], draw
    assert len(draws) == 56


@pytest.mark.parametrize("graph_seed", [None, 0, 7])
def test_many_seeds_at_the_same_time_equal_each_seed_alone(graph_seed):
    op_seeds = [15, 0, 1, 2**31 - 2, 2**31 + 3, -1]
    draws = initializers.random_normals(graph_seed, op_seeds, shape=(3, 2)).numpy()
    for drawn, op_seed in zip(draws, op_seeds, strict=True):
        alone = initializers.RandomNormal(graph_seed, op_seed)((3, 2))
        np.testing.assert_array_equal(drawn, alone, f"op seed {op_seed}")


@pytest.mark.parametrize("name", REPLAYS)
def test_initializer_can_be_saved_with_a_model(name, tmp_path):
    replay = REPLAYS[name](7, 15)
    layer = keras.layers.Dense(3, kernel_initializer=replay)
    model = keras.Sequential([keras.Input((4,)), layer])
    np.testing.assert_array_equal(model.get_weights()[0], replay((4, 3)))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras").layers[0].kernel_initializer
    assert loaded.get_config() == replay.get_config()
    np.testing.assert_array_equal(loaded((4, 3)), replay((4, 3)))


def test_values_are_the_same_inside_an_xla_function():
    replay = initializers.RandomNormal(None, 15)
    compiled = tf.function(lambda: replay((5,)), jit_compile=True)
    np.testing.assert_array_equal(compiled(), replay((5,)))
