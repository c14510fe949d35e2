"""Wraps functions of other libraries."""

import functools
from collections.abc import Callable
from typing import Any


def wrap(owner: Any, name: str, ours: Callable[..., Any]) -> Callable[[], None]:
    """Replaces a function of `owner` by `ours`, which receives the original as first argument.

    Args:
        owner: module or class that has the function.
        name: name of the function.
        ours: function to call instead.

    Returns:
        a function that restores the original.
    """
    original = getattr(owner, name)

    @functools.wraps(original)
    def function(*arguments: Any, **named: Any) -> Any:
        return ours(original, *arguments, **named)

    setattr(owner, name, function)
    return functools.partial(setattr, owner, name, original)
