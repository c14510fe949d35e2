"""What a training gives: numbers only, whichever implementation trained.

Two results are equal if they are the same object: of arrays there is no one answer.
"""

import math
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

# Float32 or float64, whichever was computed in.
Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class MlpResult:
    """The course of a training and the trained network, in NumPy.

    Attributes:
        cost: float64, shape (epochs,): softmax cross-entropy in nats, averaged over the epoch's
            batches while they train. Never with label smoothing, so it compares across recipes.
            The article's `cost_history`.
        accuracy: float64, shape (epochs,): share of the test images that are classified rightly
            after each epoch, in [0, 1]. The article's `accuracy_history`.
        step_cost: shape (steps,): the cost of each batch of the first epoch, in the precision that
            was computed in.
        epoch_seconds: float64, shape (epochs,): wall time of each epoch with its test pass. The
            first one includes compiling.
        weights: arrays of that precision: kernel and bias of each layer, from the input on, as they
            were when the training ended. A kernel has shape (inputs, units), a bias (units,).
    """

    cost: npt.NDArray[np.float64]
    accuracy: npt.NDArray[np.float64]
    _: KW_ONLY
    step_cost: Floats
    epoch_seconds: npt.NDArray[np.float64]
    weights: tuple[Floats, ...]

    @property
    def seconds_per_epoch(self) -> float:
        """Median wall time of the epochs after the first, or of the first if it is the only one."""
        later = self.epoch_seconds[1:]
        return float(np.median(later if len(later) else self.epoch_seconds))

    @property
    def compile_seconds(self) -> float | None:
        """How much longer the first epoch took than the median of the others; None without others.

        Where the epoch is compiled, that is what tracing and compiling took.
        """
        if len(self.epoch_seconds) < 2:
            return None
        return max(0.0, float(self.epoch_seconds[0]) - self.seconds_per_epoch)

    @property
    def is_finite(self) -> bool:
        """Whether all costs are finite numbers."""
        return bool(np.isfinite(self.cost).all())

    def to_json(self) -> dict[str, list[float | None]]:
        """The course as lists of plain numbers; what is not finite, which JSON lacks, as None."""
        return _as_json(self, ("cost", "accuracy", "step_cost", "epoch_seconds"))


@dataclass(frozen=True, eq=False)
class PerceptronResult:
    """The course of a training and the trained perceptron, in NumPy.

    Attributes:
        loss: float32, shape (epochs,): summed squared error after each epoch.
        weights: float32, shape (epochs + 1, 3): those of both inputs and of the bias, as they were
            drawn and after each epoch.
        outputs: float32, shape (4,): what the trained perceptron gives for each row of the gate.
    """

    loss: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    _: KW_ONLY
    outputs: npt.NDArray[np.float32]

    @property
    def initial_weights(self) -> npt.NDArray[np.float32]:
        """Float32, shape (3,): as they were drawn."""
        return self.weights[0]

    @property
    def final_weights(self) -> npt.NDArray[np.float32]:
        """Float32, shape (3,): as they were when the training ended."""
        return self.weights[-1]

    def to_json(self) -> dict[str, list[float | None]]:
        """All of it as lists of plain numbers; what is not finite, which JSON lacks, as None."""
        return _as_json(self, ("loss", "initial_weights", "final_weights", "outputs"))


@dataclass(frozen=True, eq=False)
class SweepResult:
    """What training from many seeds gives, a row for each seed.

    Attributes:
        loss: float32, shape (n,): summed squared error after the last epoch.
        least_loss: float32, shape (n,): the least one of all epochs.
        initial_weights: float32, shape (n, weights), as they were drawn.
        final_weights: float32, shape (n, weights), as they were when the training ended.
        outputs: float32, shape (n, 4): what each trained network gives for each row of the gate.
    """

    loss: npt.NDArray[np.float32]
    least_loss: npt.NDArray[np.float32]
    _: KW_ONLY
    initial_weights: npt.NDArray[np.float32]
    final_weights: npt.NDArray[np.float32]
    outputs: npt.NDArray[np.float32]

    @classmethod
    def from_results(cls, results: Sequence[PerceptronResult]) -> "SweepResult":
        """What the `results` of perceptrons that were trained one by one come to together."""
        return cls(
            loss=np.array([result.loss[-1] for result in results]),
            least_loss=np.array([np.fmin.reduce(result.loss) for result in results]),
            initial_weights=np.array([result.initial_weights for result in results]),
            final_weights=np.array([result.final_weights for result in results]),
            outputs=np.array([result.outputs for result in results]),
        )

    def to_json(self) -> dict[str, list[float | None]]:
        """The losses as a list of plain numbers; what is not finite, which JSON lacks, as None."""
        return _as_json(self, ("loss",))


def asks_to_stop(answer: object) -> bool:
    """Whether the `answer` of a callback ends the training: True does, NumPy's too, nothing else.

    So a callback may be any function, whatever it returns for other reasons.
    """
    return isinstance(answer, bool | np.bool_) and bool(answer)


def _as_json(result: object, names: tuple[str, ...]) -> dict[str, list[float | None]]:
    return {
        name: [x if math.isfinite(x) else None for x in getattr(result, name).tolist()]
        for name in names
    }
