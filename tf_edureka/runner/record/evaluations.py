"""Keeps the last evaluations of a trained network in memory until the session ends."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tf_edureka.runner.record.arrays import as_stored, plain
from tf_edureka.runner.record.plan import Plan
from tf_edureka.trace import Array, short

_COPIED_BYTES = 1 << 16  # arrays up to this many bytes are copied
_CHECKED_ROWS = 10  # rows of a larger array that are compared later, at most
_MAX_PER_STATE = 8  # evaluations kept per state of the variables
_STEPS_BETWEEN_READS = 20  # fewest training steps between two reads of the variables
Put = Callable[[Array], str]


class ChangedError(Exception):
    """The script has modified a fed array since."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the script has modified the array that it fed to {name}")


class FedArray:
    """A fed array: a copy of a small array, a reference to a large one.

    Args:
        name: name of the tensor it was fed to.
        array: the script's array.
    """

    def __init__(self, name: str, array: Array) -> None:
        self._name = name
        self._array = array.copy() if array.nbytes <= _COPIED_BYTES else array
        self._some = b"" if array.nbytes <= _COPIED_BYTES else self._rows()

    def _rows(self) -> bytes:
        return self._array[:: -(-len(self._array) // _CHECKED_ROWS)].copy().tobytes()

    def get(self) -> Array:
        """Returns the array; raises `ChangedError` if the script has modified it since."""
        if self._some and self._rows() != self._some:
            raise ChangedError(self._name)
        return self._array


@dataclasses.dataclass(eq=False)
class Evaluation:
    """A run that evaluates the trained network.

    Attributes:
        steps: number of training steps before the run.
        scalars: fetched scalars, by name.
        inputs: fed arrays, by name.
        given: outputs of iterators and queues, by name.
        random: outputs of random ops, by name.
        read: names of the variables that the scalars depend on.
    """

    steps: int
    scalars: Mapping[str, float]
    inputs: Mapping[str, FedArray]
    given: Mapping[str, Array]
    random: Mapping[str, Array]
    read: frozenset[str]

    def content(self, references: Mapping[str, str], put: Put) -> dict[str, Any]:
        """Returns the entry of the trace.

        Args:
            references: references of the variables' values during the run, by name.
            put: callable that stores an array and returns its reference.

        Raises:
            ChangedError: if the script has modified a fed array since.
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
    """Builds the evaluation of a run.

    Args:
        plan: plan of the run.
        fed: values that the script fed, in the order of the plan's tensors.
        known: fetched and replaced values, by the id of the tensor.
        steps: number of training steps before the run.
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

    The values of the variables are read before a training step changes them, but at most once in
    20 steps, since reading takes time if a script evaluates after each step. If the script ends
    with training, the trace therefore has the last evaluation or one shortly before.
    """

    def __init__(self) -> None:
        self._current: dict[Plan, Evaluation] = {}
        self._last_read: tuple[list[Evaluation], Mapping[str, Array]] = [], {}

    def add(self, plan: Plan, one: Evaluation) -> None:
        """Adds an evaluation; it replaces the previous one of the same plan."""
        self._current.pop(plan, None)
        self._current = dict([*self._current.items(), (plan, one)][-_MAX_PER_STATE:])

    def invalidate(self, names: frozenset[str]) -> None:
        """Drops evaluations that depend on the variables `names`, which a run has changed."""
        self._current = {plan: one for plan, one in self._current.items() if not one.read & names}

    def before_step(self, read: Callable[[frozenset[str]], Mapping[str, Array]]) -> None:
        """Keeps the state of the current evaluations, since a training step follows.

        Args:
            read: callable that returns the values of variables, by name.
        """
        last = [*self._current.values()]
        self._current = {}
        before = self._last_read[0]
        if last and (not before or last[-1].steps >= before[-1].steps + _STEPS_BETWEEN_READS):
            self._last_read = last, read(frozenset().union(*(one.read for one in last)))

    def last(self, references: Mapping[str, str], put: Put) -> list[dict[str, Any]]:
        """Returns the trace entries of the last evaluations.

        Args:
            references: references of the variables' last values, by name.
            put: callable that stores an array and returns its reference.

        Raises:
            ChangedError: if the script has modified a fed array since.
        """
        found = [*self._current.values()]
        if not found:
            found, values = self._last_read
            references = {name: put(one) for name, one in values.items()}
        return [one.content(references, put) for one in found]
