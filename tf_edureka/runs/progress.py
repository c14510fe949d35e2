"""The progress of a training: its costs, accuracies and times, and when its state is saved."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_edureka.errors import InputError
from tf_edureka.results import Floats, MlpResult, asks_to_stop
from tf_edureka.runs.state import Array, TrainingState, any_finite, differences, joined

# Within an epoch the state is saved if the last save is at least this long ago.
SECONDS_BETWEEN = 10.0
Numbers = float | npt.NDArray[np.float64]  # of one network, or of several: shape (networks,)


class TrainingProgress:
    """Collects the costs, accuracies and times of a training, and saves its state.

    Args:
        start: state to resume from; None to start from the beginning.
        save: callback that receives the state after each epoch, and every `SECONDS_BETWEEN` seconds
            within one; the training ends if it returns True. None to save nothing.
        training: description of the training, from `identity`.
        steps: number of steps per epoch.
        networks: number of networks that are trained together, as a tuple; empty for a single
            network. Costs and accuracies then have this shape.

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
        networks: tuple[int, ...] = (),
    ) -> None:
        self._save, self._saved = save, time.perf_counter()
        self._training, self._networks = training, networks
        self._epochs: list[tuple[Numbers, Numbers, float]] = []
        self._costs: list[np.floating[Any] | Floats] = []
        self._seconds = 0.0
        self._step_cost: Floats = np.zeros((0, *networks), np.float32)
        if start is not None:
            if not isinstance(start, TrainingState):
                raise InputError(f"start: expected a state passed to save=..., got {start!r:.60}")
            if found := differences(start.training, training):
                raise InputError(
                    f"start: expected a state of the same training, got one with {joined(found)}"
                )
            _expect_possible_position(start, training["epochs"], steps, networks)
            columns = (start.cost, start.accuracy, start.epoch_seconds)
            self._epochs = list(zip(*columns, strict=True))
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
        """Cost of each step of the unfinished epoch: float, shape (steps,) or (steps, networks)."""
        return np.array(self._costs).reshape(-1, *self._networks)

    def should_continue(self) -> bool:
        """True while epochs are left and the last cost is finite, that of any network."""
        ended = self._epochs and not np.isfinite(self._epochs[-1][0]).any()
        return self.epoch < self._training["epochs"] and not ended

    def begin_epoch(self) -> None:
        """Starts the epoch's clock; time that an earlier process spent on the epoch is added."""
        self._began = time.perf_counter()

    def add_steps(self, costs: Iterable[np.floating[Any] | Floats]) -> None:
        """Adds steps to the current epoch.

        Args:
            costs: cost of each step, in the dtype of the computation: a scalar, or shape
                (networks,).
        """
        self._costs.extend(costs)

    def complete_epoch(self, cost: Numbers, accuracy: Numbers) -> None:
        """Completes the current epoch.

        Args:
            cost: average cost of the epoch in nats, of several networks with shape (networks,).
            accuracy: test accuracy in [0, 1], in the shape of `cost`.
        """
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
        cost, accuracy, seconds = zip(*self._epochs, strict=True) if self._epochs else ((), (), ())
        shape = (-1, *self._networks)
        return {
            "cost": np.array(cost, np.float64).reshape(shape),
            "accuracy": np.array(accuracy, np.float64).reshape(shape),
            "epoch_seconds": np.array(seconds, np.float64),
        }


def _expect_possible_position(
    state: TrainingState, epochs: int, steps: int, networks: tuple[int, ...]
) -> None:
    """Rejects a position that no training with these `epochs` of `steps` steps reaches."""
    if state.networks != networks:
        raise InputError(
            f"start: expected costs of each epoch in the shape {networks}, got {state.networks}"
        )
    ended = state.epoch == epochs or not any_finite(state.cost).all()
    most, first_epoch = 0 if ended else steps - 1, steps if state.epoch else 0
    known = len(state.step_cost)
    if state.epoch > epochs or state.step > most or known != first_epoch:
        raise InputError(
            f"start: expected a state within {epochs} epochs of {steps} steps, got one after "
            f"{state.epoch} epochs and {state.step} steps, with {known} step costs of the first "
            "epoch"
        )
