"""Known porting mistakes, undone one at a time in a Keras model.

Each alteration changes the model, or what it is given, to what the original may have had instead.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.parity.model.alteration import Alteration, call_replaced, replaced, undo_together
from tf_edureka.parity.model.evaluation import Evaluation
from tf_edureka.parity.model.gate_alterations import gate_alterations
from tf_edureka.parity.model.keras_port import KerasPort
from tf_edureka.parity.model.layer_alterations import RATES, layer_alterations
from tf_edureka.trace import Array

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


def alterations(port: KerasPort, seen: Evaluation) -> Iterator[Alteration]:
    """What may have gone wrong in a model.

    Args:
        port: with its model.
        seen: what the model computed.
    """
    layers = [*_layers(port.model)]
    singles = [(type(layer), one) for layer in layers for one in layer_alterations(layer)]
    yield from (one for _, one in singles)
    yield from _in_all_layers(singles)
    yield from _missing_dropout(layers, seen)
    for says, scale in _SCALES.items():
        yield Alteration(
            "scaling",
            f"the inputs are to be {says}",
            partial(replaced, port, "change_inputs", _on_floats(scale)),
        )
    yield from gate_alterations(port)
    for says, change in _LABELS.items():
        yield Alteration(
            "labels",
            f"the labels are to be {says}",
            partial(replaced, port, "change_labels", change),
        )


def _in_all_layers(singles: Sequence[tuple[type, Alteration]]) -> Iterator[Alteration]:
    """The same change in all layers of a class, as where a default was not what it was."""
    groups: dict[tuple[type, str, str], list[Alteration]] = {}
    for kind, one in singles:
        groups.setdefault((kind, one.cause, one.change), []).append(one)
    for (kind, cause, change), several in groups.items():
        if len(several) > 1 and change:
            yield Alteration(
                cause,
                f"{len(several)} layers {kind.__name__}, such as: {several[0].says}",
                partial(undo_together, several),
            )


def _layers(model: Any) -> Iterator[Any]:
    for layer in model._flatten_layers(include_self=False):
        if not isinstance(layer, keras.Model):
            yield layer


def _missing_dropout(layers: Sequence[Any], seen: Evaluation) -> Iterator[Alteration]:
    """Masks of the original that no layer has asked for, behind each layer of their shape."""
    outputs = dict(seen.layers)
    for name, uniform in seen.replay.unused.items():
        for layer in layers:
            output = outputs.get(layer.name)
            if output is not None and output.shape == uniform.shape:
                for rate in RATES:
                    mask = (uniform >= rate) / (1 - rate)
                    yield Alteration(
                        "dropout",
                        f"the original drops units behind {layer.name} at rate {rate} ({name})",
                        partial(call_replaced, layer, partial(_masked, mask)),
                    )


def _masked(mask: Array, x: Any, call: Any) -> Any:
    output = call(x)
    return output * tf.constant(mask, output.dtype)


def _on_floats(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda x: function(x).astype(x.dtype) if x.dtype.kind == "f" else x
