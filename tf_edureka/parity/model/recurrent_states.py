"""The states that recurrent layers carry from batch to batch, and the recorded arrays with them."""

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
    """The place of one state in a recorded array or variable.

    Attributes:
        name: name of the array or variable.
        place: index of the state among those stacked in the array.
    """

    name: str
    place: int

    def read(self, arrays: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
        """Returns the state from the recorded `arrays`, in its `shape`."""
        value: Array = arrays[self.name].reshape(-1, *shape)[self.place]
        return value


class RecurrentStates:
    """The states of a model's stateful layers.

    Args:
        model: a built Keras model.
    """

    def __init__(self, model: keras.Model) -> None:
        self._states = _states(model)
        self._locations: Sequence[_Location] = ()

    def locate(self, arrays: Mapping[str, Array], difference: Callable[[], float]) -> None:
        """Finds the recorded arrays that hold the states, by trying up to 48 orders.

        Args:
            arrays: the original's inputs and variables by name, any dtype and shape.
            difference: returns the absolute difference between the model's loss and the original's
                with the present choice.
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
        """Uses the locations that an `other` model has found."""
        self._locations = other._locations

    def reset(self) -> None:
        """Sets all states to 0, as before the first batch."""
        for state in self._states:
            state.assign(np.zeros(state.shape))

    def load(self, arrays: Mapping[str, Array]) -> None:
        """Sets those states whose arrays are given.

        Args:
            arrays: the original's inputs and variables by name, or some of them, any dtype and
                shape.
        """
        for state, location in zip(self._states, self._locations, strict=False):
            if location.name in arrays:
                state.assign(location.read(arrays, tuple(state.shape)))

    def _orders(self, arrays: Mapping[str, Array]) -> Iterator[Sequence[_Location]]:
        """Yields assignments of locations to states that fit by shape, the likeliest first.

        These are the order of the arrays, then the same with h before c, then all permutations.
        """
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
    """Returns the shapes of the states of a `model`'s stateful layers; empty if it has none."""
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
