"""Where the shims are kept: what is done to a module of 1.15.5's, or a shared one, once loaded."""

from collections.abc import Callable
from typing import Any

Shim = Callable[[Any], None]
SHIMS: dict[str, list[Shim]] = {}


def shim(name: str) -> Callable[[Shim], Shim]:
    """Registers a function as a shim of the module `name`, without `tensorflow.python.`.

    One of `contrib` or `lite` is without `tensorflow.`; the empty one is `tensorflow`.
    """
    is_whole = not name or name.startswith(("contrib.", "lite."))
    full = name if is_whole else f"python.{name}"

    def register(function: Shim) -> Shim:
        SHIMS.setdefault(full, []).append(function)
        return function

    return register


def apply(name: str, module: Any) -> None:
    """Applies the shims of the module `name`, without `tensorflow.`."""
    for function in SHIMS.get(name, ()):
        function(module)
