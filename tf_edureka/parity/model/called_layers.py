"""Collects the output of each layer while a model is called."""

import contextlib
from collections.abc import Iterator
from typing import Any
from unittest import mock

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.trace import Array


@contextlib.contextmanager
def called_layers() -> Iterator[list[tuple[keras.layers.Layer, Array]]]:
    """Collects the layers that are called inside the block, with their outputs.

    Yields:
        a list of pairs of layer and output (any dtype and shape) in the order of the calls;
        complete at the end of the block.
    """
    seen: list[tuple[keras.layers.Layer, Array]] = []
    original = keras.layers.Layer.__call__

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        output = original(layer, *args, **kwargs)
        if tf.is_tensor(output) and hasattr(output, "numpy"):
            seen.append((layer, output.numpy()))
        return output

    with mock.patch.object(keras.layers.Layer, "__call__", call):
        yield seen
