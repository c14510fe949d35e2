"""The decimal that somebody wrote where float32 keeps the nearest number that it has.

0.1 in a script is 0.100000001490116 in its graph. In float64 these are two numbers, and a port that
says 0.1, too, has the first one.
"""

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
_MOST = 1000  # numbers; more are data, which nobody wrote
_BITS = 2.0**12  # a number of no more bits than this has is exact in float32, such as 1 / 256


def source_decimals(values: npt.NDArray[np.float32]) -> tuple[Doubles, Doubles]:
    """Numbers as they were written, and how far from that they may be.

    A number that float32 has for a decimal of at most five digits is that decimal. What was
    computed, such as 1 / 255, keeps the value that float32 has, and may have been half a unit of
    its last place more or less.

    Args:
        values: float32, any shape. More than a thousand numbers are data: they stay.

    Returns:
        the numbers, and half a unit where it is not known what was written, else 0; both float64,
        in the shape of `values`.
    """
    found = values.astype(np.float64)
    slack = np.zeros(values.shape)
    if values.size <= _MOST:
        for place in np.ndindex(values.shape):
            found[place], slack[place] = _source_decimal(float(values[place]))
    return found, slack


def _source_decimal(number: float) -> tuple[float, float]:
    decimal = float(f"{number:.5g}")
    if np.float32(decimal) == number:
        return decimal, 0.0
    is_exact = number.is_integer() or (float(np.frexp(number)[0]) * _BITS).is_integer()
    is_known = is_exact or not np.isfinite(number)
    return number, 0.0 if is_known else float(np.spacing(np.float32(abs(number)))) / 2
