import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from goldens import keras_classes
from helpers import GOLDENS

from tf_edureka import tf1
from tf_edureka.errors import InputError


@pytest.mark.parametrize("name", ["L1", "L2"])
def test_penalty_and_gradient_equal_contrib(name):
    golden = json.loads((GOLDENS / "keras_classes.json").read_text())["penalties"][name]
    (start,) = keras_classes.like([keras_classes.SHAPE], 8)
    weights = tf.Variable(start)
    with tf.GradientTape() as tape:
        penalty = getattr(tf1, name)(0.3)(weights)
    # The sum of 18 numbers, in any order.
    np.testing.assert_allclose(penalty, golden["value"][0], rtol=18 * 2**-24)
    slope = tape.gradient(penalty, weights).numpy()
    np.testing.assert_array_equal(slope.ravel(), np.float32(golden["gradient"]))


def test_keras_l2_is_twice_as_large_and_l1_the_same():
    weights = tf.constant([3.0, -4.0])
    assert float(tf1.L2(0.5)(weights)) == 6.25
    assert float(keras.regularizers.L2(0.5)(weights)) == 12.5
    assert float(tf1.L1(0.5)(weights)) == float(keras.regularizers.L1(0.5)(weights)) == 3.5


def test_model_with_penalties_can_be_saved(tmp_path):
    dense = keras.layers.Dense(2, kernel_regularizer=tf1.L2(0.1), bias_regularizer=tf1.L1(0.2))
    model = keras.Sequential([keras.Input((3,)), dense])
    model.save(tmp_path / "model.keras")
    (loaded,) = keras.saving.load_model(tmp_path / "model.keras").layers
    assert loaded.kernel_regularizer.get_config() == {"scale": 0.1}
    assert type(loaded.bias_regularizer) is tf1.L1


def test_negative_scale_is_rejected():
    with pytest.raises(InputError, match=r"^scale: expected at least 0, got -1$"):
        tf1.L2(-1)
