"""How values of an old variable become those of a new one, and back.

Each transform is written once, as a function of arrays that only moves values. Where a value went
is seen by moving numbers of places; that gives the way back, and the way of gradients.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Shape = tuple[int, ...]
Move = Callable[[Sequence[Array]], Sequence[Array]]


@dataclass(frozen=True, eq=False)
class Transform:
    """A way to move values of some old variables into some new ones.

    Attributes:
        how: it is said in words.
        move: arrays of the old variables to those of the new ones. Only moves values; a new value
            that comes from nowhere is 0.
        added: to each of the new arrays after that, where it is no zero: (array, slice, number).
    """

    how: str
    move: Move
    added: tuple[tuple[int, slice, float], ...] = ()

    def to_new(self, old: Sequence[Array], *, linear: bool = False) -> list[Array]:
        """New values from the old ones.

        Args:
            old: values of the old variables, of their shapes and any dtype.
            linear: whether they are gradients, which nothing is added to.

        Returns:
            Values of the new variables, in their shapes and the same dtype.
        """
        new = [np.array(one) for one in self.move(old)]
        for place, part, number in () if linear else self.added:
            new[place][part] += new[place].dtype.type(number)
        return new

    def to_old(
        self, new: Sequence[Array], shapes: Sequence[Shape], *, linear: bool = False
    ) -> list[Array]:
        """Old values from the new ones.

        Args:
            new: values of the new variables, of their shapes and any dtype.
            shapes: of the old variables.
            linear: whether they are gradients, which nothing was added to.

        Returns:
            Values of the old variables, in `shapes` and the same dtype.
        """
        new = [np.array(one) for one in new]
        for place, part, number in () if linear else self.added:
            new[place][part] -= new[place].dtype.type(number)
        # From 1, since 0 is a new value that comes from nowhere.
        ends = np.cumsum([0, *map(prod, shapes)])
        numbered = [
            np.arange(start + 1, start + 1 + prod(shape)).reshape(shape)
            for start, shape in zip(ends[:-1], shapes, strict=True)
        ]
        values = np.zeros(ends[-1] + 1, new[0].dtype)
        for went, array in zip(self.move(numbered), new, strict=True):
            values[went] = array
        return [
            values[one.ravel()].reshape(shape) for one, shape in zip(numbered, shapes, strict=True)
        ]


AS_IT_IS = Transform("as it is", lambda old: [old[0]])
TRANSPOSED = Transform("transposed", lambda old: [old[0].T])


def _boundaries(shape: Shape) -> set[int]:
    return {prod(shape[:end]) for end in range(len(shape) + 1)}


def _conv_axes(shape: Shape) -> Shape:
    """Axes of a kernel that begins with its outputs: out, in, height, width."""
    return (*range(2, len(shape)), 1, 0)


def single(old: Shape, new: Shape) -> tuple[Transform, float] | None:
    """The transform of one variable into one other.

    Args:
        old: shape of the old variable.
        new: shape of the new one.

    Returns:
        The transform and how far it is from none, from 0 to 1; None if there is none.
    """
    if old == new:
        return AS_IT_IS, 0.0
    if prod(old) != prod(new):
        return None
    reshaped = Transform(f"reshaped to {list(new)}", lambda a: [a[0].reshape(new)])
    if [one for one in old if one != 1] == [one for one in new if one != 1]:
        return reshaped, 0.1
    if len(old) == 2 and old[::-1] == new:
        return TRANSPOSED, 0.5
    if len(old) > 2:
        axes = _conv_axes(old)
        permuted = tuple(old[axis] for axis in axes)
        if [one for one in permuted if one != 1] == [one for one in new if one != 1]:
            words = f"axes {list(axes)}" + ("" if permuted == new else f", reshaped to {list(new)}")
            return Transform(words, lambda a: [a[0].transpose(axes).reshape(new)]), 0.5
    nested = _boundaries(old) <= _boundaries(new) or _boundaries(new) <= _boundaries(old)
    return (reshaped, 0.8) if nested else None
