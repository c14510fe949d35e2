"""Finds the first bit in which two float32 trainings differ."""

import dataclasses

import numpy as np
import numpy.typing as npt

from tf_edureka.errors import InputError

_BITS = 32


@dataclasses.dataclass(frozen=True, kw_only=True)
class FirstDifference:
    """The first number that is not bit-identical in two trainings.

    `str()` shows both numbers with their bits, one below the other.

    Attributes:
        step: row of the number, counted from 0.
        index: column of the number, counted from 0.
        old: value in the first training.
        new: value in the second training.
    """

    step: int
    index: int
    old: np.float32
    new: np.float32

    @property
    def old_bits(self) -> str:
        """The bits of `old`: sign, exponent and mantissa, such as `0 01111111 000...`."""
        return _grouped(_bits(self.old))

    @property
    def new_bits(self) -> str:
        """The bits of `new`: sign, exponent and mantissa, such as `0 01111111 000...`."""
        return _grouped(_bits(self.new))

    @property
    def first_bit(self) -> int:
        """Position of the first bit that differs: 0 sign, 1-8 exponent, 9-31 mantissa."""
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
    """Finds the first number that is not bit-identical in two trainings.

    Args:
        old: numbers of the first training after each step, such as weights: float32, shape
            (steps, n).
        new: numbers of the second training, float32, shape (steps, n).

    Returns:
        the first such number, searched row by row; None if all bits agree.

    Raises:
        InputError: if the arrays are not float32, not 2-D, or differ in shape.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import parity
        >>> old = np.float32([[1, 2], [1, 2]])
        >>> new = np.float32([[1, 2], [1, 3]])
        >>> print(parity.first_difference(old, new))
        step 1, number 1: 2.0 and 3.0
        0 10000000 00000000000000000000000
        0 10000000 10000000000000000000000
                   ^
    """
    differs = differing(old, new)
    if not differs.any():
        return None
    step, index = divmod(int(differs.argmax()), differs.shape[1])
    return FirstDifference(step=step, index=index, old=old[step, index], new=new[step, index])


def differing(old: npt.NDArray[np.float32], new: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Compares numbers bit by bit: 0.0 and -0.0 differ, a NaN equals the same NaN.

    Args:
        old: numbers of the first training after each step: float32, shape (steps, n).
        new: numbers of the second training: float32, shape (steps, n).

    Returns:
        True where the bits differ: bool, shape (steps, n).

    Raises:
        InputError: if the arrays are not float32, not 2-D, or differ in shape.
    """
    for one in (old, new):
        if one.dtype != np.float32 or one.ndim != 2 or one.shape != old.shape:
            raise InputError(
                "bits: expected two float32 arrays of the same shape (steps, n), got "
                f"{old.dtype} {old.shape} and {new.dtype} {new.shape}"
            )
    return np.ascontiguousarray(old).view(np.uint32) != np.ascontiguousarray(new).view(np.uint32)


def _bits(number: np.float32) -> str:
    return f"{int(number.view(np.uint32)):0{_BITS}b}"


def _grouped(bits: str) -> str:
    """Separates sign, exponent and mantissa by spaces."""
    return f"{bits[0]} {bits[1:9]} {bits[9:]}"
