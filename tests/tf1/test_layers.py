import keras
import numpy as np

from tf_edureka.tf1.layers import Dense
from tf_edureka.tf1.optimizers import Adam


def test_saved_model_with_layer_and_optimizer_resumes_bit_identically(tmp_path):
    model = keras.Sequential([keras.Input((3,)), Dense(2), Dense(1, use_bias=False)])
    model.compile(optimizer=Adam(0.001, 1e-8), loss="mse")
    inputs, targets = np.ones((4, 3), np.float32), np.ones((4, 1), np.float32)
    model.fit(inputs, targets, epochs=3, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for each in (model, loaded):
        each.fit(inputs, targets, epochs=3, verbose=0)
    for one, other in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
