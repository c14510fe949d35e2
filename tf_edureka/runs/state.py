"""The state of a training, from which it can be resumed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_edureka.config import MlpConfig
from tf_edureka.data.mnist import Mnist
from tf_edureka.errors import InputError
from tf_edureka.results import Floats

Array = npt.NDArray[Any]

_MAX_SHOWN = 500  # characters


@dataclass(frozen=True, eq=False)
class TrainingState:
    """The complete state of a training, from which it resumes as if it had not been interrupted.

    If several networks are trained together, costs and accuracies have a last dimension for the
    networks.

    Attributes:
        variables: everything that the training changes, each with its own shape and dtype: weights,
            moments and counters of the optimizer, states of random layers and metrics, in the order
            of the implementation.
        cost: average cost of each complete epoch in nats: float64, shape (epochs,) or (epochs,
            networks).
        accuracy: test accuracy after each complete epoch, in [0, 1]: float64, in the shape of
            `cost`.
        epoch_seconds: wall time of each complete epoch in seconds: float64, shape (epochs,).
        step_cost: cost of each step of the first epoch, empty until it is complete: shape (steps,)
            or (steps, networks), in the dtype of the computation.
        running_cost: cost of each step of the unfinished epoch: shape (steps,) or (steps,
            networks), in the dtype of the computation.
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
        by_network = (self.cost, self.accuracy, self.step_cost, self.running_cost)
        numbers = (*by_network, self.epoch_seconds, self.running_seconds)
        fits = (
            isinstance(self.variables, tuple)
            and all(isinstance(value, np.ndarray | np.generic) for value in self.variables)
            and all(isinstance(array, np.ndarray) for array in numbers)
            and all(array.dtype in (np.float32, np.float64) for array in numbers)
            and (self.epoch_seconds.ndim, self.running_seconds.ndim) == (1, 0)
            and self.cost.ndim in (1, 2)
            and all(array.ndim and array.shape[1:] == self.networks for array in by_network)
            and len(self.cost) == len(self.accuracy) == len(self.epoch_seconds)
            and isinstance(self.training, Mapping)
        )
        if not fits:
            raise InputError("state: expected the arrays of a state passed to save=..., got others")
        seconds = np.append(self.epoch_seconds, self.running_seconds)
        possible = (
            # A training ends after an epoch in which no network's cost is finite.
            any_finite(self.cost[:-1]),
            any_finite(self.step_cost) | (self.epoch < 2),
            np.abs(self.accuracy - 0.5) <= 0.5,
            np.isfinite(seconds) & (seconds >= 0),
        )
        if not all(map(np.all, possible)):
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

    @property
    def networks(self) -> tuple[int, ...]:
        """Number of networks that are trained together, as a tuple; empty for a single network."""
        return self.cost.shape[1:]


def any_finite(costs: Floats) -> npt.NDArray[np.bool_]:
    """Finds the rows of `costs` in which the cost of at least one network is finite.

    Args:
        costs: costs of epochs or steps: float, shape (n,) or (n, networks).

    Returns:
        bool, shape (n,).
    """
    return np.asarray(np.isfinite(costs).any(axis=tuple(range(1, costs.ndim))))


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
