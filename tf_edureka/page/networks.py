"""The page's data: networks with their training, and test images."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_edureka.data.examples import Split
from tf_edureka.errors import InputError, printable
from tf_edureka.mlp.certainty import MIN_CERTAINTY
from tf_edureka.page import encoding, selection
from tf_edureka.page.history import MODEL, History
from tf_edureka.page.trained import Trained, Weights

_MAX_CHARACTERS = 8_000_000  # size limit of the page
_OTHER_CHARACTERS = 170_000  # part of the limit for everything but weights and pixels


def from_runs(runs: Sequence[Trained], test: Split) -> dict[str, Any]:
    """Builds the page's data from trained networks.

    If the snapshots do not all fit, evenly spaced epochs are taken, the first among them.

    Args:
        runs: one or more networks; the page starts with the first.
        test: the test images.

    Returns:
        JSON-compatible data: `"networks"`, `"images"`, `"examples"`, `"sample"`, `"mistakes"`,
        `"mistakes_in_all"` and `"sure"`; see `docs/page.md`.

    Raises:
        InputError: if weights or outputs are NaN or infinite, or weights too large for float16.
    """
    rounded, answers = [], []
    for run in runs:
        try:
            rounded.append(encoding.rounded(run.weights))
            answers.append(selection.logits(rounded[-1], test.images))
        except InputError as error:
            raise InputError(f"{run.history.folder / MODEL}: {error}") from None
    _, certainty = selection.judge(rounded[0], test.images)
    data = selection.select(answers, certainty, test)
    networks = [
        _network_entry(run, weights, float(np.mean(run_answers.argmax(axis=1) == test.labels)))
        for run, weights, run_answers in zip(runs, rounded, answers, strict=True)
    ]
    room = _MAX_CHARACTERS - _OTHER_CHARACTERS - len(data["images"]["pixels"])
    room -= sum(len(network["weights"]) for network in networks)
    with_snapshots = [pair for pair in zip(runs, networks, strict=True) if pair[0].snapshots]
    for run, network in with_snapshots:
        network["snapshots"] = _snapshots(run, room // len(with_snapshots))
    return {"networks": networks, **data, "sure": MIN_CERTAINTY}


def from_network(weights: Weights, test: Split | None = None) -> dict[str, Any]:
    """Builds the page's data from the weights of a network alone.

    Args:
        weights: float32, kernel and bias of each layer, shapes (inputs, units) and (units,).
        test: images to take an example of each digit from; None for no examples.

    Returns:
        JSON-compatible data: `"networks"` and `"sure"`; with test images also `"images"` and
        `"examples"`.

    Raises:
        InputError: if weights or outputs are NaN or infinite, or weights too large for float16.
    """
    rounded = encoding.rounded(weights)
    network = {"name": History.recipe, "title": History.title, **_encoded(rounded)}
    data = selection.select_examples(rounded, test) if test and len(test.labels) else {}
    return {"networks": [network], **data, "sure": MIN_CERTAINTY}


def _encoded(weights: Sequence[npt.NDArray[np.float16]]) -> dict[str, Any]:
    layers = [len(weights[0]), *map(len, weights[1::2])]
    return {"layers": layers, "weights": encoding.encoded(weights)}


def _network_entry(
    run: Trained, weights: Sequence[npt.NDArray[np.float16]], accuracy: float
) -> dict[str, Any]:
    history = run.history
    return {
        "name": history.recipe,
        "title": history.title,
        "source": printable(str(history.folder)),
        **_encoded(weights),
        "accuracy": accuracy,
        "cost": list(history.cost),
        "accuracies": list(history.accuracies),
        "snapshots": [],
    }


def _snapshots(run: Trained, room: int) -> list[dict[str, Any]]:
    """Encodes as many snapshots as fit into `room` characters."""
    epochs = sorted(run.snapshots)
    first = {"epoch": run.epochs, **encoding.quantized(run.snapshots[epochs[0]])}
    most = max(0, room // len(json.dumps(first)))
    return [
        {"epoch": epoch, **encoding.quantized(run.snapshots[epoch])}
        for epoch in evenly([*epochs, run.epochs], most)
    ]


def evenly(epochs: Sequence[int], most: int) -> list[int]:
    """Chooses evenly spaced epochs, from the first up to, but without, the last.

    The last epoch needs no snapshot, since it is the network itself.

    Args:
        epochs: available epochs in ascending order.
        most: largest number of epochs to choose.

    Returns:
        the chosen epochs.
    """
    count = min(most + 1, len(epochs))
    if count < 2:
        return []
    return [epochs[round(i * (len(epochs) - 1) / (count - 1))] for i in range(count - 1)]
