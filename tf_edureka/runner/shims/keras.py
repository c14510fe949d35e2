"""Shims of Keras in TensorFlow 1.15.5."""

from typing import Any

import numpy as np

from tf_edureka.runner.shims.registered import shim
from tf_edureka.runner.wrapped import wrap


@shim("keras.callbacks")
def _callbacks(module: Any) -> None:
    def on_batch_end(original: Any, self: Any, batch: Any, logs: Any = None) -> None:
        """Multiplies in float64: NumPy 1 computed float32 times a Python number in float64."""
        doubles = {
            name: value if name in self.stateful_metrics else np.float64(value)
            for name, value in (logs or {}).items()
        }
        original(self, batch, doubles)

    wrap(module.BaseLogger, "on_batch_end", on_batch_end)


@shim("keras.engine.training_utils")
def _training_utils(module: Any) -> None:
    def aggregate(
        original: Any, self: Any, batch_outs: Any, batch_start: Any = None, batch_end: Any = None
    ) -> None:
        """Adds in float64: NumPy 1 computed float32 plus a Python number in float64."""
        original(self, [np.float64(batch_outs[0]), *batch_outs[1:]], batch_start, batch_end)

    wrap(module.MetricsAggregator, "aggregate", aggregate)
