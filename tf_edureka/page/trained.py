"""Reads the network of a run and the snapshots of its training."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tf_edureka._keras import keras
from tf_edureka.config import CLASSES, PIXELS
from tf_edureka.errors import InputError, InputWarning
from tf_edureka.mlp.model_file import load_model
from tf_edureka.page.history import MODEL, History
from tf_edureka.runs import snapshots

Weights = Sequence[npt.NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained network with its history.

    Attributes:
        history: history of the run.
        weights: float32, kernel and bias of each layer, shapes (inputs, units) and (units,).
        snapshots: weights after earlier epochs, by epoch; epoch 0 has the initial weights.
    """

    history: History
    weights: Weights
    snapshots: Mapping[int, Weights]

    @property
    def epochs(self) -> int:
        """Number of epochs trained, as far as it is known."""
        return len(self.history.cost) or max(self.snapshots, default=-1) + 1


def read(history: History) -> Trained:
    """Reads the network of a run and the snapshots of its training.

    Args:
        history: history of the run, from `history.read`.

    Returns:
        the network.

    Raises:
        InputError: if the model cannot be read, or is not a plain stack of Dense layers.

    Warns:
        InputWarning: if the snapshots are damaged or from another training.
    """
    path = history.folder / MODEL
    try:
        weights = weights_of(load_model(path))
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    return Trained(history, weights, _snapshots(history, weights))


def weights_of(model: keras.Model) -> Weights:
    """Returns the weights of a network that the page can show.

    Args:
        model: network from pixels to logits, such as `mlp.from_weights` returns.

    Returns:
        the weights: float32, kernel and bias of each layer, shapes (inputs, units) and (units,).

    Raises:
        InputError: if the model is not a plain stack of Dense layers.
    """
    if not _is_plain(model):
        layers = ", ".join(map(_layer_summary, getattr(model, "layers", [])))
        raise InputError(
            "expected a stack of Dense layers with relu, the last one linear, from "
            f"{PIXELS} pixels to {CLASSES} logits, such as train-mnist writes, got "
            + (f"a {type(model).__name__} model of {layers:.200}" if layers else f"{model!r:.200}")
        )
    return [np.asarray(one, np.float32) for one in model.get_weights()]


def _is_plain(model: keras.Model) -> bool:
    """True if the model has the structure of `mlp.network`, with any widths."""
    if not isinstance(model, keras.Sequential) or not model.built:
        return False
    if model.input_shape != (None, PIXELS):
        return False
    wanted = [keras.activations.relu] * (len(model.layers) - 1) + [keras.activations.linear]
    return all(
        type(layer) is keras.layers.Dense and layer.use_bias and layer.activation is activation
        for layer, activation in zip(model.layers, wanted, strict=True)
    )


def _layer_summary(layer: keras.layers.Layer) -> str:
    activation = getattr(getattr(layer, "activation", None), "__name__", "")
    bias = "" if getattr(layer, "use_bias", True) else "without bias"
    return " ".join(filter(None, (type(layer).__name__, activation, bias)))


def _snapshots(history: History, weights: Weights) -> dict[int, Weights]:
    """Reads the snapshots of the epochs before the last; the last one is `weights`."""
    folder = history.folder
    try:
        found = dict(snapshots.read(folder))
    except InputError as error:
        warnings.warn(InputWarning(f"{error}; the page shows no earlier epochs"), stacklevel=3)
        return {}
    if not found:
        return {}
    last = len(history.cost) or max(found)
    # If training stopped within an epoch, that epoch has no snapshot: only shapes are compared.
    if not _matches(weights, found.get(last, next(iter(found.values()))), exactly=last in found):
        text = (
            f"{folder}: its snapshots are from another training; the page shows no earlier epochs"
        )
        warnings.warn(InputWarning(text), stacklevel=3)
        return {}
    return {epoch: one for epoch, one in found.items() if epoch < last}


def _matches(ours: Weights, theirs: Weights, *, exactly: bool) -> bool:
    same = [one.shape for one in ours] == [one.shape for one in theirs]
    return same and (not exactly or all(map(np.array_equal, ours, theirs)))
