"""Finds and loads the modules that a script imports as `tensorflow`.

Most are TensorFlow 1.15.5's own Python files, from the folder of the period packages. The layer
below (graphs, sessions, eager execution, files, logging, all compiled code) is the installed
TensorFlow. Each module of that layer is one object under two names, such as
`tensorflow.python.framework.ops` and `tensorflow_installed.python.framework.ops`. The installed
TensorFlow itself imports only its own modules (see `installed`).

`INSTALLED_PARTS` lists the modules of the layer below; `shims` changes modules of both kinds.
"""

import ast
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

from tf_edureka.runner import installed, protobuf_modules
from tf_edureka.runner.fallback_names import FallbackNames
from tf_edureka.runner.installed import ORIGINAL
from tf_edureka.runner.shims import registered

# Modules that the installed TensorFlow provides, with all below them, without `tensorflow.`.
INSTALLED_PARTS = (
    "core",
    "lite.python.interpreter",
    "lite.python.interpreter_wrapper",
    "lite.python.optimize",
    "lite.python.wrap_toco",
    "lite.toco",
    "python.autograph",
    "python.client",
    "python.eager",
    "python.framework",
    "python.grappler",
    "python.lib",
    "python.platform",
    "python.profiler",
    "python.pywrap_tensorflow",
    "python.pywrap_tensorflow_internal",
    "python.tf2",
    "python.types",
    "python.util",
)
# Exceptions: modules below INSTALLED_PARTS that are 1.15.5's own.
ORIGINAL_PARTS = (
    "core.protobuf.trackable_object_graph_pb2",  # the installed one lacks a field of checkpoints
    "python.eager.backprop",  # gradients with respect to 1.15.5's variable classes
    "python.eager.imperative_grad",
    "python.eager.tape",
    "python.framework.framework_lib",
    "python.framework.op_def_library",
    "python.framework.random_seed",
    "python.framework.smart_cond",
    "python.framework.test_util",  # its sessions use the CPU and 1.15.5's switches
    "python.util.deprecation",
    "python.util.dispatch",
    "python.util.lazy_loader",
    "python.util.tf_export",
)
# A package is 1.15.5's own, so that it can contain both kinds of modules. Exceptions are these
# packages and those below them, which contain only installed modules.
SHARED_PACKAGES = ("python.autograph",)
# Modules that read the docstrings of their classes; Python 3.13 removes the indent of docstrings.
READ_DOCSTRINGS = ("python.keras.layers.normalization",)
# Modules that the installed TensorFlow has under another name.
RENAMED = {
    "python.autograph.pyct.compiler": "python.autograph.pyct.loader",
    "python.pywrap_tensorflow_internal": "python.pywrap_tensorflow",
}
# Modules of 1.15.5 that a module of this project replaces.
REPLACEMENTS = {"examples.tutorials.mnist.input_data": "tf_edureka.legacy.input_data"}
# Packages that import a hundred others, of which a script uses few.
LAZY = ("contrib",)


def install(folder: Path) -> None:
    """Makes `import tensorflow` give TensorFlow 1.15.5's own Python files from now on.

    Args:
        folder: folder of the package `tensorflow_core`.
    """
    sys.meta_path[:0] = [_OriginalFinder(folder), installed.Finder(), protobuf_modules.Finder()]


class _OriginalFinder(importlib.abc.MetaPathFinder):
    """Finds the modules of TensorFlow 1.15.5: its own files or installed modules."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """Returns the spec of the module `name`; None if it is not a TensorFlow module."""
        if name != ORIGINAL and not name.startswith(f"{ORIGINAL}."):
            return None
        part = _part_of(name)
        if part in REPLACEMENTS:
            return ModuleSpec(name, _SharedLoader(name, REPLACEMENTS[part]))
        file = self._folder.joinpath(*part.split("."))
        package, module = file / "__init__.py", file.with_name(f"{file.name}.py")
        is_package = package.is_file()
        if _is_installed(part) and not (is_package and not _is_below(part, SHARED_PACKAGES)):
            twin = f"{installed.INSTALLED}.{RENAMED.get(part, part)}"
            try:
                spec = importlib.util.find_spec(twin)
            except ModuleNotFoundError:  # its package does not exist
                spec = None
            if spec is not None:
                is_package = spec.submodule_search_locations is not None
                loader = _SharedLoader(name, twin, fallback=file if is_package else module)
                shared = ModuleSpec(name, loader, origin=spec.origin, is_package=is_package)
                shared.has_location = spec.has_location
                return shared
        if not is_package and not module.is_file():
            return None
        found = str(package if is_package else module)
        kind = _LazyLoader if part in LAZY else _OriginalLoader
        return importlib.util.spec_from_file_location(
            name,
            found,
            loader=kind(name, found),
            submodule_search_locations=[str(file)] if is_package else None,
        )


def _part_of(name: str) -> str:
    """Returns the name of a module without `tensorflow.`; empty for `tensorflow` itself."""
    return name.removeprefix(ORIGINAL).lstrip(".")


def _is_installed(part: str) -> bool:
    """True if the installed TensorFlow provides the module `part`, without `tensorflow.`."""
    if part in ORIGINAL_PARTS:
        return False
    return part.endswith("_pb2") or _is_below(part, INSTALLED_PARTS)


def _is_below(part: str, parts: Sequence[str]) -> bool:
    return any(f"{part}.".startswith(f"{beginning}.") for beginning in parts)


class _SharedLoader(importlib.abc.Loader):
    """Loads an existing module under a second name and adds the names that only 1.15.5 has."""

    def __init__(self, name: str, twin: str, fallback: Path | None = None) -> None:
        self._name, self._twin, self._file = name, twin, fallback

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return importlib.import_module(self._twin)

    def exec_module(self, module: types.ModuleType) -> None:
        if self._file and "__getattr__" not in vars(module):
            if self._file.is_file():
                vars(module)["__getattr__"] = FallbackNames(module, self._file)
            elif self._file.is_dir():
                vars(module)["__getattr__"] = self._import_submodule
        registered.apply(self._name, module)

    def _import_submodule(self, name: str) -> types.ModuleType:
        """Imports a module that the package had in 1.15.5, for `from package import module`."""
        if self._file and self._file.joinpath(f"{name}.py").is_file():
            return importlib.import_module(f"{self._name}.{name}")
        raise AttributeError(f"module {self._name!r} has no attribute {name!r}")


class _OriginalLoader(importlib.machinery.SourceFileLoader):
    """Loads a file of 1.15.5."""

    def get_code(self, fullname: str) -> types.CodeType | None:
        """Returns the code of the file; code of a changed source is not cached on disk."""
        part = _part_of(fullname)
        changed: Any
        if part.endswith("_pb2"):
            changed = protobuf_modules.regenerated(
                self.get_source(fullname) or "", is_twin=part in ORIGINAL_PARTS
            )
        elif part in READ_DOCSTRINGS:
            changed = _with_docstrings(self.get_data(self.path))
        else:
            return super().get_code(fullname)
        return self.source_to_code(changed, self.path)

    def exec_module(self, module: types.ModuleType) -> None:
        super().exec_module(module)
        registered.apply(self.name, module)


class _LazyLoader(_OriginalLoader):
    """Loads a package that only imports other modules; imports each at its first use."""

    def exec_module(self, module: types.ModuleType) -> None:
        names: dict[str, str] = {}
        for node in ast.walk(ast.parse(self.get_data(self.path))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(self.name):
                for alias in node.names:
                    names[alias.asname or alias.name] = f"{node.module}.{alias.name}"

        def find(name: str) -> types.ModuleType:
            if name not in names:
                raise AttributeError(f"module {self.name!r} has no attribute {name!r}")
            found = importlib.import_module(names[name])
            setattr(module, name, found)
            return found

        vars(module).update(
            __getattr__=find, __dir__=lambda: sorted({*vars(module), *names}), __all__=sorted(names)
        )


def _with_docstrings(source: bytes) -> Any:
    """Compiles a module so that its classes keep their docstrings with the indent."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and ast.get_docstring(node) is not None:
            first = node.body[0]
            assign = ast.Assign([ast.Name("__doc__", ast.Store())], first.value)  # type: ignore
            node.body[0] = ast.copy_location(assign, first)
    return ast.fix_missing_locations(tree)
