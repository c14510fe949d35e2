"""What a model's recurrent layers carry from batch to batch, and where the original has it."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tf_edureka._keras import keras
from tf_edureka.trace import Array

_MOST_ORDERS = 48  # orders that are tried


@dataclass(frozen=True)
class _Location:
    """One of the states in an array that was fed, or in a variable.

    Attributes:
        name: of the array or variable.
        place: of the state among those that are stacked in it.
    """

    name: str
    place: int

    def read(self, arrays: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
        """Its value, in its shape."""
        value: Array = arrays[self.name].reshape(-1, *shape)[self.place]
        return value


class RecurrentStates:
    """What a model's stateful layers carry from batch to batch.

    Args:
        model: built.
    """

    def __init__(self, model: keras.Model) -> None:
        self._states = _states(model)
        self._locations: Sequence[_Location] = ()

    def locate(self, arrays: Mapping[str, Array], difference: Callable[[], float]) -> None:
        """Finds out in which arrays the states are.

        Args:
            arrays: that were fed to the original, and variables, by name, any dtype and shape.
            difference: gives how far the model's loss is then from the original's.
        """
        best = float("inf")
        chosen: Sequence[_Location] = ()
        for locations in itertools.islice(self._orders(arrays), _MOST_ORDERS):
            self._locations = locations
            found = difference()
            if found < best:
                best, chosen = found, locations
        self._locations = chosen

    def copy_locations(self, other: "RecurrentStates") -> None:
        """Finds the states where an `other` model has found them."""
        self._locations = other._locations

    def reset(self) -> None:
        """Makes all states 0, as they are before the first batch."""
        for state in self._states:
            state.assign(np.zeros(state.shape))

    def load(self, arrays: Mapping[str, Array]) -> None:
        """Gives the layers those of their states that are there.

        Args:
            arrays: as in `choose`, or some of them.
        """
        for state, location in zip(self._states, self._locations, strict=False):
            if location.name in arrays:
                state.assign(location.read(arrays, tuple(state.shape)))

    def _orders(self, arrays: Mapping[str, Array]) -> Iterator[Sequence[_Location]]:
        """Which location may be which state: as they come, with h before c, then in any order."""
        shapes = [tuple(state.shape) for state in self._states]
        locations = [
            _Location(name, place)
            for name, array in arrays.items()
            if array.dtype.kind == "f" and array.shape[-2:] in shapes
            for place in range(int(np.prod(array.shape[:-2])))
        ]
        pairs = [*zip(locations[1::2], locations[::2], strict=False)]
        likely = (locations, [one for pair in pairs for one in pair])
        for order in (*likely, *itertools.permutations(locations, len(shapes))) if shapes else ():
            sizes = [arrays[location.name].shape[-2:] for location in order]
            if sizes == shapes:
                yield order


def state_shapes(model: keras.Model) -> set[tuple[int, ...]]:
    """The shapes of what a `model`'s stateful layers carry; none if it has none."""
    return {tuple(state.shape) for state in _states(model)}


def _states(model: keras.Model) -> list[Any]:
    layers = [one for one in model._flatten_layers() if getattr(one, "stateful", False)]
    states = [state for one in layers for state in _flattened(getattr(one, "states", ()))]
    return [*{id(state): state for state in states}.values()]


def _flattened(states: Any) -> Iterator[Any]:
    for state in states or ():
        if hasattr(state, "assign"):
            yield state
        else:
            yield from _flattened(state)
