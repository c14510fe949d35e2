"""The registry of functions that change a module once it is loaded.

A shim changes a module of TensorFlow; `removed_apis` registers changes of other libraries.
"""

from collections.abc import Callable
from typing import Any

Shim = Callable[[Any], None]
SHIMS: dict[str, list[Shim]] = {}


def after(*modules: str) -> Callable[[Shim], Shim]:
    """Registers a function that is given each of the `modules` once that is loaded."""

    def register(function: Shim) -> Shim:
        for name in modules:
            SHIMS.setdefault(name, []).append(function)
        return function

    return register


def shim(name: str) -> Callable[[Shim], Shim]:
    """Registers a function as a shim of the module `name`, without `tensorflow.python.`.

    One of `contrib` or `lite` is without `tensorflow.`; the empty one is `tensorflow`.
    """
    if not name:
        return after("tensorflow")
    is_whole = name.startswith(("contrib.", "lite."))
    return after(f"tensorflow.{name}" if is_whole else f"tensorflow.python.{name}")


def apply(name: str, module: Any) -> None:
    """Does to the module `name` what is registered for it."""
    for function in SHIMS.get(name, ()):
        function(module)
