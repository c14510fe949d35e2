"""What a caller gives: numbers, checked and made Python's own, and choices."""

import contextlib
import math
import numbers
from collections.abc import Iterable, Mapping, Set

from tf_edureka.errors import InputError

LARGEST_SEED = 2**31 - 1


def whole_number(name: str, value: object, low: int, high: int) -> int:
    """Takes `value` as a whole number: an `int` or one of NumPy's, not a boolean.

    Args:
        name: what it is, for the error message.
        value: whatever was given.
        low: the smallest that is allowed.
        high: the largest that is allowed.

    Returns:
        the number as Python's own.

    Raises:
        InputError: when it is no whole number or out of its range.
    """
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        number = int(value)
        if low <= number <= high:
            return number
    raise InputError(f"{name}: expected a whole number from {low} to {high}, got {value!r}")


def whole_numbers(name: str, values: Iterable[object], low: int, high: int) -> tuple[int, ...]:
    """Takes `values` as whole numbers, as `whole_number` takes one.

    Args:
        name: what they are, for the error message.
        values: a tuple, list, range or array of one dimension.
        low: the smallest that is allowed.
        high: the largest that is allowed.

    Returns:
        the numbers as Python's own.

    Raises:
        InputError: when they are no such sequence, or one is no whole number or out of its range.
    """
    try:
        if isinstance(values, Set | Mapping | bytes | bytearray):  # no order, or no numbers
            raise TypeError
        given = tuple(values)
    except TypeError:
        raise InputError(f"{name}: expected a list of whole numbers, got {values!r}") from None
    return tuple(whole_number(name, value, low, high) for value in given)


def op_seeds(seeds: Iterable[object]) -> tuple[int, ...]:
    """Takes `seeds` as the seeds of a sweep, one for each network.

    Raises:
        InputError: when there is none, or one is not a whole number from 0 to 2**31 - 1.
    """
    taken = whole_numbers("seeds", seeds, 0, LARGEST_SEED)
    if not taken:
        raise InputError(f"seeds: expected at least one whole number, got {seeds!r}")
    return taken


def expect_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Expects the `value` of that `name` to be one of the `choices`.

    Raises:
        InputError: when it is not.
    """
    if not (isinstance(value, str) and value in choices):
        raise InputError(f"{name}: expected one of {', '.join(choices)}, got {value!r}")


def validate_whole(config: object, **ranges: tuple[int, int]) -> None:
    """Checks fields of a frozen `config` by their `ranges`; makes them Python's own whole numbers.

    Raises:
        InputError: when one is no whole number or out of its range.
    """
    for name, (low, high) in ranges.items():
        taken = whole_number(name, getattr(config, name), low, high)
        object.__setattr__(config, name, taken)


def validate_numbers(config: object, **ranges: tuple[float, float]) -> None:
    """Checks fields of a frozen `config` by their `ranges`; makes them Python's own floats.

    Raises:
        InputError: when one is no number or out of its range.
    """
    for name, (low, high) in ranges.items():
        value, number = getattr(config, name), math.nan
        if isinstance(value, numbers.Real) and not isinstance(value, bool):
            with contextlib.suppress(OverflowError):  # of a whole number of 400 digits
                number = float(value)
        if not low <= number <= high:  # NaN is in no range
            raise InputError(f"{name}: expected a number from {low} to {high}, got {value!r}")
        object.__setattr__(config, name, number)
