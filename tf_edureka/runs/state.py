"""A training while it runs, and its state, from which it can be resumed."""

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

# Within an epoch the state is handed out when the last time was so long ago.
SECONDS_BETWEEN = 10.0
_MAX_SHOWN = 500  # characters


@dataclass(frozen=True, eq=False)
class TrainingState:
    """A training where it stands: with it, it goes on as if it had never stopped.

    Attributes:
        variables: all that the training changes, each in its own shape and dtype: weights, the
            optimizer's moments and counters, the states of random layers and metrics, in an order
            that the implementation knows.
        cost: float64, shape (epochs,), of the epochs that are complete, as in `MlpResult`.
        accuracy: float64, shape (epochs,), likewise.
        epoch_seconds: float64, shape (epochs,), likewise.
        step_cost: shape (steps,), as in `MlpResult`: cost of each step of the first epoch; empty
            until it is complete.
        running_cost: shape (steps,), in the same precision: cost of each step of the epoch that is
            not complete.
        running_seconds: float64, shape (): how long that epoch has taken so far.
        training: what is trained, as `identity` gives it: with another it cannot be resumed.

    Raises:
        InputError: when a part is of another type or shape or has numbers that cannot be: a state
            may come from a file.
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
        """Refuses what no training comes to."""
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
            raise InputError("state: expected the arrays that save=... gives, got others")
        seconds = np.append(self.epoch_seconds, self.running_seconds)
        possible = (
            # After a cost that is no number nothing comes.
            np.isfinite(self.cost[:-1]),
            np.isfinite(self.step_cost) | (self.epoch < 2),
            np.abs(self.accuracy - 0.5) <= 0.5,
            np.isfinite(seconds) & (seconds >= 0),
        )
        if not np.concatenate(possible).all():
            raise InputError(
                "state: expected finite costs, accuracies from 0 to 1 and seconds from 0 on, got "
                "others"
            )

    @property
    def epoch(self) -> int:
        """How many epochs are complete."""
        return len(self.cost)

    @property
    def step(self) -> int:
        """How many steps of the next one are done."""
        return len(self.running_cost)


class TrainingProgress:
    """What a training has come to so far; whoever trains writes it here step by step.

    Args:
        start: where an earlier process left off; None to begin.
        save: takes the state at the end of each epoch, and within long ones every
            `SECONDS_BETWEEN`; if it returns True, the training ends. None to save nothing.
        training: what is trained, as `identity` gives it.
        steps: how many an epoch has.

    Raises:
        InputError: when `start` is of another training.
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
                raise InputError(f"start: expected a state as save=... gives it, got {start!r:.60}")
            if found := differences(start.training, training):
                raise InputError(
                    f"start: expected a state of the training that is asked for, got one with "
                    f"{joined(found)}"
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
        """How many epochs are complete."""
        return len(self._epochs)

    @property
    def step(self) -> int:
        """How many steps of the running epoch are done."""
        return len(self._costs)

    @property
    def running_cost(self) -> Floats:
        """Cost of each of them: shape (steps,), in the precision that is computed in."""
        return np.array(self._costs)

    def should_continue(self) -> bool:
        """Whether an epoch is left: of a cost that is no number nothing comes."""
        ended = self._epochs and not math.isfinite(self._epochs[-1][0])
        return self.epoch < self._training["epochs"] and not ended

    def begin_epoch(self) -> None:
        """Starts the epoch's clock, which goes on where an earlier process stopped it."""
        self._began = time.perf_counter()

    def add_steps(self, costs: Iterable[np.floating[Any]]) -> None:
        """Adds steps to the running epoch, by their `costs`."""
        self._costs.extend(costs)

    def complete_epoch(self, cost: float, accuracy: float) -> None:
        """Makes the running epoch a complete one, with its `cost` and its test `accuracy`."""
        if not self._epochs:
            self._step_cost = self.running_cost
            self._step_cost.flags.writeable = False  # each state has it, and the result
        self._epochs.append((cost, accuracy, self._running_seconds()))
        self._costs, self._seconds = [], 0.0

    def save_if_due(self, variables: Callable[[], Sequence[Array]]) -> bool:
        """Hands the state to `save`, if it is time.

        Args:
            variables: gives them as in `TrainingState`; called only if it is time.

        Returns:
            whether to end the training.
        """
        now = time.perf_counter()
        if self._save is None or (self.step and now - self._saved < SECONDS_BETWEEN):
            return False
        stop = asks_to_stop(self._save(self.state(variables())))
        self._saved = time.perf_counter()
        return stop

    def state(self, variables: Sequence[Array]) -> TrainingState:
        """The state, with the training's variables as they are now.

        Args:
            variables: as in `TrainingState`.

        Returns:
            all that the training needs to go on.
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
        """The result, with the weights that the training ended with.

        Args:
            weights: as in `MlpResult`.

        Returns:
            the course of all complete epochs, and the weights.
        """
        columns = self._columns()
        return MlpResult(**columns, step_cost=self._step_cost, weights=tuple(weights))

    def _running_seconds(self) -> float:
        return self._seconds + time.perf_counter() - self._began

    def _columns(self) -> dict[str, npt.NDArray[np.float64]]:
        columns = np.array(self._epochs, np.float64).reshape(-1, 3).T
        return dict(zip(("cost", "accuracy", "epoch_seconds"), columns, strict=True))


def _expect_possible_position(state: TrainingState, epochs: int, steps: int) -> None:
    """Refuses a position to which no training of so many `epochs` of so many `steps` comes."""
    ended = state.epoch == epochs or not np.isfinite(state.cost).all()
    most, of_first = 0 if ended else steps - 1, steps if state.epoch else 0
    known = len(state.step_cost)
    if state.epoch > epochs or state.step > most or known != of_first:
        raise InputError(
            f"start: expected a state within {epochs} epochs of {steps} steps, got one after "
            f"{state.epoch} epochs and {state.step} steps, with {known} of the first"
        )


def identity(implementation: str, config: MlpConfig, data: Mnist) -> dict[str, object]:
    """What decides the numbers of a training, apart from the machine.

    Args:
        implementation: `"legacy"` or `"modern"`.
        config: what is trained.
        data: what it is trained and tested on.

    Returns:
        what JSON can hold: the implementation, each field of `config`, and the SHA-256 of the data.
    """
    fields = {
        "implementation": implementation,
        **asdict(config),
        "data_sha256": data.fingerprint,
    }
    made: dict[str, object] = json.loads(json.dumps(fields))  # as it comes back from a file
    return made


def joined(found: Sequence[str], by: str = "; ") -> str:
    """Texts in a row, cut where they get long: they may come from a file.

    Args:
        found: the texts.
        by: what parts them.

    Returns:
        one text.
    """
    text = by.join(found)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."


def differences(there: Mapping[str, object], here: Mapping[str, object]) -> list[str]:
    """What differs between the conditions `there`, in a state or a checkpoint, and `here`, now.

    Returns:
        for example `["epochs 15 there, 20 here"]`; empty if they are the same.
    """
    found = []
    for name in dict.fromkeys((*there, *here)):
        one, other = there.get(name), here.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            found += [f"{name} {text}" for text in differences(one, other)]
        elif one != other or (name in there) != (name in here):
            was = json.dumps(one) if name in there else "nothing"
            is_now = json.dumps(other) if name in here else "nothing"
            found.append(f"{name} {was} there, {is_now} here")
    return found
