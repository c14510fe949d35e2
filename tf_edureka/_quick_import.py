"""Leaves out work that an import of TensorFlow does, but that a command does not need."""

import contextlib
import functools
import sys
import typing
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader

# Packages that TensorFlow and Keras import only for their users: the interface of TensorFlow 1, and
# Keras' picture galleries, which import matplotlib. Without them the import takes a fifth less.
_AT_FIRST_USE = (
    "tensorflow._api.v2.compat",
    "keras.src.visualization",
    "keras.visualization",
    "keras._tf_keras.keras.visualization",
)


class _Finder:
    """Finds the packages of `_AT_FIRST_USE`, which then run at the first use of an attribute."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: object = None
    ) -> ModuleSpec | None:
        if name not in _AT_FIRST_USE:
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


@contextlib.contextmanager
def quick_import() -> Iterator[None]:
    """Makes the import of TensorFlow and Keras in the block quicker; no name is missing later."""
    finder = _Finder()
    # TensorFlow's type variables hold 18,000 names as text, 138 different ones. typing compiles
    # each, which takes 0.15 s.
    typing.compile = functools.cache(compile)  # type: ignore[attr-defined]
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        del typing.compile  # type: ignore[attr-defined]
