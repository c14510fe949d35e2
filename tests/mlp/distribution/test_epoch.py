import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import replicas
import tensorflow as tf
from helpers import processes

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.data import mnist

# Each replica sums its share of a batch, so the order differs: 1e-16 per step in float64, ten times
# more every 50 steps or so; here are 20. Wrong shares or batches would change the first digits.
TOLERANCE = 1e-12
# Distortions are computed in float32, and the sines of fewer images by other instructions.
AUGMENTED = 1e-4
# Keras divides the loss by the number of replicas; a third has float32 precision only.
THIRDS = 1e-9


@pytest.fixture
def start(drawn_folder):
    """Starts a training on several devices, or a worker of one in several processes."""

    def run(out, recipe, number, workers=None, index=0):
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
        if workers:
            task = {"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}}
            environment["TF_CONFIG"] = json.dumps(task)
        command = [sys.executable, replicas.__file__, drawn_folder, out, recipe, str(number)]
        return start_process(command, env=environment)

    with processes() as start_process:
        yield run


def outcome(process, out) -> dict[str, np.ndarray]:
    _, said = process.communicate(timeout=240)
    assert process.returncode == 0, said
    with np.load(out) as arrays:
        return dict(arrays)


def alone(folder: Path, recipe: str, number: int) -> dict[str, np.ndarray]:
    """The results on one device, with the same kernels."""
    result = mlp.train(
        replicas.config(recipe, number), mnist.load("idx", folder), jit_compile=False
    )
    weights = {f"weight_{i}": weight for i, weight in enumerate(result.weights)}
    return {"cost": result.cost, "accuracy": result.accuracy, **weights}


def expect_close(found, wanted, tolerance) -> None:
    for name, value in wanted.items():
        np.testing.assert_allclose(found[name], value, rtol=0, atol=tolerance, err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recipe", "number", "tolerance"),
    [
        ("tuned", 4, TOLERANCE),
        ("article", 2, TOLERANCE),
        ("augmented", 2, AUGMENTED),
    ],
)
def test_several_devices_match_one_device(start, drawn_folder, tmp_path, recipe, number, tolerance):
    process = start(tmp_path / "out.npz", recipe, number)
    wanted = alone(drawn_folder, recipe, number)
    found = outcome(process, tmp_path / "out.npz")
    expect_close(found, wanted, tolerance)
    assert found["resumed"].all()


@pytest.mark.slow
@pytest.mark.parametrize("number", [2, 3])
def test_several_processes_are_bit_identical_to_as_many_devices(
    start,
    drawn_folder,
    tmp_path,
    addresses,
    number,
):
    outs = [tmp_path / f"{index}.npz" for index in range(number)]
    workers = addresses[:number]
    running = [start(out, "tuned", number, workers, index) for index, out in enumerate(outs)]
    mirrored = start(tmp_path / "out.npz", "tuned", number)
    wanted = alone(drawn_folder, "tuned", number)
    everyone = [outcome(process, out) for process, out in zip(running, outs, strict=True)]
    devices = outcome(mirrored, tmp_path / "out.npz")
    for found in everyone:
        expect_close(found, wanted, TOLERANCE if number == 2 else THIRDS)
        # Two numbers have one sum. A ring of processes adds three numbers in another order.
        expect_close(found, devices, 0 if number == 2 else TOLERANCE)
        expect_close(found, everyone[0], 0)
        assert found["resumed"].all()


@pytest.mark.slow
def test_training_resumes_with_another_number_of_devices(data):
    config, states = MlpConfig.tuned(epochs=3), []
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    unbroken = mlp.train(config, data, jit_compile=False, save=states.append)
    after_1 = states[0]
    to_several = mlp.train(config, data, strategy=strategy, start=after_1, save=states.append)
    after_2 = states[3]
    assert (after_1.epoch, after_2.epoch) == (1, 2)
    to_one = mlp.train(config, data, jit_compile=False, start=after_2)
    for result in (to_several, to_one):
        for one, other in zip(result.weights, unbroken.weights, strict=True):
            np.testing.assert_array_equal(one, other)  # one replica sums as one device does
