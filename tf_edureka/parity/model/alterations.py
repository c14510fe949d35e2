"""Undoes known porting mistakes in a Keras model, one at a time.

Each alteration gives the model, its inputs or its labels a form that the original may have.
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
    "x / 255": lambda x: x / 255,
    "255 x": lambda x: x * 255,
    "x / 127.5 - 1": lambda x: x / 127.5 - 1,
    "2 x - 1": lambda x: 2 * x - 1,
    "x - 0.5": lambda x: x - 0.5,
    "(x + 1) / 2": lambda x: (x + 1) / 2,
    "1 - x": lambda x: 1 - x,
}
_LABELS: Mapping[str, Callable[[Array], Array]] = {
    "y + 1, the next class": lambda y: y + 1 if y.dtype.kind in "iu" else np.roll(y, 1, axis=-1),
    "y - 1, the class before": lambda y: y - 1 if y.dtype.kind in "iu" else np.roll(y, -1, axis=-1),
    "1 - y": lambda y: 1 - y,
}


def alterations(port: KerasPort, seen: Evaluation) -> Iterator[Alteration]:
    """Yields the known mistakes that the model may have, each with a way to undo it.

    Args:
        port: the port with its model, inputs and labels.
        seen: an evaluation of the model on a recorded step.
    """
    layers = [*_layers(port.model)]
    singles = [(type(layer), one) for layer in layers for one in layer_alterations(layer)]
    yield from (one for _, one in singles)
    yield from _in_all_layers(singles)
    yield from _missing_dropout(layers, seen)
    for says, scale in _SCALES.items():
        yield Alteration(
            "scaling",
            f"the original scales its inputs differently: the port needs {says} instead of x",
            partial(replaced, port, "change_inputs", _on_floats(scale)),
        )
    yield from gate_alterations(port)
    for says, change in _LABELS.items():
        yield Alteration(
            "labels",
            f"the original has other labels: the port needs {says} instead of y",
            partial(replaced, port, "change_labels", change),
        )


def _in_all_layers(singles: Sequence[tuple[type, Alteration]]) -> Iterator[Alteration]:
    """Makes the same change in all layers of a class, for a default that has changed."""
    groups: dict[tuple[type, str, str], list[Alteration]] = {}
    for kind, one in singles:
        groups.setdefault((kind, one.cause, one.change), []).append(one)
    for (kind, cause, change), several in groups.items():
        if len(several) > 1 and change:
            yield Alteration(
                cause,
                f"{len(several)} {kind.__name__} layers, for example: {several[0].says}",
                partial(undo_together, several),
            )


def _layers(model: Any) -> Iterator[Any]:
    for layer in model._flatten_layers(include_self=False):
        if not isinstance(layer, keras.Model):
            yield layer


def _missing_dropout(layers: Sequence[Any], seen: Evaluation) -> Iterator[Alteration]:
    """Applies a recorded mask that no layer has used after each layer of its shape."""
    outputs = dict(seen.layers)
    for name, uniform in seen.replay.unused.items():
        for layer in layers:
            output = outputs.get(layer.name)
            if output is not None and output.shape == uniform.shape:
                for rate in RATES:
                    mask = (uniform >= rate) / (1 - rate)
                    yield Alteration(
                        "dropout",
                        f"the original has dropout after {layer.name}, with rate {rate} ({name}); "
                        "the port does not",
                        partial(call_replaced, layer, partial(_masked, mask)),
                    )


def _masked(mask: Array, x: Any, call: Any) -> Any:
    output = call(x)
    return output * tf.constant(mask, output.dtype)


def _on_floats(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda x: function(x).astype(x.dtype) if x.dtype.kind == "f" else x
