"""Decodes the page's data in NumPy, as the page's script does.

As a program, counts the answers on the test images that change with float16 and int8 weights:
`python tests/page_data.py RUN ...` for MNIST runs of `train-mnist --snapshots`.
"""

import base64
import sys
import zlib
from pathlib import Path

import numpy as np


def numbers(text: str, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text, validate=True), dtype)


def weights_of(network: dict) -> list[np.ndarray]:
    """Weights in float16: kernel and bias of each layer."""
    return _split(numbers(network["weights"], "<f2"), network["layers"])


def snapshot_of(network: dict, at: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Weights of a snapshot in float64, and scales of shapes that broadcast to them."""
    one, layers = network["snapshots"][at], network["layers"]
    whole = _split(numbers(one["weights"], "i1").astype(np.float64), layers)
    counts = [count for units in layers[1:] for count in (units, 1)]
    scales = np.split(numbers(one["scales"], "<f4"), np.cumsum(counts))
    assert not len(scales.pop())
    return [q * scale for q, scale in zip(whole, scales, strict=True)], scales


def images_of(data: dict) -> np.ndarray:
    pixels = zlib.decompress(base64.b64decode(data["images"]["pixels"]))
    return np.frombuffer(pixels, np.uint8).reshape(data["images"]["count"], 28, 28)


def _split(flat: np.ndarray, layers: list[int]) -> list[np.ndarray]:
    arrays, at = [], 0
    for inputs, units in zip(layers[:-1], layers[1:], strict=True):
        arrays.append(flat[at : at + inputs * units].reshape(inputs, units))
        arrays.append(flat[at + inputs * units :][:units])
        at += (inputs + 1) * units
    assert at == len(flat)
    return arrays


def main(*folders: str) -> None:
    from tf_edureka.data import mnist
    from tf_edureka.page import history, networks, selection, trained

    test = mnist.load().test
    for folder in folders:
        run = trained.read(history.read(Path(folder)))
        (network,) = networks.from_runs([run], test)["networks"]
        pairs = {"float16": (run.weights, weights_of(network))}
        for at, one in enumerate(network["snapshots"]):
            exact = run.snapshots[one["epoch"]]
            pairs[f"int8 after epoch {one['epoch']}"] = exact, snapshot_of(network, at)[0]
        for name, pair in pairs.items():
            exact, rounded = (selection.logits(one, test.images).argmax(axis=1) for one in pair)
            shares = [np.mean(answers == test.labels) for answers in (exact, rounded)]
            print(
                f"{folder}: {name} changes {(exact != rounded).sum()} of {len(exact)} answers, "
                f"accuracy {shares[0]:.4f} to {shares[1]:.4f}"
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
