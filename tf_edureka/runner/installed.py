"""Imports the installed TensorFlow under a second name, since 1.15.5's takes `tensorflow`."""

import builtins
import importlib
import importlib.abc
import importlib.machinery
import inspect
import sys
import types
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec
from typing import Any

ORIGINAL, INSTALLED = "tensorflow", "tensorflow_installed"


def module(name: str) -> Any:
    """Returns the module `name`, without `tensorflow.`, of the installed TensorFlow.

    If 1.15.5 has not been installed into this process, it is the usual `tensorflow.NAME`.
    """
    has_both = any(isinstance(finder, Finder) for finder in sys.meta_path)
    return importlib.import_module(f"{INSTALLED if has_both else ORIGINAL}.{name}")


def owns(candidate: object) -> bool:
    """True if a function, or any of a tuple of functions, belongs to the installed TensorFlow."""
    if isinstance(candidate, tuple):
        return any(map(owns, candidate))
    space = getattr(inspect.unwrap(candidate), "__globals__", {}) if callable(candidate) else {}
    return space.get("__builtins__") is _BUILTINS


class Finder(importlib.abc.MetaPathFinder):
    """Finds the modules of the installed TensorFlow under their second name."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """Returns the spec of the module `name`; None if it has another package."""
        if name == INSTALLED:
            found = importlib.machinery.PathFinder.find_spec(ORIGINAL)
            if found is None or found.submodule_search_locations is None:
                raise ModuleNotFoundError("No module named 'tensorflow'", name=ORIGINAL)
            # Its `__init__` is not run: only modules below it are imported.
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = list(found.submodule_search_locations)
            return spec
        if not name.startswith(f"{INSTALLED}."):
            return None
        found = importlib.machinery.PathFinder.find_spec(name, path)
        if found is not None and isinstance(found.loader, importlib.machinery.SourceFileLoader):
            found.loader = _InstalledLoader(found.loader.name, found.loader.path)
        return found


class _InstalledLoader(importlib.machinery.SourceFileLoader):
    """Loads a module of the installed TensorFlow; its imports find only installed modules."""

    def exec_module(self, module: types.ModuleType) -> None:
        """Executes the file with changed builtins."""
        code: Any = self.get_code(self.name)
        vars(module)["__builtins__"] = _BUILTINS
        is_own = self.is_package(self.name) or "._pywrap" in self.name  # found by name
        if not is_own:  # so that its classes and functions report `tensorflow` as their module
            module.__name__ = ORIGINAL + self.name.removeprefix(INSTALLED)
        exec(code, vars(module))


def _import(
    name: str,
    globals: Mapping[str, object] | None = None,
    locals: Mapping[str, object] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> types.ModuleType:
    """Implements import statements in modules of the installed TensorFlow."""
    if name == "importlib" and not fromlist:
        return _IMPORTLIB
    if level or (name != ORIGINAL and not name.startswith(f"{ORIGINAL}.")):
        return builtins.__import__(name, globals, locals, fromlist or (), level)
    module = _import_module(name)
    if not fromlist:
        return sys.modules[INSTALLED]
    for child in fromlist:
        if child != "*" and child not in vars(module) and hasattr(module, "__path__"):
            try:
                _import_module(f"{name}.{child}")
            except ModuleNotFoundError as error:
                if error.name != f"{INSTALLED}{name.removeprefix(ORIGINAL)}.{child}":
                    raise
    return module


def _import_module(name: str, package: str | None = None) -> types.ModuleType:
    if name == ORIGINAL or name.startswith(f"{ORIGINAL}."):
        name = INSTALLED + name.removeprefix(ORIGINAL)
    return importlib.import_module(name, package)


_BUILTINS = {**vars(builtins), "__import__": _import}
_IMPORTLIB = types.ModuleType("importlib")
vars(_IMPORTLIB).update(vars(importlib), import_module=_import_module)
