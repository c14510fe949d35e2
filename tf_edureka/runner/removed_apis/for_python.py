"""Names that Python's standard library has removed since 3.7."""

import collections.abc
import importlib
import importlib.util
import inspect
import math
import os
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from tf_edureka.runner.removed_apis.hook import add
from tf_edureka.runner.shims.registered import after


class ArgSpec(NamedTuple):
    """The result of `inspect.getargspec`."""

    args: list[str]
    varargs: str | None
    keywords: str | None
    defaults: tuple[Any, ...] | None


def argument_names(function: Callable[..., object]) -> ArgSpec:
    """Implements `inspect.getargspec`."""
    return ArgSpec(*inspect.getfullargspec(function)[:4])


@after("collections")
def _collections(module: Any) -> None:
    """Removed in 3.10: tensorflow/nmt, google/seq2seq."""
    add(module, **{name: getattr(collections.abc, name) for name in collections.abc.__all__})


@after("fractions")
def _fractions(module: Any) -> None:
    """Removed in 3.9."""
    add(module, gcd=math.gcd)


@after("inspect")
def _inspect(module: Any) -> None:
    """Removed in 3.11: shenweichen/DeepCTR, google/seq2seq."""
    add(module, getargspec=argument_names)


@after("time")
def _time(module: Any) -> None:
    """Removed in 3.8: FeiSun/BERT4Rec."""
    add(module, clock=time.perf_counter if os.name == "nt" else time.process_time)


@after("imp")
def _imp(module: Any) -> None:
    """Removed in 3.12: google/seq2seq."""

    def load_source(name: str, path: str) -> Any:
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise ImportError(f"cannot load {path!r}", name=name, path=path)
        sys.modules[name] = loaded = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loaded)
        return loaded

    add(module, load_source=load_source, reload=importlib.reload)


@after("warnings")
def _warnings(module: Any) -> None:
    """Silences warnings about distutils, which setuptools provides from Python 3.12 on."""
    warnings.filterwarnings(
        "ignore", r"The distutils package|distutils Version classes", DeprecationWarning
    )
