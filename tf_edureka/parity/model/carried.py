"""What a model's recurrent layers carry from batch to batch, and where the original has it."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tf_edureka._keras import keras
from tf_edureka.trace import Array

_MOST = 48  # orders that are tried


@dataclass(frozen=True)
class _Part:
    """One of the states in an array that was fed, or in a variable.

    Attributes:
        name: of the array or variable.
        place: of the state among those that are stacked in it.
    """

    name: str
    place: int

    def of(self, arrays: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
        """Its value, in its shape."""
        value: Array = arrays[self.name].reshape(-1, *shape)[self.place]
        return value


class Carried:
    """What a model's stateful layers carry from batch to batch.

    Args:
        model: built.
    """

    def __init__(self, model: keras.Model) -> None:
        self._states = _states(model)
        self._parts: Sequence[_Part] = ()

    def choose(self, arrays: Mapping[str, Array], apart: Callable[[], float]) -> None:
        """Finds out in which arrays the states are.

        Args:
            arrays: that were fed to the original, and variables, by name, any dtype and shape.
            apart: gives how far the model's loss is then from the original's.
        """
        best = float("inf")
        chosen: Sequence[_Part] = ()
        for parts in itertools.islice(self._orders(arrays), _MOST):
            self._parts = parts
            found = apart()
            if found < best:
                best, chosen = found, parts
        self._parts = chosen

    def take_parts_of(self, other: "Carried") -> None:
        """Finds the states where an `other` model has found them."""
        self._parts = other._parts

    def reset(self) -> None:
        """Makes all states 0, as they are before the first batch."""
        for state in self._states:
            state.assign(np.zeros(state.shape))

    def take(self, arrays: Mapping[str, Array]) -> None:
        """Gives the layers those of their states that are there.

        Args:
            arrays: as in `choose`, or some of them.
        """
        for state, part in zip(self._states, self._parts, strict=False):
            if part.name in arrays:
                state.assign(part.of(arrays, tuple(state.shape)))

    def _orders(self, arrays: Mapping[str, Array]) -> Iterator[Sequence[_Part]]:
        """Which part may be which state: as they come, with h before c, then in any order."""
        shapes = [tuple(state.shape) for state in self._states]
        parts = [
            _Part(name, place)
            for name, array in arrays.items()
            if array.dtype.kind == "f" and array.shape[-2:] in shapes
            for place in range(int(np.prod(array.shape[:-2])))
        ]
        pairs = [*zip(parts[1::2], parts[::2], strict=False)]
        likely = (parts, [one for pair in pairs for one in pair])
        for order in (*likely, *itertools.permutations(parts, len(shapes))) if shapes else ():
            sizes = [arrays[part.name].shape[-2:] for part in order]
            if sizes == shapes:
                yield order


def carried_shapes(model: keras.Model) -> set[tuple[int, ...]]:
    """The shapes of what a `model`'s stateful layers carry; none if it has none."""
    return {tuple(state.shape) for state in _states(model)}


def _states(model: keras.Model) -> list[Any]:
    layers = [one for one in model._flatten_layers() if getattr(one, "stateful", False)]
    states = [state for one in layers for state in _flat(getattr(one, "states", ()))]
    return [*{id(state): state for state in states}.values()]


def _flat(states: Any) -> Iterator[Any]:
    for state in states or ():
        if hasattr(state, "assign"):
            yield state
        else:
            yield from _flat(state)
