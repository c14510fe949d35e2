"""The last evaluations of a network that is trained, in memory until no later one may follow."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tf_edureka.runner.record.arrays import as_stored, plain
from tf_edureka.runner.record.plan import Plan
from tf_edureka.trace import Array, short

_COPIED_BYTES = 1 << 16  # bytes of an array that is copied at once
_CHECKED_ROWS = 10  # of a larger one that are looked at again, at most
_MAX_PER_STATE = 8  # evaluations of one state
_STEPS_BETWEEN_READS = 20  # training steps at least between two evaluations whose state is read
Put = Callable[[Array], str]


class ChangedError(Exception):
    """What was fed has been changed since."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the script has changed what it fed to {name}")


class FedArray:
    """An array that was fed: a copy of a small one; a larger one itself, unless it is changed.

    Args:
        name: of what it was fed to.
        array: of the script's.
    """

    def __init__(self, name: str, array: Array) -> None:
        self._name = name
        self._array = array.copy() if array.nbytes <= _COPIED_BYTES else array
        self._some = b"" if array.nbytes <= _COPIED_BYTES else self._rows()

    def _rows(self) -> bytes:
        return self._array[:: -(-len(self._array) // _CHECKED_ROWS)].copy().tobytes()

    def get(self) -> Array:
        """The array as it was fed; raises `ChangedError` if it is another now."""
        if self._some and self._rows() != self._some:
            raise ChangedError(self._name)
        return self._array


@dataclasses.dataclass(eq=False)
class Evaluation:
    """A run that evaluates what is trained.

    Attributes:
        steps: training steps before it.
        scalars: what it gave, by name.
        inputs: what was fed, by name.
        given: what iterators and queues gave.
        random: what random ops gave.
        read: names of the variables that it depends on.
    """

    steps: int
    scalars: Mapping[str, float]
    inputs: Mapping[str, FedArray]
    given: Mapping[str, Array]
    random: Mapping[str, Array]
    read: frozenset[str]

    def content(self, references: Mapping[str, str], put: Put) -> dict[str, Any]:
        """What a trace has of it.

        Args:
            references: of the variables in the state that it was run in, by name.
            put: stores an array and gives its reference.

        Raises:
            ChangedError: when the script has changed what it fed.
        """
        fed = {name: plain(one.get()) for name, one in self.inputs.items()}
        return {
            "steps": self.steps,
            "scalars": self.scalars,
            "inputs": {name: put(one) for name, one in {**fed, **self.given}.items()},
            "random": {name: put(one) for name, one in self.random.items()},
            "before": {name: one for name, one in references.items() if name in self.read},
        }


def evaluation(plan: Plan, fed: Sequence[Any], known: Mapping[int, Any], steps: int) -> Evaluation:
    """What is kept of a run.

    Args:
        plan: of the run.
        fed: what the script fed, in the order of the plan's tensors.
        known: what the run gave, by the identity of the tensor, and what was put in the place of
            others.
        steps: training steps before it.
    """

    def named(tensors: Sequence[Any]) -> dict[str, Array]:
        return {short(one.name): plain(known[id(one)]) for one in tensors if id(one) in known}

    scalars = {short(one.name): known[id(one)] for one in plan.metrics}
    connected = [to for _, to in plan.connections]
    return Evaluation(
        steps=steps,
        scalars={name: float(one) for name, one in scalars.items() if np.ndim(one) == 0},
        inputs={
            name: FedArray(name, as_stored(value, dtype))
            for (name, dtype), value in zip(plan.fed_names, fed, strict=False)
        },
        given=named([*connected, *plan.inputs]),
        random=named(plan.random),
        read=frozenset().union(*plan.metrics.values()),
    )


class Evaluations:
    """The last evaluations in a session.

    Before a training step changes the variables that an evaluation was run with, their values are
    read, but once in 20 steps at most: reading them takes time where a script evaluates after each
    step. So if it ends with training, the trace has its last evaluation or one shortly before.
    """

    def __init__(self) -> None:
        self._current: dict[Plan, Evaluation] = {}
        self._last_read: tuple[list[Evaluation], Mapping[str, Array]] = [], {}

    def add(self, plan: Plan, one: Evaluation) -> None:
        """Takes one in, in place of the one before it of the same plan."""
        self._current.pop(plan, None)
        self._current = dict([*self._current.items(), (plan, one)][-_MAX_PER_STATE:])

    def invalidate(self, names: frozenset[str]) -> None:
        """Takes in that a run has written variables of these names."""
        self._current = {plan: one for plan, one in self._current.items() if not one.read & names}

    def before_step(self, read: Callable[[frozenset[str]], Mapping[str, Array]]) -> None:
        """Takes in that a training step is next.

        Args:
            read: gives the values of variables.
        """
        last = [*self._current.values()]
        self._current = {}
        before = self._last_read[0]
        if last and (not before or last[-1].steps >= before[-1].steps + _STEPS_BETWEEN_READS):
            self._last_read = last, read(frozenset().union(*(one.read for one in last)))

    def last(self, references: Mapping[str, str], put: Put) -> list[dict[str, Any]]:
        """What a trace has of the last ones.

        Args:
            references: of the last values of the variables, by name.
            put: stores an array and gives its reference.

        Raises:
            ChangedError: when the script has changed what it fed.
        """
        found = [*self._current.values()]
        if not found:
            found, values = self._last_read
            references = {name: put(one) for name, one in values.items()}
        return [one.content(references, put) for one in found]
