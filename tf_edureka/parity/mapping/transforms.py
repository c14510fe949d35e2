"""Conversions between the values of original and new variables.

Each transform is one function that rearranges the values of arrays. Its inverse is found by
rearranging an array of positions. Gradients are converted in the same way.
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
    """A conversion of original variables to new ones.

    Attributes:
        how: conversion in words.
        move: function that rearranges the original arrays into the new ones; entries of a new array
            without an original value are 0.
        added: constants added afterwards, such as a forget bias: (index of the new array, slice,
            number).
    """

    how: str
    move: Move
    added: tuple[tuple[int, slice, float], ...] = ()

    def to_new(self, old: Sequence[Array], *, linear: bool = False) -> list[Array]:
        """Converts original values to new ones.

        Args:
            old: values of the original variables, in their shapes, any dtype.
            linear: True for gradients, to which no constant is added.

        Returns:
            values of the new variables, in their shapes and the same dtype.
        """
        new = [np.array(one) for one in self.move(old)]
        for place, part, number in () if linear else self.added:
            new[place][part] += new[place].dtype.type(number)
        return new

    def to_old(
        self, new: Sequence[Array], shapes: Sequence[Shape], *, linear: bool = False
    ) -> list[Array]:
        """Converts new values back to original ones.

        Args:
            new: values of the new variables, in their shapes, any dtype.
            shapes: shapes of the original variables.
            linear: True for gradients, from which no constant is subtracted.

        Returns:
            values of the original variables, in `shapes` and the same dtype.
        """
        new = [np.array(one) for one in new]
        for place, part, number in () if linear else self.added:
            new[place][part] -= new[place].dtype.type(number)
        # From 1, since 0 marks entries without an original value.
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


UNCHANGED = Transform("unchanged", lambda old: [old[0]])
TRANSPOSED = Transform("transposed", lambda old: [old[0].T])


def _boundaries(shape: Shape) -> set[int]:
    return {prod(shape[:end]) for end in range(len(shape) + 1)}


def _conv_axes(shape: Shape) -> Shape:
    """Axes that permute a kernel (out, in, height, width) to (height, width, in, out)."""
    return (*range(2, len(shape)), 1, 0)


def single(old: Shape, new: Shape) -> tuple[Transform, float] | None:
    """Finds the transform of a single variable.

    Args:
        old: shape of the original variable.
        new: shape of the new variable.

    Returns:
        the transform and its cost, from 0 (none needed) to 1; None if the shapes do not fit.
    """
    if old == new:
        return UNCHANGED, 0.0
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
