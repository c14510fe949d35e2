"""Shims of Keras in TensorFlow 1.15.5."""

from typing import Any

import numpy as np

from tf_edureka.runner.shims.registered import shim


@shim("keras.callbacks")
def _callbacks(module: Any) -> None:
    original = module.BaseLogger.on_batch_end

    def on_batch_end(self: Any, batch: Any, logs: Any = None) -> None:
        """NumPy 1 made double numbers of what was multiplied by Python's."""
        doubles = {
            name: value if name in self.stateful_metrics else np.float64(value)
            for name, value in (logs or {}).items()
        }
        original(self, batch, doubles)

    module.BaseLogger.on_batch_end = on_batch_end


@shim("keras.engine.training_utils")
def _training_utils(module: Any) -> None:
    original = module.MetricsAggregator.aggregate

    def aggregate(
        self: Any, batch_outs: Any, batch_start: Any = None, batch_end: Any = None
    ) -> None:
        """NumPy 1 made double numbers of losses that were added to Python's."""
        original(self, [np.float64(batch_outs[0]), *batch_outs[1:]], batch_start, batch_end)

    module.MetricsAggregator.aggregate = aggregate
