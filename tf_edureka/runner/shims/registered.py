"""The registry of functions that change a module once it is loaded.

A shim changes a module of TensorFlow; `removed_apis` registers changes of other libraries.
"""

from collections.abc import Callable
from typing import Any

Shim = Callable[[Any], None]
SHIMS: dict[str, list[Shim]] = {}


def after(*modules: str) -> Callable[[Shim], Shim]:
    """Registers a function that is called with each of the `modules` once it is loaded."""

    def register(function: Shim) -> Shim:
        for name in modules:
            SHIMS.setdefault(name, []).append(function)
        return function

    return register


def shim(name: str) -> Callable[[Shim], Shim]:
    """Registers a function as a shim of the module `tensorflow.python.NAME`.

    A name that starts with `contrib.` or `lite.` means `tensorflow.NAME`; an empty name means
    `tensorflow`.
    """
    if not name:
        return after("tensorflow")
    is_below_top = name.startswith(("contrib.", "lite."))
    return after(f"tensorflow.{name}" if is_below_top else f"tensorflow.python.{name}")


def apply(name: str, module: Any) -> None:
    """Calls the functions that are registered for the module `name`."""
    for function in SHIMS.get(name, ()):
        function(module)
