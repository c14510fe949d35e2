"""Shims for everything except computation: names, versions, flags, libraries."""

import contextlib
import importlib
import inspect
import sys
import traceback
import types
from pathlib import Path, PurePath
from typing import Any

from tf_edureka.errors import InputError
from tf_edureka.runner import installed, private
from tf_edureka.runner.shims.registered import shim


@shim("framework.versions")
def _versions(module: Any) -> None:
    module.VERSION = module.__version__ = "1.15.5"
    module.GIT_VERSION = module.__git_version__ = "v1.15.4-39-g3db52be"


@shim("util.deprecation")
def _deprecation(module: Any) -> None:
    module._PRINT_DEPRECATION_WARNINGS = False  # everything in version 1 is deprecated

    def extract_stack(limit: int) -> traceback.StackSummary:
        return traceback.extract_stack(sys._getframe(1), limit)

    module.tf_stack = types.SimpleNamespace(extract_stack=extract_stack)


@shim("util.tf_export")
def _tf_export(module: Any) -> None:
    def mark(self: Any, function: Any, attribute: str, names: Any) -> None:
        with contextlib.suppress(AttributeError, TypeError):  # shared functions are marked already
            setattr(function, attribute, names)

    module.api_export.set_attr = mark
    module.api_export.export_constant = lambda *_: None


# Modules that contain the names which `autograph` itself had in 1.15.5.
_AUTOGRAPH = {
    "core.converter": ("ConversionOptions", "Feature"),
    "impl.api": (
        "AutoGraphError",
        "StackTraceMapper",
        "convert",
        "converted_call",
        "do_not_convert",
        "to_code",
        "to_graph",
    ),
    "lang.directives": ("set_element_type", "set_loop_options"),
    "lang.special_functions": ("stack", "tensor_list"),
}


@shim("autograph")
def _autograph(module: Any) -> None:
    for home, names in _AUTOGRAPH.items():
        found = vars(installed.module(f"python.autograph.{home}"))
        vars(module).update({name: found[name] for name in names})
    for package in ("operators", "utils"):
        setattr(module, package, installed.module(f"python.autograph.{package}"))


@shim("util.all_util")
def _all_util(module: Any) -> None:
    module.remove_undocumented = lambda *_, **__: None  # it would remove names from shared modules


@shim("util.nest")
def _nest(module: Any) -> None:
    module.is_sequence = module.is_nested
    module.is_sequence_or_composite = module.is_nested_or_composite


class ArgSpec(inspect.FullArgSpec):
    """The result of `tf_inspect.getargspec`, with the fields that installed decorators read."""

    @property
    def keywords(self) -> str | None:
        """The name of the `**` argument, which FullArgSpec calls `varkw`."""
        return self.varkw


@shim("util.tf_inspect")
def _tf_inspect(module: Any) -> None:
    def make(args: Any = None, varargs: Any = None, keywords: Any = None, defaults: Any = None):  # type: ignore[no-untyped-def]
        return ArgSpec(args, varargs, keywords, defaults, [], None, {})

    module.ArgSpec = make
    module.getargspec = lambda function: ArgSpec(*module.getfullargspec(function))


class _NoLibrary:
    """Stands in for a compiled library of 1.15.5, which would crash the process if loaded."""

    def __init__(self, path: str) -> None:
        self._name = PurePath(path).name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise InputError(
            f"{name}: expected an op that TensorFlow 2 has, got one that was compiled for "
            f"TensorFlow 1 ({self._name})"
        )


@shim("framework.load_library")
def _load_library(module: Any) -> None:
    def load_ops(original: Any, library_filename: Any) -> Any:
        if "tensorflow_core" in PurePath(library_filename).parts:
            return _NoLibrary(library_filename)
        _expect_today(library_filename)
        return original(library_filename)

    def load(original: Any, library_location: Any) -> None:
        _expect_today(library_location)
        original(library_location)

    private.replace("framework.load_library:load_op_library", load_ops)
    private.replace("framework.load_library:load_library", load)
    module.load_file_system_library = module.load_op_library


def _expect_today(path: Any) -> None:
    """Rejects a library that is linked to TensorFlow 1, which would crash the process."""
    found = Path(path)
    if found.is_file() and b"libtensorflow_framework.so.1\0" in found.read_bytes():
        error = installed.module("python.framework.errors_impl").NotFoundError
        raise error(None, None, f"{path}: compiled for TensorFlow 1")


@shim("contrib.eager")
def _eager(module: Any) -> None:
    """Makes `import tensorflow.contrib.eager` equivalent to `tf.contrib.eager`."""
    home = f"{module.__name__}.python.tfe"
    module.__getattr__ = lambda name: getattr(importlib.import_module(home), name)


@shim("contrib.learn.python.learn.datasets.mnist")
def _mnist(module: Any) -> None:
    from tf_edureka.legacy import input_data

    module.DataSet, module.read_data_sets = input_data.DataSet, input_data.read_data_sets
