"""Undoes porting mistakes in single layers of a Keras model."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.parity.model.alteration import Alteration, call_replaced, replaced

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
RATES = (0.5, 0.1, 0.2, 0.25, 0.3, 0.4, 0.6, 0.7, 0.75, 0.8, 0.9, 0.05, 0.15)


def _attribute(
    cause: str, layer: Any, name: str, values: Sequence[Any], word: str
) -> Iterator[Alteration]:
    for value in values:
        if value != getattr(layer, name):
            yield Alteration(
                cause,
                f"{layer.name} has {word} {getattr(layer, name)} in the port, "
                f"{value} in the original",
                partial(replaced, layer, name, value),
                f"{name} {value}",
            )


def _batch_normalization(layer: Any) -> Iterator[Alteration]:
    yield from _attribute("bn_epsilon", layer, "epsilon", _EPSILONS, "epsilon")
    yield Alteration(
        "bn_momentum",
        f"{layer.name} normalizes by the batch statistics, the original by the moving averages",
        lambda: call_replaced(layer, lambda x, call: call(x, training=False)),
    )


def _normalization(layer: Any) -> Iterator[Alteration]:
    yield from _attribute("epsilon", layer, "epsilon", _EPSILONS, "epsilon")


def _dropout(layer: Any) -> Iterator[Alteration]:
    rates = (round(1 - layer.rate, 6), *RATES)
    yield from _attribute("dropout", layer, "rate", rates, "rate")
    yield Alteration(
        "dropout",
        f"the port has dropout in {layer.name}, the original has none there",
        lambda: call_replaced(layer, lambda x, call: x),
    )


def _convolution(layer: Any) -> Iterator[Alteration]:
    if len(layer.strides) == 2:
        yield from _attribute("strides", layer, "strides", ((1, 1), (2, 2)), "strides")
    padding = getattr(layer, "padding", None)
    if padding in ("same", "valid"):
        yield from _attribute("padding", layer, "padding", ("same", "valid"), "padding")


def _zero_padding(layer: Any) -> Iterator[Alteration]:
    """Yields asymmetric paddings: PyTorch pads both sides equally, SAME pads the end first."""
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
                f"{layer.name} pads by {layer.padding}, the original's SAME padding by {wanted}",
                partial(call_replaced, layer, partial(_padded, wanted)),
            )


def _padded(wanted: Any, x: Any, call: Any) -> Any:
    return tf.pad(x, [(0, 0), *wanted, (0, 0)])


def _pooling(layer: Any) -> Iterator[Alteration]:
    yield from _convolution(layer)
    other = keras.layers.AveragePooling2D
    if isinstance(layer, other):
        other = keras.layers.MaxPooling2D
    made = other(layer.pool_size, layer.strides, layer.padding, dtype=layer.dtype_policy)
    says = f"{layer.name} is {type(layer).__name__} in the port, {other.__name__} in the original"
    yield Alteration("pooling", says, lambda: call_replaced(layer, lambda x, call: made.call(x)))


def _global_pooling(layer: Any) -> Iterator[Alteration]:
    is_average = isinstance(layer, keras.layers.GlobalAveragePooling2D)
    reduce = tf.reduce_max if is_average else tf.reduce_mean
    word = "maximum" if is_average else "mean"
    says = f"{layer.name} is {type(layer).__name__} in the port, the original computes the {word}"
    yield Alteration(
        "pooling", says, lambda: call_replaced(layer, lambda x, call: reduce(x, [1, 2]))
    )


def _slopes(layer: Any) -> Iterator[Alteration]:
    slopes = (0.2, 0.01, 0.3, 0.1, 0.0)
    yield from _attribute("activation", layer, "negative_slope", slopes, "negative_slope")
    yield from _other_activation(layer)


def _other_activation(layer: Any) -> Iterator[Alteration]:
    for name, function in _ACTIVATIONS.items():
        yield Alteration(
            "activation",
            f"{layer.name} is {type(layer).__name__} in the port, the original has {name}",
            partial(call_replaced, layer, partial(_call_instead, function)),
            f"instead {name}",
        )


def _call_instead(function: Callable[[Any], Any], x: Any, call: Any) -> Any:
    return function(x)


def _rescaling(layer: Any) -> Iterator[Alteration]:
    says = f"{layer.name} scales its input, the original does not"
    yield Alteration("scaling", says, lambda: call_replaced(layer, lambda x, call: x))
    for scale, offset in ((1 / 255, 0.0), (1 / 127.5, -1.0), (2.0, -1.0), (255.0, 0.0)):
        if (scale, offset) != (layer.scale, layer.offset):
            yield Alteration(
                "scaling",
                f"{layer.name} has scale {layer.scale} and offset {layer.offset} in the port, "
                f"{scale:.6g} and {offset} in the original",
                partial(call_replaced, layer, partial(_scaled, scale, offset)),
            )


def _scaled(scale: float, offset: float, x: Any, call: Any) -> Any:
    return tf.cast(x, keras.config.floatx()) * scale + offset


def _activations(layer: Any) -> Iterator[Alteration]:
    owner = getattr(layer, "cell", layer)
    for attribute in ("activation", "recurrent_activation"):
        current = getattr(owner, attribute, None)
        if not callable(current) or isinstance(layer, keras.layers.Softmax):
            continue
        own = getattr(current, "__name__", "(a custom function)")
        for name, function in _ACTIVATIONS.items():
            if function is not current:
                yield Alteration(
                    "activation",
                    f"{layer.name} has {attribute} {own} in the port, {name} in the original",
                    partial(replaced, owner, attribute, function),
                    f"{attribute} {name}",
                )


_BY_CLASS: tuple[tuple[Any, Callable[[Any], Iterator[Alteration]]], ...] = (
    (keras.layers.Layer, _activations),
    (keras.layers.BatchNormalization, _batch_normalization),
    ((keras.layers.LayerNormalization, keras.layers.GroupNormalization), _normalization),
    (keras.layers.Dropout, _dropout),
    (keras.layers.LeakyReLU, _slopes),
    (keras.layers.ReLU, _slopes),
    (keras.layers.Activation, _other_activation),
    (keras.layers.ELU, _other_activation),
    (keras.layers.ZeroPadding2D, _zero_padding),
    (keras.layers.Rescaling, _rescaling),
    (keras.layers.MaxPooling2D, _pooling),
    (keras.layers.AveragePooling2D, _pooling),
    (keras.layers.GlobalAveragePooling2D, _global_pooling),
    (keras.layers.GlobalMaxPooling2D, _global_pooling),
    ((keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.DepthwiseConv2D), _convolution),
)


def layer_alterations(layer: Any) -> Iterator[Alteration]:
    """Yields the known mistakes that a `layer` may have."""
    for kind, found in _BY_CLASS:
        if isinstance(layer, kind):
            yield from found(layer)
