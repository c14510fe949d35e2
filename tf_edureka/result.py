"""What training the network for MNIST gives: numbers only, whichever implementation trained."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class MlpResult:
    """The course of a training and the trained network, in NumPy.

    Attributes:
        cost: float64, shape (epochs,): softmax cross-entropy in nats, averaged over the epoch's
            batches while they train. Never with label smoothing, so it compares across recipes.
            The article's `cost_history`.
        accuracy: float64, shape (epochs,): share of the test images that are classified rightly
            after each epoch, in [0, 1]. The article's `accuracy_history`.
        step_cost: float32, shape (steps,): the cost of each batch of the first epoch.
        epoch_seconds: float64, shape (epochs,): wall time of each epoch with its test pass. The
            first one includes compiling.
        weights: float32 arrays: kernel and bias of each layer, from the input on, as they were when
            the training ended. A kernel has shape (inputs, units), a bias (units,).
    """

    cost: np.ndarray
    accuracy: np.ndarray
    step_cost: np.ndarray
    epoch_seconds: np.ndarray
    weights: tuple[np.ndarray, ...]

    @property
    def compile_seconds(self) -> float | None:
        """How much longer the first epoch took than the median of the others; None without others.

        Where the epoch is compiled, that is what tracing and compiling took.
        """
        if len(self.epoch_seconds) < 2:
            return None
        return max(0.0, float(self.epoch_seconds[0] - np.median(self.epoch_seconds[1:])))

    def to_json(self) -> dict[str, list[float | None]]:
        """The course as lists of plain numbers; what is not finite, which JSON lacks, as None."""
        names = ("cost", "accuracy", "step_cost", "epoch_seconds")
        return {
            name: [x if math.isfinite(x) else None for x in getattr(self, name).tolist()]
            for name in names
        }


def epoch_line(epoch: int, cost: float, accuracy: float) -> str:
    """The line that the article prints after an epoch.

    Args:
        epoch: counted from 0.
        cost: the epoch's average cost.
        accuracy: on the test images, in [0, 1].

    Returns:
        for example `Epoch: 0001 - cost= 160.065079828 - Accuracy= 0.8588`.
    """
    return f"Epoch: {epoch + 1:04d} - cost= {cost:.9f} - Accuracy= {accuracy}"
