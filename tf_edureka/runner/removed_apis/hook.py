"""Does to a library's modules what is registered for them, once they are loaded.

A module of then that there is no more is made, if its package is there.
"""

import importlib.abc
import sys
import types
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from typing import Any

from tf_edureka.runner.shims import registered
from tf_edureka.runner.wrapped import wrap

# What is no part of a package, and made where it is not there.
REMOVED_MODULES = ("imp",)


def install() -> None:
    """From now on modules have what is registered for them; so have those that are loaded."""
    for name in registered.SHIMS:
        if _is_handled_here(name) and name in sys.modules:
            registered.apply(name, sys.modules[name])
    sys.meta_path.insert(0, _Finder())


def add(module: Any, **names: object) -> None:
    """Gives a `module` those `names` that it does not have."""
    for name, value in names.items():
        if name not in vars(module):
            setattr(module, name, value)


def rename(owner: Any, **names: str) -> None:
    """Gives a module or a class what it has by the name on the right by that on the left, too."""
    for old, new in names.items():
        if hasattr(owner, new) and not hasattr(owner, old):
            setattr(owner, old, getattr(owner, new))


def rename_argument(owner: Any, function: str, old: str, new: str) -> None:
    """Lets a `function` of a module or a class take its argument `new` by the name `old`, too."""

    def renamed(original: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        if old in named:
            named[new] = named.pop(old)
        return original(*arguments, **named)

    wrap(owner, function, renamed)


def _is_handled_here(name: str) -> bool:
    return name.partition(".")[0] != "tensorflow"  # whose modules have their own finder


class _Finder(importlib.abc.MetaPathFinder):
    """Finds what the others find."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module `name`, where something is to be done to it."""
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
    """Makes a module that has nothing but what is registered for it."""

    def exec_module(self, module: types.ModuleType) -> None:
        registered.apply(module.__name__, module)
