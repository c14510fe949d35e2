"""Networks from other sources: inspects and tests a model to find its input scaling and output."""

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
_UNIT_RANGE, _BYTE_RANGE = "pixels from 0 to 1", "pixels from 0 to 255"
# Factor and offset applied to pixels in [0, 1]. Common scalings come first.
_SCALINGS = {
    _UNIT_RANGE: (1.0, 0.0),
    _BYTE_RANGE: (255.0, 0.0),
    "pixels from -1 to 1": (2.0, -1.0),
    "pixels standardized by MNIST's mean and deviation": (1 / 0.3081, -0.1307 / 0.3081),
    "pixels from -0.5 to 0.5": (1.0, -0.5),
    "pixels from 0 (ink) to 1 (paper)": (-1.0, 1.0),
    "pixels from 0 (ink) to 255 (paper)": (-255.0, 255.0),
    "pixels from -1 (ink) to 1 (paper)": (-2.0, 1.0),
}
# Chosen on 106 dense, convolutional and linear networks, trained on MNIST with these scalings: 91
# are recognised, three had learned nothing, most others hardly anything. Cross-entropy in nats.
_MIN_CORRECT = 50  # of 100 rendered digits; every network that has learned MNIST reads more
_GOOD_ENTROPY = 0.3  # a cross-entropy that a network reaches only with its own scaling
_TIE_MARGIN = 9  # two scalings within this number of digits count as equal
_UNDERCONFIDENT = 25  # percent by which accuracy exceeds mean confidence
_OVERCONFIDENT = 0.985  # mean confidence, typical of pixels that are far too large
_CLEARLY_BETTER = 0.6  # a later scaling wins if its cross-entropy is below this share
_MIN_ENTROPY = 0.2  # lower values count as equal, since label smoothing prevents them
_SUM_TOLERANCE = 0.02  # of the sum of ten probabilities; bfloat16 has 8 bits
_MIN_PROBABILITY = float(np.finfo(np.float32).tiny)  # smallest probability with a finite logarithm
# Layers that return their input at inference, unless they have an activation.
_PASS_THROUGH = tuple(
    getattr(keras.layers, name)
    for name in ("Flatten", "Reshape", "Dropout", "SpatialDropout2D", "GaussianNoise", "Activation")
)
_ACTIVATION_LAYERS = keras.layers.ReLU, keras.layers.LeakyReLU, keras.layers.PReLU, keras.layers.ELU
_FINAL_ACTIVATIONS = ("linear", "softmax", "log_softmax")


class _Reading(NamedTuple):
    """The answers of a network to the rendered digits under one scaling of their pixels."""

    scaling: str
    correct: int
    entropy: float
    confidence: float
    answers: npt.NDArray[np.float64]
    model: keras.Model


def expect_shapes(model: keras.Model) -> None:
    """Checks that a network maps one image to ten logits or probabilities.

    Args:
        model: model to check; its weights need not exist yet.

    Raises:
        InputError: if its inputs, its outputs or its final activation do not fit.
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
        raise InputError(f"expected a model with numeric pixels as input, got dtype {dtype}")
    if (last := _activation(outputs[0])) not in _FINAL_ACTIVATIONS:
        raise InputError(
            "expected a model that outputs logits or probabilities (activation linear or softmax), "
            f"got one that ends with {last:.50}"
        )


def adapt(model: keras.Model) -> tuple[keras.Model, str]:
    """Wraps an MNIST network from another source, so that it has the inputs and outputs of ours.

    Args:
        model: model with its weights, accepted by `expect_shapes`.

    Returns:
        a model from float32 pixels in [0, 1], shape (n, 784), to logits, shape (n, 10); and a
        sentence on the scaling that was found, empty for a network of this package.

    Raises:
        InputError: if its weights or its outputs contain NaN or infinity.
    """
    if not all(np.isfinite(weights).all() for weights in model.get_weights()):
        raise InputError("its weights contain NaN or infinity, so its training failed")
    if _is_ours(model):
        return model, ""
    from tf_edureka.data import rendered  # imports matplotlib

    first = _BYTE_RANGE if _expects_bytes(model) else _UNIT_RANGE
    whole = "int" in model.inputs[0].dtype
    scalings = [
        first,
        *(scaling for scaling in _SCALINGS if scaling != first and (not whole or "255" in scaling)),
    ]
    digits, readings = rendered.clean_digits(), list[_Reading]()
    while scalings and not (readings and readings[0].entropy <= _GOOD_ENTROPY):
        readings.append(_evaluate(model, scalings.pop(0), digits))
    best = _best(readings)
    if not np.isfinite(best.answers).all():
        raise InputError("its outputs contain NaN or infinity, so its training failed")
    logits = best.model.output
    if _are_probabilities(best.answers):
        logits = keras.ops.log(keras.ops.maximum(logits, _MIN_PROBABILITY))
    elif _activation(model.outputs[0]) == "softmax":
        raise InputError(
            "expected a softmax whose ten probabilities sum to 1 for each image, got a sum of "
            f"{np.abs(best.answers[0]).sum():.3g}"
        )
    return keras.Model(best.model.input, logits), _description(best, readings)


def operations(model: keras.Model) -> Iterator[keras.Operation]:
    """Yields all operations that `model` computes with, including those of nested models."""
    for one in model.layers if isinstance(model, keras.Sequential) else model.operations:
        yield from operations(one) if isinstance(one, keras.Model) else [one]


def _activation(tensor: keras.KerasTensor) -> str:
    """Returns the name of the final activation."""
    made_by = tensor._keras_history
    layer = made_by.operation
    if isinstance(layer, keras.Model):
        return _activation(layer.outputs[made_by.tensor_index])
    if isinstance(layer, keras.layers.Softmax):
        return "softmax"
    if isinstance(layer, _ACTIVATION_LAYERS):
        return type(layer).__name__
    activation = getattr(layer, "activation", keras.activations.linear)
    name = getattr(activation, "__name__", type(activation).__name__)
    if isinstance(layer, _PASS_THROUGH) and name == "linear":
        return _activation(layer._inbound_nodes[made_by.node_index].input_tensors[0])
    return str(name)


def _is_ours(model: keras.Model) -> bool:
    """True if `mlp.network` built the model and its final layer still has no activation."""
    named = (model.name, model.inputs[0].name, model.layers[-1].name) == ("mlp", "pixels", "logits")
    return named and model.layers[-1].activation is keras.activations.linear


def _expects_bytes(model: keras.Model) -> bool:
    """True if the model seems to expect bytes: integer inputs, or a layer that scales them down."""
    return "int" in model.inputs[0].dtype or any(
        isinstance(one, keras.layers.Rescaling) and np.max(np.abs(one.scale)) < 0.1
        for one in operations(model)
    )


def _wrap(model: keras.Model, scaling: str) -> keras.Model:
    """Returns a model from flat pixels in [0, 1], which it rescales for `model`, to float32."""
    scale, offset = _SCALINGS[scaling]
    (takes,) = model.inputs
    flat = keras.Input((PIXELS,), name="pixels")
    scaled = flat * scale + offset
    if "int" in takes.dtype:
        scaled = keras.ops.round(scaled)
    image = keras.ops.reshape(keras.ops.cast(scaled, takes.dtype), (-1, *takes.shape[1:]))
    if not isinstance(model, keras.Sequential):  # its input may be a list or a dictionary
        image = keras.tree.pack_sequence_as(model.input, [image])
    (given,) = keras.tree.flatten(model(image))
    return keras.Model(flat, keras.ops.cast(given, "float32"))


def _evaluate(model: keras.Model, scaling: str, digits: tuple[Bytes, Bytes]) -> _Reading:
    images, labels = digits
    model = _wrap(model, scaling)
    answers = np.asarray(model(pixels(images), training=False), np.float64)
    if not np.isfinite(answers).all():
        return _Reading(scaling, 0, np.inf, 0.0, answers, model)
    if _are_probabilities(answers):
        logs = np.log(np.maximum(answers, _MIN_PROBABILITY))
    else:
        logs = answers - np.logaddexp.reduce(answers, axis=1, keepdims=True)
    entropy = -logs[np.arange(len(labels)), labels].mean()
    correct = int((answers.argmax(axis=1) == labels).sum())
    confidence = np.exp(logs).max(axis=1).mean()
    return _Reading(scaling, correct, entropy, confidence, answers, model)


def _are_probabilities(answers: npt.NDArray[np.float64]) -> bool:
    return bool(answers.min() >= 0 and np.abs(answers.sum(axis=1) - 1).max() <= _SUM_TOLERANCE)


def _best(readings: Sequence[_Reading]) -> _Reading:
    """Returns the most likely scaling of the training images; the earlier one in doubt."""
    most = max(reading.correct for reading in readings)
    if most < _MIN_CORRECT:
        return readings[0]
    likely = [one for one in readings if one.correct >= most - _TIE_MARGIN]
    # With pixels far too small it often reads as well, but with nearly uniform probabilities.
    likely = [
        one for one in likely if one.confidence > (one.correct - _UNDERCONFIDENT) / 100
    ] or likely
    likely = [one for one in likely if one.confidence < _OVERCONFIDENT] or likely
    best = likely[0]
    for other in likely[1:]:
        if max(other.entropy, _MIN_ENTROPY) < _CLEARLY_BETTER * best.entropy:
            best = other
    return best


def _description(best: _Reading, readings: Sequence[_Reading]) -> str:
    most = max(reading.correct for reading in readings)
    if most < _MIN_CORRECT:
        return (
            f"it reads at most {most} of 100 rendered digits with any pixel scaling, so its "
            f"answers are unreliable; input scaled to {best.scaling}"
        )
    others = [
        f" ({one.correct} with {_UNIT_RANGE})"
        for one in readings
        if one.scaling == _UNIT_RANGE != best.scaling
    ]
    reads = f"it then reads {best.correct} of 100 rendered digits{''.join(others)}"
    return f"input scaled to {best.scaling}; {reads}"
