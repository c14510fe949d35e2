"""What a model does when it is used that belongs to training alone."""

import contextlib
from collections.abc import Callable, Iterator

from tf_edureka._keras import keras
from tf_edureka.parity.cause import Cause
from tf_edureka.parity.model.alteration import called
from tf_edureka.parity.model.keras_port import KerasPort

_KINDS = (
    (
        "dropout",
        "drops units when it is used, too",
        (
            *(keras.layers.Dropout, keras.layers.GaussianDropout, keras.layers.GaussianNoise),
            keras.layers.AlphaDropout,
        ),
    ),
    (
        "bn_momentum",
        "normalizes by the batch when it is used, too; the original by the moving averages",
        (keras.layers.BatchNormalization,),
    ),
)


def causes(port: KerasPort, apart: Callable[[], float]) -> Iterator[Cause]:
    """The layers that do in inference what they do in training.

    Args:
        port: with its model.
        apart: how far the model's output in inference is from the original's.
    """
    start = apart()
    for cause, says, kinds in _KINDS:
        layers = [
            one for one in port.model._flatten_layers(include_self=False) if isinstance(one, kinds)
        ]
        with contextlib.ExitStack() as stack:
            for layer in layers:
                stack.enter_context(called(layer, lambda x, call: call(x, training=False)))
            left = apart() if layers else start
        if left < start / 2:
            yield Cause(cause, 1 - left / start, f"{layers[0].name} {says}")
