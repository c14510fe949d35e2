"""What a model does when it is used that belongs to training alone."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from tf_edureka._keras import keras
from tf_edureka.parity.cause import Cause
from tf_edureka.parity.model.alteration import called
from tf_edureka.parity.model.keras_port import KerasPort

_NOISE = (
    *(keras.layers.Dropout, keras.layers.AlphaDropout),
    *(keras.layers.GaussianDropout, keras.layers.GaussianNoise),
)


def causes(port: KerasPort, apart: Callable[[], float]) -> Iterator[Cause]:
    """The layers that do in inference what they do in training.

    Args:
        port: with its model.
        apart: how far the model's output in inference is from the original's.
    """
    start = apart()
    layers = [*port.model._flatten_layers(include_self=False)]
    normalization = keras.layers.BatchNormalization
    for cause, kinds, off, says in (
        ("dropout", _NOISE, lambda layer, x, call: x, "drops units"),
        ("bn_momentum", normalization, _by_averages, "normalizes by the batch"),
    ):
        several = [one for one in layers if isinstance(one, kinds)]
        with contextlib.ExitStack() as stack:
            for layer in several:
                stack.enter_context(called(layer, partial(off, layer)))
            left = apart()
        if left < start / 2:
            where = f"{several[0].name} {says} when the model is used, too"
            yield Cause(cause, 1 - left / start, f"{where}; the original does in training only")


def _by_averages(layer: Any, x: Any, call: Any) -> Any:
    return keras.layers.BatchNormalization.call(layer, x, training=False)
