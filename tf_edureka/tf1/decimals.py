"""Recovers the decimals in a source from the float32 numbers in its graph.

A 0.1 in a script is 0.100000001490116 in its graph. In float64 these are two numbers, and a port
with the same 0.1 uses the first one.
"""

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
_MOST = 1000  # larger arrays are data, not constants of a source
_BITS = 2.0**12  # a number with a mantissa of at most 12 bits, such as 1 / 256, is exact


def source_decimals(values: npt.NDArray[np.float32]) -> tuple[Doubles, Doubles]:
    """Returns the decimals that rounded to the given float32 numbers, and their uncertainty.

    A number that is the float32 rounding of a decimal of at most five digits becomes that decimal.
    A computed number, such as 1 / 255, keeps its float32 value; the exact value may differ by half
    a unit in the last place.

    Args:
        values: float32, any shape; arrays of more than 1000 numbers are data and stay unchanged.

    Returns:
        the decimals, and their uncertainty: half a unit in the last place where the exact value is
            unknown, else 0; both float64, shape of `values`.
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
