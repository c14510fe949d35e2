"""Finds the recorded arrays that are a Keras model's inputs, labels and example weights."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.errors import InputError
from tf_edureka.parity.model import losses
from tf_edureka.trace import Array

_MOST = 48  # feedings that are tried


@dataclass(frozen=True)
class Feeding:
    """A way to feed a model: which recorded array is which input, label or weight.

    Attributes:
        inputs: array name of each input of the model.
        labels: array name of each output's labels; empty if the labels are the first input.
        sparse: whether labels are class indices, for losses that accept both kinds.
        weights: name of the array with the weight of each example (`sample_weight` of `fit`); empty
            for none.
    """

    inputs: tuple[str, ...]
    labels: tuple[str, ...]
    sparse: bool = False
    weights: str = ""


def feedings(model: keras.Model, arrays: Mapping[str, Array]) -> Iterator[Feeding]:
    """Yields the ways in which recorded arrays fit a model, the likeliest first.

    Args:
        model: Keras model; if its inputs are not known yet, any one array fits.
        arrays: arrays that were fed to the original by name, in its order, any dtype and shape.

    Returns:
        at most 48 ways.
    """
    names = [name for name, array in arrays.items() if array.ndim]
    wanted = shapes(model)
    outputs = len(getattr(model, "outputs", None) or [None])
    found = []
    for inputs in itertools.permutations(names, len(wanted)):
        fits = [_fit(shape, arrays[name]) for shape, name in zip(wanted, inputs, strict=True)]
        if all(fits):
            rest = [name for name in names if name not in inputs]
            for labels in itertools.permutations(rest, min(outputs, len(rest))):
                found.append((-sum(fits), Feeding(inputs, labels)))
                others = (name for name in rest if name not in labels and _is_row(arrays[name]))
                found += [(-sum(fits) + 1, Feeding(inputs, labels, weights=one)) for one in others]
            if rest:
                found.append((-sum(fits) + 1, Feeding(inputs, ())))
    found.sort(key=lambda one: one[0])
    return itertools.islice((feeding for _, feeding in found), _MOST)


def build(model: keras.Model, arrays: Mapping[str, Array]) -> None:
    """Builds a model that has no variables yet, by calling it on a recorded array.

    Args:
        model: Keras model that is not built.
        arrays: arrays that were fed to the original by name, in its order, any dtype and shape;
            float arrays are tried first.

    Raises:
        InputError: if the model cannot be called on any of them.
    """
    failed = ""
    likely = sorted(arrays.values(), key=lambda array: array.dtype.kind != "f")
    for array in likely:
        kind = keras.config.floatx() if array.dtype == np.float64 else array.dtype
        try:
            model(array.astype(kind), training=False)
        except Exception as error:  # a model may raise anything on an array that is not its input
            failed = failed or f"{type(error).__name__}: {error}".splitlines()[0]
            continue
        return
    if failed:
        raise InputError(
            "model: expected a built one, or one that can be called on a recorded input, "
            f"got {failed}; call it on a batch in the function that makes it"
        )


def shapes(model: keras.Model) -> list[tuple[int | None, ...] | None]:
    """Returns the shape of each input of a `model`; a single None if they are not known yet."""
    tensors = _inputs(model)
    return [tuple(tensor.shape) for tensor in tensors] if tensors else [None]


def dtype_kinds(model: keras.Model) -> list[str]:
    """Returns NumPy's dtype kind of each input of a `model`, such as `f`; `""` if not known yet."""
    return [np.dtype(str(one.dtype)).kind for one in _inputs(model)] or [""]


def names(model: keras.Model) -> list[str]:
    """Returns the name of each input of a `model`; a single empty one if they are not known yet."""
    return [str(one.name) for one in _inputs(model)] or [""]


def _inputs(model: keras.Model) -> list[Any]:
    try:
        return list(model.inputs or [])
    except (AttributeError, ValueError):
        return []


def _fit(shape: tuple[int | None, ...] | None, array: Array) -> int:
    """Returns how well an array fits an input: 2 unchanged, 1 if reshaped, 0 if it does not fit."""
    if shape is None:
        return 2 if array.dtype.kind == "f" else 1
    if len(shape) == array.ndim and all(
        wanted in (None, size) for wanted, size in zip(shape[1:], array.shape[1:], strict=True)
    ):
        return 2
    wanted = [1 if size is None else size for size in shape[1:]]
    return int(None not in shape[1:] and array[:1].size == np.prod(wanted))


def model_inputs(model: keras.Model, feeding: Feeding, arrays: Mapping[str, Array]) -> Any:
    """Selects and reshapes the inputs of a model.

    Args:
        model: Keras model.
        feeding: the choice of an array for each input.
        arrays: arrays that were fed to the original by name, any dtype and shape.

    Returns:
        an array in the shape that the model accepts, or a list or dict of one for each input.
    """
    values = []
    for shape, name in zip(shapes(model), feeding.inputs, strict=True):
        array = arrays[name]
        if shape is not None and None not in shape[1:] and array.shape[1:] != shape[1:]:
            array = array.reshape(len(array), *shape[1:])
        values.append(array)
    try:
        return keras.tree.pack_sequence_as(model.input, values)
    except (AttributeError, ValueError):  # a subclass of Model
        return values if len(values) > 1 else values[0]


def labels(
    model: keras.Model, feeding: Feeding, arrays: Mapping[str, Array], *, outputs: Sequence[Array]
) -> list[Array]:
    """Selects and converts the labels of each output of a model.

    Args:
        model: compiled Keras model.
        feeding: the choice of the labels; without any, the first input is used, as in `fit(x, x)`.
        arrays: arrays that were fed to the original by name, any dtype and shape.
        outputs: outputs of the model, float, any shape.

    Returns:
        an array for each output, in the shape that its loss accepts, any dtype; zeros if there are
        no labels and the first input does not have the size of the output.
    """
    several = losses.sparse_options_of_outputs(model)
    kinds = [one[0] if len(one) == 1 else feeding.sparse for one in several]
    given = [arrays[name] for name in feeding.labels or feeding.inputs[:1]]
    if not (feeding.labels or kinds[0]) and given[0].size != outputs[0].size:
        given = [np.zeros(one.shape, one.dtype) for one in outputs]
    repeated = [itertools.chain(those, itertools.repeat(those[-1])) for those in (given, kinds)]
    return [
        labels_for(output, one, sparse=sparse)
        for output, one, sparse in zip(outputs, *repeated, strict=False)
    ]


def weights(feeding: Feeding, arrays: Mapping[str, Array]) -> Array | None:
    """Selects the weight of each example; None if there are none.

    Args:
        feeding: the choice of the array with the weights.
        arrays: arrays that were fed to the original by name, any dtype and shape.

    Returns:
        float, shape (n,), any range.
    """
    return arrays[feeding.weights].reshape(-1) if feeding.weights else None


def labels_for(output: Array, labels: Array, *, sparse: bool) -> Array:
    """Converts labels to the form that a loss accepts.

    Args:
        output: output of the model, float, shape (n, ..., classes).
        labels: class indices of shape (n, ...), or one-hot rows or values in the shape of `output`;
            any dtype.
        sparse: whether the loss accepts class indices.

    Returns:
        class indices, any dtype, shape (n, ...), if `sparse`; else labels in the shape and dtype of
        `output`. Labels that fit neither keep their shape.
    """
    if sparse:
        if labels.shape == output.shape:
            return labels.argmax(axis=-1)
        return labels.reshape(output.shape[:-1]) if _fills(labels, output.shape[:-1]) else labels
    if labels.shape != output.shape and _fills(labels, output.shape):
        labels = labels.reshape(output.shape)
    elif labels.dtype.kind in "iu" and _fills(labels, output.shape[:-1]):
        labels = np.eye(output.shape[-1])[labels.reshape(output.shape[:-1])]
    return labels.astype(output.dtype) if labels.dtype.kind in "iufb" else labels


def _is_row(array: Array) -> bool:
    """True if a float array has one number per example."""
    return array.dtype.kind == "f" and array.shape[1:] in ((), (1,))


def _fills(array: Array, shape: Sequence[int]) -> bool:
    return array.size == int(np.prod(shape))


def as_tensors(x: Any) -> Any:
    """Converts inputs to tensors.

    Args:
        x: an array, or a list or dict of arrays, any dtype and shape; float64 becomes Keras'
            default precision, as in `fit`.

    Returns:
        a tensor, or a list or dict of tensors.
    """

    def one(array: Array) -> Any:
        kind = keras.config.floatx() if array.dtype == np.float64 else None
        return tf.convert_to_tensor(array.astype(kind) if kind else array)

    return keras.tree.map_structure(one, x)
