"""Results of a training as NumPy arrays, the same for both implementations.

Results are compared by identity, since comparing arrays gives one answer per element.
"""

import math
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

# Float32 or float64, the dtype of the computation.
Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class MlpResult:
    """Training curves and trained weights of the network for MNIST.

    Attributes:
        cost: softmax cross-entropy in nats, averaged over the batches of each epoch as they are
            trained on; the article's `cost_history`. Without label smoothing, so that recipes can
            be compared. Float64, shape (epochs,).
        accuracy: fraction of the test images classified correctly after each epoch, in [0, 1]; the
            article's `accuracy_history`. Float64, shape (epochs,).
        step_cost: cost of each batch of the first epoch: shape (steps,), in the dtype of the
            computation.
        epoch_seconds: wall time of each epoch with its test pass in seconds; the first one includes
            compiling. Float64, shape (epochs,).
        weights: kernel and bias of each layer in turn, from the input on, at the end of the
            training: shapes (inputs, units) and (units,), in the dtype of the computation.
    """

    cost: npt.NDArray[np.float64]
    accuracy: npt.NDArray[np.float64]
    _: KW_ONLY
    step_cost: Floats
    epoch_seconds: npt.NDArray[np.float64]
    weights: tuple[Floats, ...]

    @property
    def seconds_per_epoch(self) -> float:
        """Median wall time of the epochs after the first; of the first if it is the only one."""
        later = self.epoch_seconds[1:]
        return float(np.median(later if len(later) else self.epoch_seconds))

    @property
    def compile_seconds(self) -> float | None:
        """Time of the first epoch minus the median of the others; None if there are no others.

        If the epoch is compiled, this is the time for tracing and compiling.
        """
        if len(self.epoch_seconds) < 2:
            return None
        return max(0.0, float(self.epoch_seconds[0]) - self.seconds_per_epoch)

    @property
    def is_finite(self) -> bool:
        """True if all costs are finite."""
        return bool(np.isfinite(self.cost).all())

    def to_json(self) -> dict[str, list[float | None]]:
        """Returns the training curves as lists for JSON, with None for NaN and inf."""
        return _as_json(self, ("cost", "accuracy", "step_cost", "epoch_seconds"))


@dataclass(frozen=True, eq=False)
class PerceptronResult:
    """Training curve and weights of a perceptron.

    Attributes:
        loss: summed squared error after each epoch: float32, shape (epochs,).
        weights: weights of the two inputs and of the bias, before training and after each epoch:
            float32, shape (epochs + 1, 3).
        outputs: output of the trained perceptron for each row of the gate: float32, shape (4,).
    """

    loss: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    _: KW_ONLY
    outputs: npt.NDArray[np.float32]

    @property
    def initial_weights(self) -> npt.NDArray[np.float32]:
        """Weights before training: float32, shape (3,)."""
        return self.weights[0]

    @property
    def final_weights(self) -> npt.NDArray[np.float32]:
        """Weights after training: float32, shape (3,)."""
        return self.weights[-1]

    def to_json(self) -> dict[str, list[float | None]]:
        """Returns losses, weights and outputs as lists for JSON, with None for NaN and inf."""
        return _as_json(self, ("loss", "initial_weights", "final_weights", "outputs"))


@dataclass(frozen=True, eq=False)
class SweepResult:
    """Results of training with many seeds, one row per seed.

    Attributes:
        loss: summed squared error after the last epoch: float32, shape (n,).
        least_loss: smallest loss of all epochs: float32, shape (n,).
        initial_weights: weights before training: float32, shape (n, weights).
        final_weights: weights after training: float32, shape (n, weights).
        outputs: output of each trained network for each row of the gate: float32, shape (n, 4).
    """

    loss: npt.NDArray[np.float32]
    least_loss: npt.NDArray[np.float32]
    _: KW_ONLY
    initial_weights: npt.NDArray[np.float32]
    final_weights: npt.NDArray[np.float32]
    outputs: npt.NDArray[np.float32]

    @classmethod
    def from_results(cls, results: Sequence[PerceptronResult]) -> "SweepResult":
        """Combines the `results` of perceptrons that were trained one by one."""
        return cls(
            loss=np.array([result.loss[-1] for result in results]),
            least_loss=np.array([np.fmin.reduce(result.loss) for result in results]),
            initial_weights=np.array([result.initial_weights for result in results]),
            final_weights=np.array([result.final_weights for result in results]),
            outputs=np.array([result.outputs for result in results]),
        )

    def to_json(self) -> dict[str, list[float | None]]:
        """Returns the final losses as a list, with None for NaN and inf."""
        return _as_json(self, ("loss",))


def asks_to_stop(answer: object) -> bool:
    """True if the `answer` of a callback is True or NumPy's True, which ends the training.

    Any other value is ignored, so that any function can serve as a callback.
    """
    return isinstance(answer, bool | np.bool_) and bool(answer)


def _as_json(result: object, names: tuple[str, ...]) -> dict[str, list[float | None]]:
    return {
        name: [x if math.isfinite(x) else None for x in getattr(result, name).tolist()]
        for name in names
    }
