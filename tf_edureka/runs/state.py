"""The progress of a training, and its state, from which it can be resumed."""

import json
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_edureka.config import MlpConfig
from tf_edureka.data.mnist import Mnist
from tf_edureka.errors import InputError
from tf_edureka.results import Floats, MlpResult, asks_to_stop

Array = npt.NDArray[Any]

# Within an epoch the state is saved if the last save is at least this long ago.
SECONDS_BETWEEN = 10.0
_MAX_SHOWN = 500  # characters


@dataclass(frozen=True, eq=False)
class TrainingState:
    """The complete state of a training, from which it resumes as if it had not been interrupted.

    Attributes:
        variables: everything that the training changes, each with its own shape and dtype: weights,
            moments and counters of the optimizer, states of random layers and metrics, in the order
            of the implementation.
        cost: average cost of each complete epoch in nats: float64, shape (epochs,).
        accuracy: test accuracy after each complete epoch, in [0, 1]: float64, shape (epochs,).
        epoch_seconds: wall time of each complete epoch in seconds: float64, shape (epochs,).
        step_cost: cost of each step of the first epoch, empty until it is complete: shape (steps,),
            in the dtype of the computation.
        running_cost: cost of each step of the unfinished epoch: shape (steps,), in the dtype of the
            computation.
        running_seconds: wall time of the unfinished epoch so far in seconds: float64, a scalar.
        training: description of the training, from `identity`; only the same training can resume.

    Raises:
        InputError: if a part has another type or shape, or impossible numbers; a state may come
            from an untrusted file.
    """

    variables: tuple[Array, ...]
    cost: npt.NDArray[np.float64]
    _: KW_ONLY
    accuracy: npt.NDArray[np.float64]
    epoch_seconds: npt.NDArray[np.float64]
    step_cost: Floats
    running_cost: Floats
    running_seconds: npt.NDArray[np.float64]
    training: Mapping[str, object]

    def __post_init__(self) -> None:
        """Validates types, shapes and ranges."""
        columns = (self.cost, self.accuracy, self.epoch_seconds)
        numbers = (*columns, self.step_cost, self.running_cost, self.running_seconds)
        fits = (
            isinstance(self.variables, tuple)
            and all(isinstance(value, np.ndarray | np.generic) for value in self.variables)
            and all(isinstance(array, np.ndarray) for array in numbers)
            and all(array.dtype in (np.float32, np.float64) for array in numbers)
            and [array.ndim for array in numbers] == [1, 1, 1, 1, 1, 0]
            and len({*map(len, columns)}) == 1
            and isinstance(self.training, Mapping)
        )
        if not fits:
            raise InputError("state: expected the arrays of a state passed to save=..., got others")
        seconds = np.append(self.epoch_seconds, self.running_seconds)
        possible = (
            # A training ends after a cost that is not finite.
            np.isfinite(self.cost[:-1]),
            np.isfinite(self.step_cost) | (self.epoch < 2),
            np.abs(self.accuracy - 0.5) <= 0.5,
            np.isfinite(seconds) & (seconds >= 0),
        )
        if not np.concatenate(possible).all():
            raise InputError(
                "state: expected finite costs, accuracies from 0 to 1 and seconds of at least 0, "
                "got others"
            )

    @property
    def epoch(self) -> int:
        """Number of complete epochs."""
        return len(self.cost)

    @property
    def step(self) -> int:
        """Number of completed steps of the unfinished epoch."""
        return len(self.running_cost)


class TrainingProgress:
    """Collects the costs, accuracies and times of a training, and saves its state.

    Args:
        start: state to resume from; None to start from the beginning.
        save: callback that receives the state after each epoch, and every `SECONDS_BETWEEN` seconds
            within one; the training ends if it returns True. None to save nothing.
        training: description of the training, from `identity`.
        steps: number of steps per epoch.

    Raises:
        InputError: if `start` is a state of another training.
    """

    def __init__(
        self,
        start: TrainingState | None = None,
        save: Callable[[TrainingState], object] | None = None,
        *,
        training: Mapping[str, Any],
        steps: int,
    ) -> None:
        self._save, self._saved = save, time.perf_counter()
        self._training = training
        self._epochs: list[tuple[float, float, float]] = []
        self._costs: list[np.floating[Any]] = []
        self._seconds = 0.0
        self._step_cost: Floats = np.zeros(0, np.float32)
        if start is not None:
            if not isinstance(start, TrainingState):
                raise InputError(f"start: expected a state passed to save=..., got {start!r:.60}")
            if found := differences(start.training, training):
                raise InputError(
                    f"start: expected a state of the same training, got one with {joined(found)}"
                )
            _expect_possible_position(start, training["epochs"], steps)
            columns = (start.cost, start.accuracy, start.epoch_seconds)
            self._epochs = list(zip(*(column.tolist() for column in columns), strict=True))
            self._costs = list(start.running_cost)
            self._seconds = float(start.running_seconds)
            self._step_cost = start.step_cost
        self._began = time.perf_counter()

    @property
    def epoch(self) -> int:
        """Number of complete epochs."""
        return len(self._epochs)

    @property
    def step(self) -> int:
        """Number of completed steps of the unfinished epoch."""
        return len(self._costs)

    @property
    def running_cost(self) -> Floats:
        """Cost of each step of the unfinished epoch: shape (steps,), dtype of the computation."""
        return np.array(self._costs)

    def should_continue(self) -> bool:
        """True while epochs are left and the last cost is finite."""
        ended = self._epochs and not math.isfinite(self._epochs[-1][0])
        return self.epoch < self._training["epochs"] and not ended

    def begin_epoch(self) -> None:
        """Starts the epoch's clock; time that an earlier process spent on the epoch is added."""
        self._began = time.perf_counter()

    def add_steps(self, costs: Iterable[np.floating[Any]]) -> None:
        """Adds steps with these `costs` to the current epoch."""
        self._costs.extend(costs)

    def complete_epoch(self, cost: float, accuracy: float) -> None:
        """Completes the current epoch with its average `cost` and its test `accuracy`."""
        if not self._epochs:
            self._step_cost = self.running_cost
            self._step_cost.flags.writeable = False  # shared by all states and the result
        self._epochs.append((cost, accuracy, self._running_seconds()))
        self._costs, self._seconds = [], 0.0

    def save_if_due(self, variables: Callable[[], Sequence[Array]]) -> bool:
        """Passes the state to `save` after an epoch, or if the last save is long enough ago.

        Args:
            variables: function that returns the variables of `TrainingState`, each with its own
                shape and dtype; called only then.

        Returns:
            True if `save` asks to end the training.
        """
        now = time.perf_counter()
        if self._save is None or (self.step and now - self._saved < SECONDS_BETWEEN):
            return False
        stop = asks_to_stop(self._save(self.state(variables())))
        self._saved = time.perf_counter()
        return stop

    def state(self, variables: Sequence[Array]) -> TrainingState:
        """Returns the current state.

        Args:
            variables: current values of the variables of `TrainingState`, each with its own shape
                and dtype.

        Returns:
            the state, from which the training can resume.
        """
        return TrainingState(
            tuple(variables),
            **self._columns(),
            step_cost=self._step_cost,
            running_cost=self.running_cost,
            running_seconds=np.array(self._running_seconds() if self.step else 0.0),
            training=dict(self._training),
        )

    def result(self, weights: Sequence[Floats]) -> MlpResult:
        """Returns the result.

        Args:
            weights: final kernel and bias of each layer: shapes (inputs, units) and (units,),
                float32 or float64.

        Returns:
            the training curves of all complete epochs, and the weights.
        """
        columns = self._columns()
        return MlpResult(**columns, step_cost=self._step_cost, weights=tuple(weights))

    def _running_seconds(self) -> float:
        return self._seconds + time.perf_counter() - self._began

    def _columns(self) -> dict[str, npt.NDArray[np.float64]]:
        columns = np.array(self._epochs, np.float64).reshape(-1, 3).T
        return dict(zip(("cost", "accuracy", "epoch_seconds"), columns, strict=True))


def _expect_possible_position(state: TrainingState, epochs: int, steps: int) -> None:
    """Rejects a position that no training with these `epochs` of `steps` steps reaches."""
    ended = state.epoch == epochs or not np.isfinite(state.cost).all()
    most, first_epoch = 0 if ended else steps - 1, steps if state.epoch else 0
    known = len(state.step_cost)
    if state.epoch > epochs or state.step > most or known != first_epoch:
        raise InputError(
            f"start: expected a state within {epochs} epochs of {steps} steps, got one after "
            f"{state.epoch} epochs and {state.step} steps, with {known} step costs of the first "
            "epoch"
        )


def identity(implementation: str, config: MlpConfig, data: Mnist) -> dict[str, object]:
    """Returns everything that determines the results of a training, except the machine.

    Args:
        implementation: `"legacy"` or `"modern"`.
        config: configuration of the training.
        data: training and test data.

    Returns:
        the implementation, each field of `config`, and the SHA-256 of the data, as JSON types.
    """
    fields = {
        "implementation": implementation,
        **asdict(config),
        "data_sha256": data.fingerprint,
    }
    made: dict[str, object] = json.loads(json.dumps(fields))  # as it is read back from a file
    return made


def joined(found: Sequence[str], by: str = "; ") -> str:
    """Joins texts and truncates the result, since they may come from an untrusted file.

    Args:
        found: texts to join.
        by: separator.

    Returns:
        one text of limited length.
    """
    text = by.join(found)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."


def differences(there: Mapping[str, object], here: Mapping[str, object]) -> list[str]:
    """Lists the differences between the conditions `there`, of a file or worker, and `here`.

    Returns:
        for example `["epochs 15 (here 20)"]`; empty if they are equal.
    """
    found = []
    for name in dict.fromkeys((*there, *here)):
        one, other = there.get(name), here.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            found += [f"{name} {text}" for text in differences(one, other)]
        elif one != other or (name in there) != (name in here):
            theirs = json.dumps(one) if name in there else "missing"
            ours = json.dumps(other) if name in here else "missing"
            found.append(f"{name} {theirs} (here {ours})")
    return found
