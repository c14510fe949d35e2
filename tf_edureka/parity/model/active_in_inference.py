"""What a model does when it is used that belongs to training alone."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from tf_edureka._keras import keras
from tf_edureka.parity.cause import Cause
from tf_edureka.parity.model.alteration import call_replaced
from tf_edureka.parity.model.keras_port import KerasPort

_NOISE = (
    *(keras.layers.Dropout, keras.layers.AlphaDropout),
    *(keras.layers.GaussianDropout, keras.layers.GaussianNoise),
)


def causes(port: KerasPort, difference: Callable[[], float]) -> Iterator[Cause]:
    """The layers that do in inference what they do in training.

    Args:
        port: with its model.
        difference: how far the model's output in inference is from the original's.
    """
    start = difference()
    layers = [*port.model._flatten_layers(include_self=False)]
    normalization = keras.layers.BatchNormalization
    for cause, kinds, inference, says in (
        ("dropout", _NOISE, lambda layer, x: x, "drops units"),
        ("bn_momentum", normalization, _by_averages, "normalizes by the batch"),
    ):
        active: dict[str, None] = {}
        with contextlib.ExitStack() as stack:
            for layer in layers:
                if isinstance(layer, kinds):
                    stack.enter_context(
                        call_replaced(layer, partial(_inference_output, layer, inference, active))
                    )
            left = difference()
        if active and left < start / 2:  # by chance it may be small without
            where = f"{', '.join(active)}: {says} when the model is used, too"
            yield Cause(cause, 1 - left / start, f"{where}; the original does in training only")


def _inference_output(
    layer: Any, inference: Callable[[Any, Any], Any], active: dict[str, None], x: Any, call: Any
) -> Any:
    """What a layer gives when it is inference, and notes whether it was."""
    inactive = inference(layer, x)
    if not np.array_equal(call(x), inactive):
        active[layer.name] = None
    return inactive


def _by_averages(layer: Any, x: Any) -> Any:
    return keras.layers.BatchNormalization.call(layer, x, training=False)
