"""Names that Python and NumPy have dropped since the days of TensorFlow 1."""

import collections
import collections.abc
import fractions
import functools
import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any, Literal, SupportsIndex

import numpy as np
import numpy.typing as npt

NUMPY = {
    **{kind.__name__: kind for kind in (bool, complex, float, int, object, str)},
    "Inf": np.inf,
    "NaN": np.nan,
    "alltrue": np.all,
    "asscalar": lambda array: array.item(),
    "float_": np.float64,
    "in1d": np.isin,
    "infty": np.inf,
    "product": np.prod,
    "sometrue": np.any,
    "string_": np.bytes_,
    "unicode_": np.str_,
}

_numpy_reshape: Callable[..., npt.NDArray[Any]] = np.reshape
_Shape = SupportsIndex | Sequence[SupportsIndex]


def restore() -> None:
    """Gives this process the names again."""
    for name, value in NUMPY.items():
        _add(np, name, value)
    for name in collections.abc.__all__:
        _add(collections, name, getattr(collections.abc, name))
    _add(fractions, "gcd", math.gcd)
    _add(inspect, "getargspec", argument_names)
    np.reshape = _reshape  # type: ignore[assignment]
    np.set_printoptions(legacy="1.25")  # 0.5 in a list, not np.float32(0.5)


class ArgSpec(inspect.FullArgSpec):
    """What `inspect.getargspec` gave, of whose fields one had another name."""

    @property
    def keywords(self) -> str | None:
        """The name of the `**` argument."""
        return self.varkw


def argument_names(function: Callable[..., object]) -> ArgSpec:
    """What `inspect.getargspec` was."""
    return ArgSpec(*inspect.getfullargspec(function))


def _add(module: Any, name: str, value: object) -> None:
    if name not in vars(module):
        setattr(module, name, value)


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
