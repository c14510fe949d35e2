"""Finds layers that behave in inference as they should in training only."""

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
    """Yields the causes: dropout or noise, and batch statistics, that stay on in inference.

    Args:
        port: the port with its model.
        difference: returns the relative difference of the model's output in inference from the
            original's.
    """
    start = difference()
    layers = [*port.model._flatten_layers(include_self=False)]
    normalization = keras.layers.BatchNormalization
    for cause, kinds, inference, does in (
        ("dropout", _NOISE, lambda layer, x: x, "applies dropout or noise"),
        ("bn_momentum", normalization, _by_averages, "normalizes by the batch statistics"),
    ):
        active: dict[str, None] = {}
        with contextlib.ExitStack() as stack:
            for layer in layers:
                if isinstance(layer, kinds):
                    stack.enter_context(
                        call_replaced(layer, partial(_inference_output, layer, inference, active))
                    )
            left = difference()
        if active and left < start / 2:  # by chance, the difference may be a little smaller
            says = f"the port {does} in inference, too (in {', '.join(active)})"
            yield Cause(cause, 1 - left / start, f"{says}; the original does so in training only")


def _inference_output(
    layer: Any, inference: Callable[[Any, Any], Any], active: dict[str, None], x: Any, call: Any
) -> Any:
    """Returns a layer's inference output, and adds the layer to `active` if its own differs."""
    inactive = inference(layer, x)
    if not np.array_equal(call(x), inactive):
        active[layer.name] = None
    return inactive


def _by_averages(layer: Any, x: Any) -> Any:
    return keras.layers.BatchNormalization.call(layer, x, training=False)
