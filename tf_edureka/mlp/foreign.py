"""A network from anywhere: what it takes and gives, found out by looking at it and by asking it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tf_edureka._keras import keras
from tf_edureka.config import CLASSES, PIXELS
from tf_edureka.data.idx import Bytes
from tf_edureka.errors import InputError
from tf_edureka.mlp.model import pixels

_SHAPES = ((PIXELS,), (28, 28), (28, 28, 1))
_OURS, _BYTES = "pixels from 0 to 1", "pixels from 0 to 255"
# What a pixel in [0, 1] is multiplied by, and what is added. What is common comes first.
_WAYS = {
    _OURS: (1.0, 0.0),
    _BYTES: (255.0, 0.0),
    "pixels from -1 to 1": (2.0, -1.0),
    "pixels standardized by MNIST's mean and deviation": (1 / 0.3081, -0.1307 / 0.3081),
    "pixels from -0.5 to 0.5": (1.0, -0.5),
    "pixels from 0 (ink) to 1 (paper)": (-1.0, 1.0),
    "pixels from 0 (ink) to 255 (paper)": (-255.0, 255.0),
    "pixels from -1 (ink) to 1 (paper)": (-2.0, 1.0),
}
# Chosen on 106 networks, dense, convolutional and linear, trained on MNIST in these ways: 91 are
# told rightly, three had learned nothing, most others hardly anything. Cross-entropy in nats.
_READS = 50  # of 100 rendered digits: what reads MNIST reads so many of them
_ENOUGH = 0.3  # a cross-entropy that no network has in a way that is not its own
_ABOUT = 9  # digits by which two ways read equally well
_TOO_HUMBLE = 25  # percent by which a network is right more often than it is sure
_TOO_SURE = 0.985  # as it is with pixels far too large
_CLEARLY = 0.6  # of a way's cross-entropy: a later one that has less is taken instead
_EVEN = 0.2  # down to which less is better: with smoothed labels a network never has much less
_ROUNDING = 0.02  # by which ten probabilities may miss 1: bfloat16 has 8 bits
_LEAST = float(np.finfo(np.float32).tiny)  # a probability whose logarithm is a number
# Layers that hand on what they get, when they do not train, unless they have an activation.
_PASSING = tuple(
    getattr(keras.layers, name)
    for name in ("Flatten", "Reshape", "Dropout", "SpatialDropout2D", "GaussianNoise", "Activation")
)
_UNITS = keras.layers.ReLU, keras.layers.LeakyReLU, keras.layers.PReLU, keras.layers.ELU
_ENDS = ("linear", "softmax", "log_softmax")


class _Reading(NamedTuple):
    """How well a network reads the rendered digits in one way, and how sure it is on the mean."""

    way: str
    right: int
    entropy: float
    sure: float
    answers: npt.NDArray[np.float64]
    model: keras.Model


def expect_shapes(model: keras.Model) -> None:
    """Refuses a network that does not make ten logits or probabilities of an image.

    Args:
        model: needs no weights yet.

    Raises:
        InputError: when its inputs, its outputs or its last activation are others.
    """
    inputs, outputs = model.inputs, model.outputs
    fits = len(inputs) == len(outputs) == 1 and (
        inputs[0].shape[0] is None
        and inputs[0].shape[1:] in _SHAPES
        and outputs[0].shape == (None, CLASSES)
    )
    if not fits:
        shapes = [[one.shape for one in side] for side in (inputs, outputs)]
        got = " to ".join(str(side[0] if len(side) == 1 else side) for side in shapes)
        raise InputError(
            f"expected a model from shape (n, {PIXELS}), (n, 28, 28) or (n, 28, 28, 1) to "
            f"(n, {CLASSES}), got one from {got}"
        )
    if (dtype := inputs[0].dtype) in ("bool", "string") or "complex" in dtype:
        raise InputError(f"expected a model of pixels that are numbers, got one of {dtype}")
    if (last := _activation(outputs[0])) not in _ENDS:
        raise InputError(
            f"expected a model that gives logits or probabilities (activation linear or softmax), "
            f"got one that ends with {last:.50}"
        )


def adapted(model: keras.Model) -> tuple[keras.Model, str]:
    """Makes a network for MNIST, such as `expect_shapes` lets pass, take and give what ours do.

    Args:
        model: with its weights.

    Returns:
        a model from float32 pixels in [0, 1], shape (n, 784), to logits, shape (n, 10); and in
        words what was found out about it, empty for a network of this package.

    Raises:
        InputError: when its weights or its answers are no numbers.
    """
    if not all(np.isfinite(weights).all() for weights in model.get_weights()):
        raise InputError("its weights are no numbers; its training went wrong")
    if _is_ours(model):
        return model, ""
    from tf_edureka.data import rendered  # which imports matplotlib

    first = _BYTES if _wants_bytes(model) else _OURS
    whole = "int" in model.inputs[0].dtype
    ways = [first, *(way for way in _WAYS if way != first and (not whole or "255" in way))]
    digits, readings = rendered.clean_digits(), list[_Reading]()
    while ways and not (readings and readings[0].entropy <= _ENOUGH):
        readings.append(_reading(model, ways.pop(0), digits))
    best = _best(readings)
    if not np.isfinite(best.answers).all():
        raise InputError("its answers are no numbers; its training went wrong")
    logits = best.model.output
    if _are_probabilities(best.answers):
        logits = keras.ops.log(keras.ops.maximum(logits, _LEAST))
    elif _activation(model.outputs[0]) == "softmax":
        raise InputError(
            "expected a softmax that gives ten probabilities of each image that add up to 1, got "
            f"{np.abs(best.answers[0]).sum():.3g} for one"
        )
    return keras.Model(best.model.input, logits), _said(best, readings)


def operations(model: keras.Model) -> Iterator[keras.Operation]:
    """All that a `model` computes with, also within models in it."""
    for one in model.layers if isinstance(model, keras.Sequential) else model.operations:
        yield from operations(one) if isinstance(one, keras.Model) else [one]


def _activation(tensor: keras.KerasTensor) -> str:
    """The name of the activation that a network ends with."""
    made_by = tensor._keras_history
    layer = made_by.operation
    if isinstance(layer, keras.Model):
        return _activation(layer.outputs[made_by.tensor_index])
    if isinstance(layer, keras.layers.Softmax):
        return "softmax"
    if isinstance(layer, _UNITS):
        return type(layer).__name__
    activation = getattr(layer, "activation", keras.activations.linear)
    name = getattr(activation, "__name__", type(activation).__name__)
    if isinstance(layer, _PASSING) and name == "linear":
        return _activation(layer._inbound_nodes[made_by.node_index].input_tensors[0])
    return str(name)


def _is_ours(model: keras.Model) -> bool:
    """Whether `mlp.network` has made it, and nobody has changed how it ends."""
    named = (model.name, model.inputs[0].name, model.layers[-1].name) == ("mlp", "pixels", "logits")
    return named and model.layers[-1].activation is keras.activations.linear


def _wants_bytes(model: keras.Model) -> bool:
    """Whether it looks so: it takes whole numbers, or makes its pixels far smaller itself."""
    return "int" in model.inputs[0].dtype or any(
        isinstance(one, keras.layers.Rescaling) and np.max(np.abs(one.scale)) < 0.1
        for one in operations(model)
    )


def _wrapped(model: keras.Model, way: str) -> keras.Model:
    """The same from flat pixels in [0, 1], which it gets in this way, to float32."""
    scale, offset = _WAYS[way]
    (takes,) = model.inputs
    flat = keras.Input((PIXELS,), name="pixels")
    scaled = flat * scale + offset
    if "int" in takes.dtype:
        scaled = keras.ops.round(scaled)
    image = keras.ops.reshape(keras.ops.cast(scaled, takes.dtype), (-1, *takes.shape[1:]))
    if not isinstance(model, keras.Sequential):  # it may take a list or a dictionary
        image = keras.tree.pack_sequence_as(model.input, [image])
    (given,) = keras.tree.flatten(model(image))
    return keras.Model(flat, keras.ops.cast(given, "float32"))


def _reading(model: keras.Model, way: str, digits: tuple[Bytes, Bytes]) -> _Reading:
    images, labels = digits
    model = _wrapped(model, way)
    answers = np.asarray(model(pixels(images), training=False), np.float64)
    if not np.isfinite(answers).all():
        return _Reading(way, 0, np.inf, 0.0, answers, model)
    if _are_probabilities(answers):
        logs = np.log(np.maximum(answers, _LEAST))
    else:
        logs = answers - np.logaddexp.reduce(answers, axis=1, keepdims=True)
    entropy = -logs[np.arange(len(labels)), labels].mean()
    right = int((answers.argmax(axis=1) == labels).sum())
    sure = np.exp(logs).max(axis=1).mean()
    return _Reading(way, right, entropy, sure, answers, model)


def _are_probabilities(answers: npt.NDArray[np.float64]) -> bool:
    return bool(answers.min() >= 0 and np.abs(answers.sum(axis=1) - 1).max() <= _ROUNDING)


def _best(readings: Sequence[_Reading]) -> _Reading:
    """The way in which a network was trained, by all that can be told; in doubt the earlier."""
    most = max(reading.right for reading in readings)
    if most < _READS:
        return readings[0]
    likely = [one for one in readings if one.right >= most - _ABOUT]
    # With pixels far too small it often reads as well, and finds all digits about as probable.
    likely = [one for one in likely if one.sure > (one.right - _TOO_HUMBLE) / 100] or likely
    likely = [one for one in likely if one.sure < _TOO_SURE] or likely
    best = likely[0]
    for other in likely[1:]:
        if max(other.entropy, _EVEN) < _CLEARLY * best.entropy:
            best = other
    return best


def _said(best: _Reading, readings: Sequence[_Reading]) -> str:
    most = max(reading.right for reading in readings)
    if most < _READS:
        return (
            f"however its pixels are scaled, it reads at most {most} of 100 rendered digits: its "
            f"answers mean little; it gets {best.way}"
        )
    others = [f", {one.right} with {_OURS}" for one in readings if one.way == _OURS != best.way]
    return f"it gets {best.way}: so it reads {best.right} of 100 rendered digits{''.join(others)}"
