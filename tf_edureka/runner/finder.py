"""Finds and loads what an old script imports as `tensorflow`.

That is TensorFlow 1.15.5's own Python, from the folder of the period packages. What it stands on
(graphs, sessions, eager execution, files, logging, all that is compiled) is the installed
TensorFlow: those modules are one object under two names, `tensorflow.python.framework.ops` and
`tensorflow_installed.python.framework.ops`. What the installed TensorFlow itself imports is always
its own (`installed`).

The table `INSTALLED_PARTS` says which is which; `shims` has what is changed of either.
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

# What the installed TensorFlow serves, without `tensorflow.`: a name and all below it.
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
# What is 1.15.5's own all the same.
ORIGINAL_PARTS = (
    "core.protobuf.trackable_object_graph_pb2",  # a field of a checkpoint's is gone
    "python.eager.backprop",  # gradients with respect to its own kinds of variables
    "python.eager.imperative_grad",
    "python.eager.tape",
    "python.framework.framework_lib",
    "python.framework.op_def_library",
    "python.framework.random_seed",
    "python.framework.smart_cond",
    "python.framework.test_util",  # its sessions are on the CPU, and 1.15.5's switches are its own
    "python.util.deprecation",
    "python.util.dispatch",
    "python.util.lazy_loader",
    "python.util.tf_export",
)
# Packages are 1.15.5's own, so that both kinds of module can lie in them; but this one, and those
# below, hold installed modules alone.
SHARED_PACKAGES = ("python.autograph",)
# Modules that read the docstrings of their classes, whose lines Python 3.13 shifts to the left.
READ_DOCSTRINGS = ("python.keras.layers.normalization",)
# Modules that have another name today.
RENAMED = {
    "python.autograph.pyct.compiler": "python.autograph.pyct.loader",
    "python.pywrap_tensorflow_internal": "python.pywrap_tensorflow",
}
# Modules of this package that stand for 1.15.5's.
REPLACEMENTS = {"examples.tutorials.mnist.input_data": "tf_edureka.legacy.input_data"}
# Packages that import a hundred others, of which a script needs few.
LAZY = ("contrib",)


def install(folder: Path) -> None:
    """From now on `import tensorflow` gives TensorFlow 1.15.5's Python.

    Args:
        folder: where its files are.
    """
    sys.meta_path[:0] = [_OriginalFinder(folder), installed.Finder(), protobuf_modules.Finder()]


class _OriginalFinder(importlib.abc.MetaPathFinder):
    """Finds the modules of TensorFlow 1.15.5: its own files, or the installed ones that serve."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module `name`, where it is one of them."""
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
            except ModuleNotFoundError:  # its package
                spec = None
            if spec is not None:
                is_package = spec.submodule_search_locations is not None
                loader = _SharedLoader(name, twin, lost=file if is_package else module)
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
    """The name of a module without `tensorflow.`; empty for `tensorflow` itself."""
    return name.removeprefix(ORIGINAL).lstrip(".")


def _is_installed(part: str) -> bool:
    """Whether the installed TensorFlow serves the module of that name, without `tensorflow.`."""
    if part in ORIGINAL_PARTS:
        return False
    return part.endswith("_pb2") or _is_below(part, INSTALLED_PARTS)


def _is_below(part: str, parts: Sequence[str]) -> bool:
    return any(f"{part}.".startswith(f"{beginning}.") for beginning in parts)


class _SharedLoader(importlib.abc.Loader):
    """Gives a module that there is under another name, with what 1.15.5's had more."""

    def __init__(self, name: str, twin: str, lost: Path | None = None) -> None:
        self._name, self._twin, self._file = name, twin, lost

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return importlib.import_module(self._twin)

    def exec_module(self, module: types.ModuleType) -> None:
        if self._file and "__getattr__" not in vars(module):
            if self._file.is_file():
                vars(module)["__getattr__"] = FallbackNames(module, self._file)
            elif self._file.is_dir():
                vars(module)["__getattr__"] = self._find_lost_module
        registered.apply(self._name, module)

    def _find_lost_module(self, name: str) -> types.ModuleType:
        """A module that the package had, for `from package import module`."""
        if self._file and self._file.joinpath(f"{name}.py").is_file():
            return importlib.import_module(f"{self._name}.{name}")
        raise AttributeError(f"module {self._name!r} has no attribute {name!r}")


class _OriginalLoader(importlib.machinery.SourceFileLoader):
    """Runs a file of 1.15.5."""

    def get_code(self, fullname: str) -> types.CodeType | None:
        """The code of the file; what is changed of it is kept nowhere."""
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
    """Runs nothing of a package that only imports others: they are imported when they are used."""

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
    """A module whose classes have their docstrings as written."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and ast.get_docstring(node) is not None:
            first = node.body[0]
            assign = ast.Assign([ast.Name("__doc__", ast.Store())], first.value)  # type: ignore
            node.body[0] = ast.copy_location(assign, first)
    return ast.fix_missing_locations(tree)
