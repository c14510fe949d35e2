"""Where two trainings in float32 part: the bits of their numbers."""

import dataclasses

import numpy as np
import numpy.typing as npt

from tf_edureka.errors import InputError

_BITS = 32


@dataclasses.dataclass(frozen=True, kw_only=True)
class FirstDifference:
    """The first number that differs in any bit; printed, both with their bits below each other.

    Attributes:
        step: its row, from 0 on.
        index: its place in the row, from 0 on.
        old: it, in the one training.
        new: it, in the other.
    """

    step: int
    index: int
    old: np.float32
    new: np.float32

    @property
    def old_bits(self) -> str:
        """The bits of `old`: sign, exponent and mantissa, as in `0 01111111 000...`."""
        return _grouped(_bits(self.old))

    @property
    def new_bits(self) -> str:
        """The bits of `new`, as `old_bits`."""
        return _grouped(_bits(self.new))

    @property
    def first_bit(self) -> int:
        """Which bit is the first that differs: 0 is the sign, 1 to 8 the exponent, then to 31."""
        return self._differing.index("^")

    @property
    def _differing(self) -> str:
        pairs = zip(_bits(self.old), _bits(self.new), strict=True)
        return "".join(" " if one == other else "^" for one, other in pairs)

    def __str__(self) -> str:
        return (
            f"step {self.step}, number {self.index}: {self.old!s} and {self.new!s}\n"
            f"{self.old_bits}\n{self.new_bits}\n{_grouped(self._differing).rstrip()}"
        )


def first_difference(
    old: npt.NDArray[np.float32], new: npt.NDArray[np.float32]
) -> FirstDifference | None:
    """Finds the first number that differs in any bit.

    Args:
        old: float32, shape (steps, n): numbers of a training, such as its weights, after each step.
        new: float32, shape (steps, n): the same numbers of the other training.

    Returns:
        the first in the first row with one; None if all bits agree.

    Raises:
        InputError: when the arrays are no such pair.
    """
    apart = differing(old, new)
    if not apart.any():
        return None
    step, index = divmod(int(apart.argmax()), apart.shape[1])
    return FirstDifference(step=step, index=index, old=old[step, index], new=new[step, index])


def differing(old: npt.NDArray[np.float32], new: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Which numbers differ in any bit: 0.0 and -0.0 do, NaN and the same NaN do not.

    Args:
        old: float32, shape (steps, n): numbers of a training, such as its weights, after each step.
        new: float32, shape (steps, n): the same numbers of the other training.

    Returns:
        bool, shape (steps, n).

    Raises:
        InputError: when the arrays are no such pair.
    """
    for one in (old, new):
        if one.dtype != np.float32 or one.ndim != 2 or one.shape != old.shape:
            raise InputError(
                "bits: expected two float32 arrays of one shape (steps, n), got "
                f"{old.dtype} {old.shape} and {new.dtype} {new.shape}"
            )
    return np.ascontiguousarray(old).view(np.uint32) != np.ascontiguousarray(new).view(np.uint32)


def _bits(number: np.float32) -> str:
    return f"{int(number.view(np.uint32)):0{_BITS}b}"


def _grouped(bits: str) -> str:
    """Sign, exponent and mantissa with spaces between them."""
    return f"{bits[0]} {bits[1:9]} {bits[9:]}"
