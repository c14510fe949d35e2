"""Which recorded arrays are a Keras model's inputs, and which its labels."""

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

_MOST = 48  # ways to feed a model that are tried


@dataclass(frozen=True)
class Feeding:
    """A way to feed a model: names of the arrays for its inputs, and for its outputs' labels.

    Attributes:
        inputs: a name for each input of the model.
        labels: a name for each of its outputs, or none: then it is to give its inputs again.
        sparse: whether labels are class numbers, or are taken as they are.
        weights: name of the array with a weight for each example, as `fit` takes it; none if empty.
    """

    inputs: tuple[str, ...]
    labels: tuple[str, ...]
    sparse: bool = False
    weights: str = ""


def feedings(model: keras.Model, arrays: Mapping[str, Array]) -> Iterator[Feeding]:
    """The ways in which recorded arrays fit a model, the likeliest first.

    Args:
        model: a Keras model; one whose inputs are not known yet takes any one array.
        arrays: what was fed to the original, by name, in its order, any dtype and shape.

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
    """Builds a model that waits for its first batch, by calling it on what was fed.

    Args:
        model: a Keras model, not built yet.
        arrays: what was fed to the original, by name, any dtype and shape, in its order: the input
            before the labels.

    Raises:
        InputError: when it can be called on none of them.
    """
    failed = ""
    likely = sorted(arrays.values(), key=lambda array: array.dtype.kind != "f")
    for array in likely:
        kind = keras.config.floatx() if array.dtype == np.float64 else array.dtype
        try:
            model(array.astype(kind), training=False)
        except Exception as error:  # a model may raise anything on what is not meant for it
            failed = failed or f"{type(error).__name__}: {error}".splitlines()[0]
            continue
        return
    if failed:
        raise InputError(
            "expected a model that is built, or one input of the original that it can be called "
            f"on, got {failed}; call the model on a batch where it is made"
        )


def shapes(model: keras.Model) -> list[tuple[int | None, ...] | None]:
    """The shape of each input of a `model`; of one whose inputs are not known yet a single None."""
    tensors = _inputs(model)
    return [tuple(tensor.shape) for tensor in tensors] if tensors else [None]


def dtype_kinds(model: keras.Model) -> list[str]:
    """NumPy's kind of each input of a `model`, such as `f`; empty where they are not known yet."""
    return [np.dtype(str(one.dtype)).kind for one in _inputs(model)] or [""]


def names(model: keras.Model) -> list[str]:
    """The name of each input of a `model`; empty where they are not known yet."""
    return [str(one.name) for one in _inputs(model)] or [""]


def _inputs(model: keras.Model) -> list[Any]:
    try:
        return list(model.inputs or [])
    except (AttributeError, ValueError):
        return []


def _fit(shape: tuple[int | None, ...] | None, array: Array) -> int:
    """How well an array fits an input: 2 as it is, 1 when reshaped, 0 not at all."""
    if shape is None:
        return 2 if array.dtype.kind == "f" else 1
    if len(shape) == array.ndim and all(
        wanted in (None, size) for wanted, size in zip(shape[1:], array.shape[1:], strict=True)
    ):
        return 2
    wanted = [1 if size is None else size for size in shape[1:]]
    return int(None not in shape[1:] and array[:1].size == np.prod(wanted))


def model_inputs(model: keras.Model, feeding: Feeding, arrays: Mapping[str, Array]) -> Any:
    """The inputs of a model by its way of feeding.

    Args:
        model: as in `feedings`.
        feeding: which array is which input.
        arrays: as in `feedings`.

    Returns:
        an array in the shape that the model takes, or a list or dict of one for each input.
    """
    values = []
    for shape, name in zip(shapes(model), feeding.inputs, strict=True):
        array = arrays[name]
        if shape is not None and None not in shape[1:] and array.shape[1:] != shape[1:]:
            array = array.reshape(len(array), *shape[1:])
        values.append(array)
    try:
        return keras.tree.pack_sequence_as(model.input, values)
    except (AttributeError, ValueError):  # of a class of one's own
        return values if len(values) > 1 else values[0]


def labels(
    model: keras.Model, feeding: Feeding, arrays: Mapping[str, Array], *, outputs: Sequence[Array]
) -> list[Array]:
    """The labels of each output of a model by its way of feeding.

    Args:
        model: as in `feedings`.
        feeding: which array is which label; without any the first input is, as in `fit(x, x)`.
        arrays: as in `feedings`.
        outputs: of the model, float, any shape.

    Returns:
        an array for each output, in the shape that its loss takes, any dtype; zeros for a loss
        that reads none.
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
    """The weight of each example by a way of feeding; None if there are none.

    Args:
        feeding: which array they are.
        arrays: as in `feedings`.

    Returns:
        float, shape (n,), any range.
    """
    return arrays[feeding.weights].reshape(-1) if feeding.weights else None


def labels_for(output: Array, labels: Array, *, sparse: bool) -> Array:
    """Labels as a loss wants them for an output.

    Args:
        output: float, shape (n, ..., classes).
        labels: whole numbers of shape (n, ...), or one-hot rows or values in the output's shape;
            any dtype.
        sparse: whether the loss takes whole numbers.

    Returns:
        the labels in the shape that the loss takes; numbers in the dtype of the output, if the
        loss does not take whole ones.
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
    """Whether it has a number for each example."""
    return array.dtype.kind == "f" and array.shape[1:] in ((), (1,))


def _fills(array: Array, shape: Sequence[int]) -> bool:
    return array.size == int(np.prod(shape))


def as_tensors(x: Any) -> Any:
    """Inputs as tensors.

    Args:
        x: an array, or a list or dict of them, any dtype and shape; float64 becomes Keras' own
            precision, as in `fit`.

    Returns:
        a tensor, or a list or dict of them.
    """

    def one(array: Array) -> Any:
        kind = keras.config.floatx() if array.dtype == np.float64 else None
        return tf.convert_to_tensor(array.astype(kind) if kind else array)

    return keras.tree.map_structure(one, x)
