"""Applies registered changes to the modules of libraries once they are loaded.

A removed module is created if its package exists.
"""

import importlib.abc
import sys
import types
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from typing import Any

from tf_edureka.runner.shims import registered
from tf_edureka.runner.wrapped import wrap

# Removed top-level modules, which are created if they do not exist.
REMOVED_MODULES = ("imp",)


def install() -> None:
    """Applies the registered changes to modules that are loaded now or later."""
    for name in registered.SHIMS:
        if _is_handled_here(name) and name in sys.modules:
            registered.apply(name, sys.modules[name])
    sys.meta_path.insert(0, _Finder())


def add(module: Any, **names: object) -> None:
    """Adds those `names` to a `module` that it does not have."""
    for name, value in names.items():
        if name not in vars(module):
            setattr(module, name, value)


def rename(owner: Any, **names: str) -> None:
    """Adds old names (left) as aliases of current ones (right) to a module or class `owner`."""
    for old, new in names.items():
        if hasattr(owner, new) and not hasattr(owner, old):
            setattr(owner, old, getattr(owner, new))


def rename_argument(owner: Any, function: str, old: str, new: str) -> None:
    """Lets a `function` of `owner` also accept its argument `new` under the name `old`."""

    def renamed(original: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        if old in named:
            named[new] = named.pop(old)
        return original(*arguments, **named)

    wrap(owner, function, renamed)


def _is_handled_here(name: str) -> bool:
    return name.partition(".")[0] != "tensorflow"  # `tensorflow` has its own finder


class _Finder(importlib.abc.MetaPathFinder):
    """Finds modules through the other finders and wraps their loaders."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """Returns the spec of the module `name`; None if no change is registered for it."""
        if name not in registered.SHIMS or not _is_handled_here(name):
            return None
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target) if finder is not self else None
            if spec is not None:
                if spec.loader is not None:
                    wrap(spec.loader, "exec_module", _run)
                return spec
        is_removed = "." in name or name in REMOVED_MODULES
        return ModuleSpec(name, _EmptyModuleLoader(), is_package=True) if is_removed else None


def _run(original: Callable[[types.ModuleType], None], module: types.ModuleType) -> None:
    original(module)
    registered.apply(module.__name__, module)


class _EmptyModuleLoader(importlib.abc.Loader):
    """Creates an empty module and applies the changes that are registered for it."""

    def exec_module(self, module: types.ModuleType) -> None:
        registered.apply(module.__name__, module)
