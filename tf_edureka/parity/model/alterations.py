"""Known porting mistakes, undone one at a time in a Keras model, for as long as it takes to look.

Each alteration changes the model, or what it is given, to what the original may have had instead.
"""

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest import mock

import numpy as np

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.parity.model.keras_port import Evaluation, KerasPort
from tf_edureka.trace import Array

_ACTIVATIONS: Mapping[str, Callable[[Any], Any]] = {
    **{
        name: keras.activations.get(name)
        for name in (
            *("relu", "tanh", "sigmoid", "linear", "elu", "selu", "softplus", "softsign"),
            *("softmax", "hard_sigmoid", "relu6", "silu", "gelu"),
        )
    },
    "leaky_relu with slope 0.2": lambda x: keras.activations.leaky_relu(x, 0.2),
    "leaky_relu with slope 0.01": lambda x: keras.activations.leaky_relu(x, 0.01),
    "leaky_relu with slope 0.3": lambda x: keras.activations.leaky_relu(x, 0.3),
    "leaky_relu with slope 0.1": lambda x: keras.activations.leaky_relu(x, 0.1),
}
_EPSILONS = (1e-3, 1e-5, 1e-4, 1e-6, 1e-8, 1e-12, 1e-2)
_RATES = (0.5, 0.1, 0.2, 0.25, 0.3, 0.4, 0.6, 0.7, 0.75, 0.8, 0.9, 0.05, 0.15)
_SCALES: Mapping[str, Callable[[Array], Array]] = {
    "divided by 255": lambda x: x / 255,
    "multiplied by 255": lambda x: x * 255,
    "divided by 127.5, less 1": lambda x: x / 127.5 - 1,
    "doubled, less 1": lambda x: 2 * x - 1,
    "less 0.5": lambda x: x - 0.5,
    "halved after 1 is added": lambda x: (x + 1) / 2,
    "1 less the input": lambda x: 1 - x,
}

_LABELS: Mapping[str, Callable[[Array], Array]] = {
    "the next class": lambda y: y + 1 if y.dtype.kind in "iu" else np.roll(y, 1, axis=-1),
    "the class before": lambda y: y - 1 if y.dtype.kind in "iu" else np.roll(y, -1, axis=-1),
    "1 less the label": lambda y: 1 - y,
}


@dataclass(frozen=True, eq=False)
class Alteration:
    """A mistake, undone.

    Attributes:
        cause: its fixed word.
        says: what the port has and what explains the original, in a sentence.
        undone: makes the change for a block.
        change: that is made, in words that do not name the layer.
    """

    cause: str
    says: str
    undone: Callable[[], AbstractContextManager[Any]]
    change: str = ""


def alterations(port: KerasPort, seen: Evaluation) -> Iterator[Alteration]:
    """What may have gone wrong in a model.

    Args:
        port: with its model.
        seen: what the model computed.
    """
    layers = [*_layers(port.model)]
    singles = [
        (type(layer), one)
        for kind, found in _OF_LAYERS
        for layer in layers
        if isinstance(layer, kind)
        for one in found(layer)
    ]
    yield from (one for _, one in singles)
    yield from _of_all(singles)
    yield from _dropout_left_out(layers, seen)
    for says, scale in _SCALES.items():
        yield Alteration(
            "scaling",
            f"the inputs are to be {says}",
            partial(_set, port, "change_inputs", _on_floats(scale)),
        )
    yield from _gates(port)
    for says, change in _LABELS.items():
        yield Alteration(
            "labels", f"the labels are to be {says}", partial(_set, port, "change_labels", change)
        )


def _of_all(singles: Sequence[tuple[type, Alteration]]) -> Iterator[Alteration]:
    """The same change in all layers of a class, as where a default was not what it was."""
    groups: dict[tuple[type, str, str], list[Alteration]] = {}
    for kind, one in singles:
        groups.setdefault((kind, one.cause, one.change), []).append(one)
    for (kind, cause, change), several in groups.items():
        if len(several) > 1 and change:
            yield Alteration(
                cause,
                f"{len(several)} layers {kind.__name__}, such as: {several[0].says}",
                partial(all_of, several),
            )


def _layers(model: Any) -> Iterator[Any]:
    for layer in model._flatten_layers(include_self=False):
        if not isinstance(layer, keras.Model):
            yield layer


def _set(owner: Any, name: str, value: Any) -> AbstractContextManager[Any]:
    return mock.patch.object(owner, name, value)


def _on_floats(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda x: function(x).astype(x.dtype) if x.dtype.kind == "f" else x


def _attribute(
    cause: str, layer: Any, name: str, values: Sequence[Any], said: str
) -> Iterator[Alteration]:
    for value in values:
        if value != getattr(layer, name):
            yield Alteration(
                cause,
                f"{layer.name} has {said} {getattr(layer, name)}; the original {value}",
                partial(_set, layer, name, value),
                f"{name} {value}",
            )


def _batch_normalization(layer: Any) -> Iterator[Alteration]:
    yield from _attribute("bn_epsilon", layer, "epsilon", _EPSILONS, "epsilon")
    yield Alteration(
        "bn_momentum",
        f"{layer.name} normalizes by the batch; the original by the moving averages",
        lambda: _called(layer, lambda x, call: call(x, training=False)),
    )


def _dropout(layer: Any) -> Iterator[Alteration]:
    rates = (round(1 - layer.rate, 6), *_RATES)
    yield from _attribute("dropout", layer, "rate", rates, "rate")
    yield Alteration(
        "dropout",
        f"{layer.name} drops units; the original has no dropout there",
        lambda: _called(layer, lambda x, call: x),
    )


def _dropout_left_out(layers: Sequence[Any], seen: Evaluation) -> Iterator[Alteration]:
    """Masks of the original that no layer has asked for, behind each layer of their shape."""
    outputs = dict(seen.layers)
    for name, uniform in seen.replay.unused.items():
        for layer in layers:
            output = outputs.get(layer.name)
            if output is not None and output.shape == uniform.shape:
                for rate in _RATES:
                    mask = (uniform >= rate) / (1 - rate)
                    yield Alteration(
                        "dropout",
                        f"the original drops units behind {layer.name} at rate {rate} ({name})",
                        partial(_called, layer, partial(_masked, mask)),
                    )


def _masked(mask: Array, x: Any, call: Any) -> Any:
    output = call(x)
    return output * tf.constant(mask, output.dtype)


def _called(layer: Any, ours: Callable[..., Any]) -> AbstractContextManager[Any]:
    """Lets `ours(inputs, call)` stand for the call of a layer."""
    original = layer.call

    def call(inputs: Any, **named: Any) -> Any:
        def its(value: Any, **changed: Any) -> Any:
            return original(value, **{**named, **changed})

        return ours(inputs, its)

    return _set(layer, "call", call)


def _convolution(layer: Any) -> Iterator[Alteration]:
    if len(layer.strides) == 2:
        yield from _attribute("strides", layer, "strides", ((1, 1), (2, 2)), "strides")
    padding = getattr(layer, "padding", None)
    if padding in ("same", "valid"):
        yield from _attribute("padding", layer, "padding", ("same", "valid"), "padding")


def _zero_padding(layer: Any) -> Iterator[Alteration]:
    """PyTorch pads both sides alike; SAME pads the end first."""
    sides = layer.padding
    sums = [sum(side) for side in sides]
    for wanted in (
        tuple((0, total) for total in sums),
        tuple((0, end) for _, end in sides),
        tuple((total // 2, total - total // 2) for total in sums),
        tuple(((total - 1) // 2, total // 2) for total in sums),
    ):
        if wanted != layer.padding:
            yield Alteration(
                "padding",
                f"{layer.name} pads by {layer.padding}; the original, by SAME, by {wanted}",
                partial(_called, layer, partial(_padded, wanted)),
            )


def _padded(wanted: Any, x: Any, call: Any) -> Any:
    return tf.pad(x, [(0, 0), *wanted, (0, 0)])


def _pooling(layer: Any) -> Iterator[Alteration]:
    yield from _convolution(layer)
    other = keras.layers.AveragePooling2D
    if isinstance(layer, other):
        other = keras.layers.MaxPooling2D
    made = other(layer.pool_size, layer.strides, layer.padding, dtype=layer.dtype_policy)
    says = f"{layer.name} is {type(layer).__name__}; the original {other.__name__}"
    yield Alteration("pooling", says, lambda: _called(layer, lambda x, call: made.call(x)))


def _global_pooling(layer: Any) -> Iterator[Alteration]:
    is_average = isinstance(layer, keras.layers.GlobalAveragePooling2D)
    reduce = tf.reduce_max if is_average else tf.reduce_mean
    says = f"{layer.name} is {type(layer).__name__}; the original takes the other pooling"
    yield Alteration("pooling", says, lambda: _called(layer, lambda x, call: reduce(x, [1, 2])))


def _slopes(layer: Any) -> Iterator[Alteration]:
    slopes = (0.2, 0.01, 0.3, 0.1, 0.0)
    yield from _attribute("activation", layer, "negative_slope", slopes, "slope")
    yield from _instead(layer)


def _instead(layer: Any) -> Iterator[Alteration]:
    for name, function in _ACTIVATIONS.items():
        yield Alteration(
            "activation",
            f"{layer.name} is {type(layer).__name__}; the original has {name}",
            partial(_called, layer, partial(_only, function)),
            f"instead {name}",
        )


def _only(function: Callable[[Any], Any], x: Any, call: Any) -> Any:
    return function(x)


def _rescaling(layer: Any) -> Iterator[Alteration]:
    says = f"{layer.name} scales what the original takes as it is"
    yield Alteration("scaling", says, lambda: _called(layer, lambda x, call: x))
    for scale, offset in ((1 / 255, 0.0), (1 / 127.5, -1.0), (2.0, -1.0), (255.0, 0.0)):
        if (scale, offset) != (layer.scale, layer.offset):
            yield Alteration(
                "scaling",
                f"{layer.name} has scale {layer.scale} and offset {layer.offset}; the original "
                f"{scale:.6g} and {offset}",
                partial(_called, layer, partial(_scaled, scale, offset)),
            )


def _scaled(scale: float, offset: float, x: Any, call: Any) -> Any:
    return tf.cast(x, keras.config.floatx()) * scale + offset


def _activations(layer: Any) -> Iterator[Alteration]:
    owner = getattr(layer, "cell", layer)
    for attribute in ("activation", "recurrent_activation"):
        current = getattr(owner, attribute, None)
        if not callable(current) or isinstance(layer, keras.layers.Softmax):
            continue
        for name, function in _ACTIVATIONS.items():
            if function is not current:
                yield Alteration(
                    "activation",
                    f"{layer.name} has the activation {getattr(current, '__name__', 'given')}; "
                    f"the original {name}",
                    partial(_set, owner, attribute, function),
                    f"{attribute} {name}",
                )


def _gates(port: KerasPort) -> Iterator[Alteration]:
    """Gates in another order, or the other way round; another forget bias."""
    places = [place for link in port.mapping.links for place in link.new]
    for own, count in _gate_groups(port, places):
        for order in itertools.permutations(range(count)):
            if order != (*range(count),):
                yield Alteration(
                    "gate_order",
                    f"the original has the port's gates in the order {order}",
                    partial(_set, port, "change_state", _permuted(own, order)),
                )
        for gate in range(count):
            yield Alteration(
                "gate_order",
                f"the original's gate {gate} of {count} is 1 less the port's",
                partial(_set, port, "change_state", _turned(own, count, gate)),
            )
    for place in (place for place in places if 4 in port.gates(place)):
        for gate, change in itertools.product((1, 2, 0, 3), (-1.0, 1.0)):
            yield Alteration(
                "forget_bias",
                f"the bias of gate {gate} is off by {-change:+.0f} in the port",
                partial(_set, port, "change_state", _forget(place, gate, change)),
            )


def _gate_groups(port: KerasPort, places: Sequence[int]) -> Iterator[tuple[list[int], int]]:
    """Variables of as many columns, and how many gates those may be."""
    widths: dict[int, list[int]] = {}
    for place in places:
        if port.gates(place):
            widths.setdefault(port.model.variables[place].shape[-1], []).append(place)
    for width, own in widths.items():
        for count in port.gates(own[0]):
            if width % count == 0:
                yield own, count


def _blocks(
    places: Sequence[int], count: int, ours: Callable[[list[Array]], list[Array]]
) -> Callable[[dict[int, Array]], dict[int, Array]]:
    """Changes the blocks of columns of each place that has so many of the same width."""

    def change(state: dict[int, Array]) -> dict[int, Array]:
        changed = dict(state)
        for place in places:
            if place in state and state[place].shape[-1] % count == 0:
                blocks = ours(np.split(state[place], count, axis=-1))
                changed[place] = np.concatenate(blocks, axis=-1)
        return changed

    return change


def _permuted(places: Sequence[int], order: Sequence[int]) -> Callable[[Any], Any]:
    return _blocks(places, len(order), lambda blocks: [blocks[i] for i in order])


def _turned(places: Sequence[int], count: int, gate: int) -> Callable[[Any], Any]:
    """`sigmoid(-x)` is `1 - sigmoid(x)`."""
    return _blocks(
        places, count, lambda blocks: [-b if i == gate else b for i, b in enumerate(blocks)]
    )


def _forget(place: int, gate: int, amount: float) -> Callable[[Any], Any]:
    """Adds to one of the four gates of a bias."""

    def change(state: dict[int, Array]) -> dict[int, Array]:
        if place not in state or state[place].ndim != 1:
            return state
        return _blocks(
            [place],
            4,
            lambda blocks: [b + b.dtype.type(amount * (i == gate)) for i, b in enumerate(blocks)],
        )(state)

    return change


_OF_LAYERS: tuple[tuple[Any, Callable[[Any], Iterator[Alteration]]], ...] = (
    (keras.layers.Layer, _activations),
    (keras.layers.BatchNormalization, _batch_normalization),
    (keras.layers.Dropout, _dropout),
    (keras.layers.LeakyReLU, _slopes),
    (keras.layers.ReLU, _slopes),
    (keras.layers.Activation, _instead),
    (keras.layers.ELU, _instead),
    (keras.layers.ZeroPadding2D, _zero_padding),
    (keras.layers.Rescaling, _rescaling),
    (keras.layers.MaxPooling2D, _pooling),
    (keras.layers.AveragePooling2D, _pooling),
    (keras.layers.GlobalAveragePooling2D, _global_pooling),
    (keras.layers.GlobalMaxPooling2D, _global_pooling),
    ((keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.DepthwiseConv2D), _convolution),
)


@contextlib.contextmanager
def all_of(several: Sequence[Alteration]) -> Iterator[None]:
    """Undoes `several` alterations at the same time, for the block."""
    with contextlib.ExitStack() as stack:
        for one in several:
            stack.enter_context(one.undone())
        yield
