"""Validates numbers and choices given by a caller; converts numbers to int and float."""

import contextlib
import math
import numbers
from collections.abc import Iterable, Mapping, Set

from tf_edureka.errors import InputError

LARGEST_SEED = 2**31 - 1


def whole_number(name: str, value: object, low: int, high: int) -> int:
    """Validates a whole number: an `int` or a NumPy integer, not a boolean.

    Args:
        name: name of the argument, for the error message.
        value: object to validate.
        low: smallest allowed value.
        high: largest allowed value.

    Returns:
        the number as an `int`.

    Raises:
        InputError: if it is not a whole number or out of range.
    """
    if isinstance(value, numbers.Integral) and not isinstance(value, bool):
        number = int(value)
        if low <= number <= high:
            return number
    raise InputError(f"{name}: expected a whole number from {low} to {high}, got {value!r}")


def whole_numbers(name: str, values: Iterable[object], low: int, high: int) -> tuple[int, ...]:
    """Validates several whole numbers.

    Args:
        name: name of the argument, for the error message.
        values: tuple, list, range or one-dimensional array.
        low: smallest allowed value.
        high: largest allowed value.

    Returns:
        the numbers as a tuple of `int`.

    Raises:
        InputError: if it is not such a sequence, or one item is not a whole number or out of range.
    """
    try:
        if isinstance(values, Set | Mapping | bytes | bytearray):  # no order, or not numbers
            raise TypeError
        given = tuple(values)
    except TypeError:
        raise InputError(f"{name}: expected a list of whole numbers, got {values!r}") from None
    return tuple(whole_number(name, value, low, high) for value in given)


def op_seeds(seeds: Iterable[object]) -> tuple[int, ...]:
    """Validates `seeds`, one op seed for each network of a sweep; returns them as a tuple.

    Raises:
        InputError: if there is none, or one is not a whole number from 0 to 2**31 - 1.
    """
    taken = whole_numbers("seeds", seeds, 0, LARGEST_SEED)
    if not taken:
        raise InputError(f"seeds: expected at least one whole number, got {seeds!r}")
    return taken


def expect_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Checks that the `value` of the argument `name` is one of the `choices`.

    Raises:
        InputError: if it is not.
    """
    if not (isinstance(value, str) and value in choices):
        raise InputError(f"{name}: expected one of {', '.join(choices)}, got {value!r}")


def validate_whole(config: object, **ranges: tuple[int, int]) -> None:
    """Validates fields of a frozen `config` against their `ranges` and converts them to `int`.

    Raises:
        InputError: if one is not a whole number or out of range.
    """
    for name, (low, high) in ranges.items():
        taken = whole_number(name, getattr(config, name), low, high)
        object.__setattr__(config, name, taken)


def validate_numbers(config: object, **ranges: tuple[float, float]) -> None:
    """Validates fields of a frozen `config` against their `ranges` and converts them to `float`.

    Raises:
        InputError: if one is not a number or out of range.
    """
    for name, (low, high) in ranges.items():
        value, number = getattr(config, name), math.nan
        if isinstance(value, numbers.Real) and not isinstance(value, bool):
            with contextlib.suppress(OverflowError):  # an int of 400 digits
                number = float(value)
        if not low <= number <= high:  # False for NaN
            raise InputError(f"{name}: expected a number from {low} to {high}, got {value!r}")
        object.__setattr__(config, name, number)
