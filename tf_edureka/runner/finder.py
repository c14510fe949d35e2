"""Finds and loads the two TensorFlows of an old script's process.

`tensorflow` is TensorFlow 1.15.5's own Python, from the folder of the period packages. What it
stands on (graphs, sessions, eager execution, files, logging, all that is compiled) is the installed
TensorFlow: those modules are one object under two names, `tensorflow.python.framework.ops` and
`tensorflow_installed.python.framework.ops`. What the installed TensorFlow itself imports is always
its own.

The table `INSTALLED_PARTS` says which is which; `shims` has what must be added to the shared ones.
"""

import ast
import builtins
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import re
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

OLD, INSTALLED = "tensorflow", "tensorflow_installed"

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
OLD_PARTS = (
    "core.protobuf.trackable_object_graph_pb2",  # a field of a checkpoint's is gone
    "python.eager.backprop",  # gradients with respect to its own kinds of variables
    "python.eager.imperative_grad",
    "python.eager.tape",
    "python.framework.framework_lib",
    "python.framework.op_def_library",
    "python.framework.random_seed",
    "python.framework.smart_cond",
    "python.util.deprecation",
    "python.util.dispatch",
    "python.util.lazy_loader",
    "python.util.tf_export",
)
# Modules that have another name today.
RENAMED = {"python.pywrap_tensorflow_internal": "python.pywrap_tensorflow"}
# Modules of this package that stand for 1.15.5's.
OURS = {"examples.tutorials.mnist.input_data": "tf_edureka.legacy.input_data"}
# Packages that import a hundred others, of which a script needs few.
LAZY = ("contrib",)
Shim = Callable[[types.ModuleType], None]


def install(folder: Path, shims: Mapping[str, Shim]) -> None:
    """From now on `import tensorflow` gives TensorFlow 1.15.5's Python.

    Args:
        folder: where its files are.
        shims: name of a module without `tensorflow.`: what is done to it once it is loaded.
    """
    sys.meta_path[:0] = [_OldFinder(folder, shims), _InstalledFinder()]


def installed(name: str) -> Any:
    """The module `name` of the installed TensorFlow, without `tensorflow.`."""
    has_both = any(isinstance(finder, _InstalledFinder) for finder in sys.meta_path)
    return importlib.import_module(f"{INSTALLED if has_both else OLD}.{name}")


class _InstalledFinder(importlib.abc.MetaPathFinder):
    """Finds the modules of the installed TensorFlow, under another name."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == INSTALLED:
            found = importlib.machinery.PathFinder.find_spec(OLD)
            if found is None or found.submodule_search_locations is None:
                raise ModuleNotFoundError("No module named 'tensorflow'", name=OLD)
            # Its API is not needed: only what lies below is imported.
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = list(found.submodule_search_locations)
            return spec
        if not name.startswith(f"{INSTALLED}."):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _InstalledLoader(spec.loader.name, spec.loader.path)
        return spec


class _InstalledLoader(importlib.machinery.SourceFileLoader):
    """Runs a module of the installed TensorFlow so that its imports find only their own."""

    def exec_module(self, module: types.ModuleType) -> None:
        code = self.get_code(self.name)
        vars(module)["__builtins__"] = _BUILTINS
        is_own = self.is_package(self.name) or "._pywrap" in self.name  # looked up by its name
        if not is_own:  # what it defines has the name that users know
            module.__name__ = OLD + self.name.removeprefix(INSTALLED)
        exec(code, vars(module))


def _import(
    name: str,
    globals: Mapping[str, object] | None = None,
    locals: Mapping[str, object] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> types.ModuleType:
    """What an import statement does in a module of the installed TensorFlow."""
    if name == "importlib" and not fromlist:
        return _IMPORTLIB
    if level or (name != OLD and not name.startswith(f"{OLD}.")):
        return builtins.__import__(name, globals, locals, fromlist or (), level)
    module = _import_module(name)
    if not fromlist:
        return sys.modules[INSTALLED]
    for child in fromlist:
        if child != "*" and child not in vars(module) and hasattr(module, "__path__"):
            try:
                _import_module(f"{name}.{child}")
            except ModuleNotFoundError as error:
                if error.name != f"{INSTALLED}{name.removeprefix(OLD)}.{child}":
                    raise
    return module


def _import_module(name: str, package: str | None = None) -> types.ModuleType:
    if name == OLD or name.startswith(f"{OLD}."):
        name = INSTALLED + name.removeprefix(OLD)
    return importlib.import_module(name, package)


_BUILTINS = {**vars(builtins), "__import__": _import}
_IMPORTLIB = types.ModuleType("importlib")
vars(_IMPORTLIB).update(vars(importlib), import_module=_import_module)


class _OldFinder(importlib.abc.MetaPathFinder):
    """Finds the modules of TensorFlow 1.15.5: its own files, or the installed ones that serve."""

    def __init__(self, folder: Path, shims: Mapping[str, Shim]) -> None:
        self._folder = folder
        self._shims = shims

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != OLD and not name.startswith(f"{OLD}."):
            return None
        part = name.removeprefix(OLD).lstrip(".")
        if part in OURS:
            return ModuleSpec(name, _SharedLoader(OURS[part]))
        file = self._folder.joinpath(*part.split("."))
        package, module = file / "__init__.py", file.with_name(f"{file.name}.py")
        is_package = package.is_file()
        if part and is_installed(part) and not (is_package and part != "python.autograph"):
            twin = f"{INSTALLED}.{RENAMED.get(part, part)}"
            try:
                spec = importlib.util.find_spec(twin)
            except ModuleNotFoundError:  # its package
                spec = None
            if spec is not None:
                loader = _SharedLoader(twin, self._shims.get(part), lost=module)
                is_package = spec.submodule_search_locations is not None
                return ModuleSpec(name, loader, is_package=is_package)
        if not is_package and not module.is_file():
            return None
        found = str(package if is_package else module)
        kind = _LazyLoader if part in LAZY else _OldLoader
        return importlib.util.spec_from_file_location(
            name,
            found,
            loader=kind(name, found, self._shims.get(part)),
            submodule_search_locations=[str(file)] if is_package else None,
        )


def is_installed(part: str) -> bool:
    """Whether the installed TensorFlow serves the module of that name, without `tensorflow.`."""
    if part in OLD_PARTS:
        return False
    return part.endswith("_pb2") or any(
        f"{part}.".startswith(f"{beginning}.") for beginning in INSTALLED_PARTS
    )


class _SharedLoader(importlib.abc.Loader):
    """Gives a module that there is under another name, with what 1.15.5's had more."""

    def __init__(self, twin: str, shim: Shim | None = None, lost: Path | None = None) -> None:
        self._twin, self._shim, self._file = twin, shim, lost

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        module = importlib.import_module(self._twin)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        module.__spec__ = self._spec  # which importlib has replaced
        if self._file and self._file.is_file() and "__getattr__" not in vars(module):
            vars(module)["__getattr__"] = _Lost(module, self._file)
        if self._shim is not None:
            self._shim(module)


class _OldLoader(importlib.machinery.SourceFileLoader):
    """Runs a file of 1.15.5."""

    def __init__(self, name: str, path: str, shim: Shim | None) -> None:
        super().__init__(name, path)
        self._shim = shim

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> types.CodeType:
        text = importlib.util.decode_source(bytes(data))
        if self.name.endswith("_pb2"):
            text = _generated(text, is_twin=self.name.removeprefix(f"{OLD}.") in OLD_PARTS)
        return super().source_to_code(text.encode(), path, _optimize=_optimize)

    def exec_module(self, module: types.ModuleType) -> None:
        super().exec_module(module)
        if self._shim is not None:
            self._shim(module)


class _LazyLoader(_OldLoader):
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


def _generated(source: str, *, is_twin: bool) -> str:
    """A module of protocol buffers, whose code is generated otherwise since protobuf 4.

    The messages of a twin have the names of installed ones.
    """
    pool = "DescriptorPool()" if is_twin else "Default()"
    tree = ast.parse(source)
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    needed = [ast.unparse(node) for node in imports if (node.module or "").startswith(OLD)]
    text = re.search(r"serialized_pb=_b\(('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\)", source)
    if text is None:
        return source
    return "\n".join(
        [
            *needed,
            "from google.protobuf import descriptor_pool",
            "from google.protobuf.internal import builder",
            f"DESCRIPTOR = descriptor_pool.{pool}.AddSerializedFile({text[1]}.encode('latin1'))",
            "builder.BuildMessageAndEnumDescriptors(DESCRIPTOR, globals())",
            "builder.BuildTopDescriptorsAndMessages(DESCRIPTOR, __name__, globals())",
        ]
    )


class _Lost:
    """Looks up what an installed module has lost since: it is taken from 1.15.5's file."""

    def __init__(self, module: types.ModuleType, file: Path) -> None:
        self._module, self._file = module, file
        self._tree: ast.Module | None = None

    def __call__(self, name: str) -> Any:
        missing = AttributeError(f"module {self._module.__name__!r} has no attribute {name!r}")
        if name.startswith("__"):
            raise missing
        if self._tree is None:
            self._tree = ast.parse(self._file.read_bytes())
        for node in self._tree.body:
            if name in _defined(node):
                return self._define(node, name)
        raise missing

    def _define(self, node: ast.stmt, name: str) -> Any:
        """Runs one statement of the file in the installed module, and what it imports before."""
        assert self._tree is not None
        space = _Names(self._module)
        for other in self._tree.body:
            if isinstance(other, ast.Import | ast.ImportFrom) and not _is_future(other):
                needed = {alias.asname or alias.name.partition(".")[0] for alias in other.names}
                used = {of.id for of in ast.walk(node) if isinstance(of, ast.Name)}
                if needed & used:
                    _run(other, self._file, space)
        _run(node, self._file, space)
        LOST.append((self._module.__name__, name))
        vars(self._module)[name] = space[name]
        return space[name]


LOST: list[tuple[str, str]] = []


class _Names(dict[str, Any]):
    """Names of a statement of 1.15.5's in an installed module."""

    def __init__(self, module: types.ModuleType) -> None:
        super().__init__(__name__=module.__name__, __builtins__=builtins)
        self._module = module

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            return getattr(builtins, name)
        try:
            return getattr(self._module, name)
        except AttributeError:
            raise KeyError(name) from None


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {of.id for of in node.targets if isinstance(of, ast.Name)}
    return set()


def _is_future(node: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _run(node: ast.stmt, file: Path, space: dict[str, Any]) -> None:
    code = compile(ast.Module([node], []), str(file), "exec", dont_inherit=True)
    exec(code, space)
