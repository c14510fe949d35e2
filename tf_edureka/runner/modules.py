"""What `import tensorflow` gives an old script: TensorFlow 1's names, served by what is installed.

Most of them `tf.compat.v1` still has. The tables in `places` say where the others are today; a name
that is nowhere is refused by `NotServed`, which says what to use instead.
"""

import functools
import importlib.util
import logging
import operator
import pkgutil
import re
import sys
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Literal, SupportsIndex

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from tensorflow.python.util import deprecation, tf_stack

from tf_edureka.runner import modern_names, op_seeds, places

VERSION = "1.15.5"

_numpy_reshape: Callable[..., npt.NDArray[Any]] = np.reshape
_Shape = SupportsIndex | Sequence[SupportsIndex]


@functools.wraps(np.reshape)
def _reshape(
    a: npt.ArrayLike,
    shape: _Shape | None = None,
    order: Literal["A", "C", "F"] = "C",
    newshape: _Shape | None = None,
    **options: bool | None,
) -> npt.NDArray[Any]:
    """NumPy's, which has dropped the old name of its argument."""
    return _numpy_reshape(a, newshape if shape is None else shape, order, **options)


class NotServed(AttributeError):
    """A name of TensorFlow 1 that nothing has which is installed; the message says what to do."""


def install(replay_seeds: bool = True) -> None:
    """Makes this process one of TensorFlow 1: graph mode, and `import tensorflow` gives its names.

    Args:
        replay_seeds: whether an op without a seed gets the one that TensorFlow 1.15 gave it.
    """
    deprecation._PRINT_DEPRECATION_WARNINGS = False  # all of it is deprecated
    tf.compat.v1.disable_v2_behavior()
    if replay_seeds:
        op_seeds.install()
    top = _Module("")
    modules: dict[str, types.ModuleType] = {"tensorflow": top}
    modules |= {f"tensorflow.{old}": _Module(old) for old in places.MODULES if old}
    top.__dict__.update(
        __file__=tf.__file__,
        __path__=tf.__path__,
        __spec__=tf.__spec__,
        __version__=VERSION,
        VERSION=VERSION,
        compat=tf.compat,
    )
    for name, module in modules.items():
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(modules[parent], child, module)
    modules["tensorflow.compat.v1"], modules["tensorflow.compat.v2"] = tf.compat.v1, tf.compat.v2
    if _is_installed("tf_keras"):
        # tf_keras tells of each layer and cell what it is today.
        warnings.filterwarnings("ignore", ".* is deprecated and will be removed in a future")
        logging.getLogger("tensorflow").addFilter(lambda of: "is deprecated" not in str(of.msg))
        keras = pkgutil.resolve_name("tf_keras.api._v1.keras")
        modules["keras"] = modules["tensorflow.keras"] = vars(top)["keras"] = keras
        # Where TensorFlow looks for them, and where they are.
        layers = pkgutil.resolve_name("tf_keras.src.legacy_tf_layers")
        modules["tf_keras.legacy_tf_layers"] = layers
    sys.modules.update(modules)
    for old, name in places.MOVED.items():
        parent, _, child = f"tensorflow.python.{old}".rpartition(".")
        setattr(pkgutil.resolve_name(parent), child, find(f"v1.{name}"))
    np.reshape = _reshape  # type: ignore[assignment]
    for name, value in places.NUMPY.items():
        if name not in vars(np):
            setattr(np, name, value)


class HiddenFrames(tf_stack.StackTraceFilter):
    """While it is entered, TensorFlow leaves some files out when it says where an op was made.

    Args:
        *files: as Python names them in a traceback.
    """

    def __init__(self, *files: str) -> None:
        super().__init__()
        self._files = frozenset(files)

    def get_filtered_filenames(self) -> frozenset[str]:
        """The files, as TensorFlow asks for them."""
        return self._files


class _Module(types.ModuleType):
    """A module of TensorFlow 1, whose names are looked up where they are today."""

    def __init__(self, old: str) -> None:
        super().__init__(f"tensorflow.{old}".rstrip("."))
        self._old = old
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return [public for public in dir(self) if not public.startswith("_")]
        if name.startswith("__"):
            raise AttributeError(name)
        old = f"{self._old}.{name}".lstrip(".")
        for place in _places_of(old):
            if missing_package(place) is None:
                try:
                    value = find(place)
                except AttributeError:
                    continue
                setattr(self, name, value)
                return value
        raise NotServed(_refusal(old))

    def __dir__(self) -> list[str]:
        homes = [place for place in places.MODULES[self._old] if missing_package(place) is None]
        return sorted({*self.__dict__, *(name for home in homes for name in dir(find(home)))})


def refusal(error: BaseException) -> str | None:
    """Why an `error` ended a script, if by a name of TensorFlow 1 that nothing installed has.

    Returns:
        the name, and what to do; None if it ended by something else.
    """
    if isinstance(error, NotServed):
        return str(error)
    # Modules such as tf.train are TensorFlow's own.
    lacking = re.match(r"module 'tensorflow\S*\.v1\.(\S+)' has no attribute '(\w+)'", str(error))
    if isinstance(error, AttributeError) and lacking:
        return _refusal(".".join(lacking.groups()))
    module = (error.name or "") if isinstance(error, ImportError) else ""
    if f"{module}.".startswith("tensorflow."):
        old = module.removeprefix("tensorflow").lstrip(".")
        # What `from module import name` was to import, ImportError has only since Python 3.12.
        name = re.match(r"cannot import name '(\w+)'", str(error))
        return _refusal(f"{old}.{name[1]}" if name else old)
    return None


def find(place: str) -> Any:
    """What the dotted path `place` leads to; one below `v1` is of `tf.compat.v1`."""
    if place.startswith("v1"):
        return operator.attrgetter(f"compat.{place}")(tf)
    return pkgutil.resolve_name(place)


def _places_of(old: str) -> list[str]:
    """Where a name may be today."""
    if old in places.NAMES:
        return [places.NAMES[old]]
    module, name = old, ""
    while module not in places.MODULES:
        module, _, last = module.rpartition(".")
        name = f"{last}.{name}".rstrip(".")
    return [f"{place}.{name}".rstrip(".") for place in places.MODULES[module]]


def _refusal(old: str) -> str:
    """Why a name is not served, and what to do."""
    packages = filter(None, map(missing_package, _places_of(old)))
    for package, extra in packages:
        return f"tf.{old}: needs {package}; pip install -e '.[{extra}]'"
    instead = modern_names.of(f"tf.{old}")
    return f"tf.{old}: not in TensorFlow 2" + (f"; today: {instead}" if instead else "")


def missing_package(place: str) -> tuple[str, str] | None:
    """What to install for `place` to exist, and the extra that has it; None if nothing."""
    for beginning, (module, package, extra) in places.PACKAGES.items():
        if f"{place}.".startswith(f"{beginning}.") and not _is_installed(module):
            return package, extra
    return None


def _is_installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
