"""A function of another's, with ours around it."""

import functools
from collections.abc import Callable
from typing import Any


def wrap(owner: Any, name: str, ours: Callable[..., Any]) -> Callable[[], None]:
    """Puts `ours`, which is given the original first, in the place of a function of `owner`.

    Args:
        owner: module or class.
        name: of the function.
        ours: that is called instead.

    Returns:
        a function that puts the original back.
    """
    original = getattr(owner, name)

    @functools.wraps(original)
    def function(*arguments: Any, **named: Any) -> Any:
        return ours(original, *arguments, **named)

    setattr(owner, name, function)
    return functools.partial(setattr, owner, name, original)
