"""Names and behaviour of NumPy 1.18 and earlier. A repository after a name is one that uses it."""

import functools
import pickle
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, SupportsIndex

import numpy as np
import numpy.typing as npt

from tf_edureka.runner import script_files
from tf_edureka.runner.removed_apis.hook import add, rename_argument
from tf_edureka.runner.shims.registered import after
from tf_edureka.runner.wrapped import wrap

_KINDS = "buifcSUVOMm"  # dtype kinds in the order of `find_common_type`


class _Cast:
    """Implements `np.cast`: a conversion function for each dtype."""

    def __getitem__(self, kind: npt.DTypeLike) -> Callable[[npt.ArrayLike], npt.NDArray[Any]]:
        return lambda values: np.asarray(values).astype(kind)


def as_float_array(a: npt.ArrayLike, dtype: Any = np.float64) -> npt.NDArray[Any]:
    """Implements `np.asfarray`: converts to a floating-point dtype."""
    return np.asarray(a, dtype if np.issubdtype(dtype, np.inexact) else np.float64)


def find_common_type(
    array_types: Iterable[npt.DTypeLike], scalar_types: Iterable[npt.DTypeLike]
) -> np.dtype[Any] | None:
    """Implements `np.find_common_type`: scalar types matter only if their kind is greater."""
    arrays, scalars = (
        functools.reduce(np.promote_types, types) if types else None
        for types in ([np.dtype(kind) for kind in kinds] for kinds in (array_types, scalar_types))
    )
    if arrays is None or scalars is None:
        return arrays or scalars
    is_greater = _KINDS.index(scalars.kind) > _KINDS.index(arrays.kind)
    return np.promote_types(arrays, scalars) if is_greater else arrays


NAMES = {
    # Removed in 1.24.
    **{kind.__name__: kind for kind in (bool, complex, float, int, object, str)},
    # Removed in 2.0.
    "Inf": np.inf,  # crazydonkey200/tensorflow-char-rnn
    "NAN": np.nan,
    "NaN": np.nan,  # bigzhao/Keyword_Extraction
    "alltrue": np.all,
    "asfarray": as_float_array,  # xiangwang1223/neural_graph_collaborative_filtering
    "asscalar": lambda array: array.item(),  # abisee/pointer-generator, liyaguang/DCRNN
    "cast": _Cast(),  # openai/pixel-cnn, openai/improved-gan
    "find_common_type": find_common_type,
    "float_": np.float64,
    "infty": np.inf,  # ageron/handson-ml
    "loads": lambda data, **named: pickle.loads(data, **named),  # openai/glow
    "mat": np.asmatrix,  # VeritasYin/STGCN_IJCAI-18, lehaifeng/T-GCN
    "product": np.prod,  # zihangdai/xlnet, zhengchuanpan/GMAN
    "sometrue": np.any,
    "string_": np.bytes_,
    "unicode_": np.str_,
    # Removed in 2.4.
    "in1d": np.isin,  # lehaifeng/T-GCN
    "trapz": np.trapezoid,  # lululxvi/deepxde
}
# These warnings name the NumPy version that introduced them.
_NEW_WARNINGS = r"(?s).*deprecated (in )?NumPy (1\.(19|2\d)|2\.)"
_NEWER_WARNINGS = (
    r"The truth value of an empty array",
    r"tostring\(\) is deprecated",
    r"NumPy will stop allowing conversion of out-of-bound",
    r"`\w+` is deprecated\. Use `",
)

_PYTHONS: dict[type, Any] = {
    complex: np.complexfloating,
    float: np.floating,
    int: np.signedinteger,
}
_numpy_reshape: Callable[..., npt.NDArray[Any]] = np.reshape
_Shape = SupportsIndex | Sequence[SupportsIndex]


@after("numpy")
def _restore(module: Any) -> None:
    add(module, **NAMES)
    add(module.lib, pad=np.pad)  # Kyubyong/transformer, openai/glow
    np.set_printoptions(legacy="1.21")  # 0.5 in a list, not np.float32(0.5)
    if hasattr(np, "_set_promotion_state"):  # up to 2.1: float32 and 0.1 give float64
        np._set_promotion_state("legacy")
    for message in (_NEW_WARNINGS, *_NEWER_WARNINGS):
        warnings.filterwarnings("ignore", message, DeprecationWarning)
    warnings.simplefilter("ignore", np.exceptions.VisibleDeprecationWarning)
    np.reshape = _reshape  # type: ignore[assignment]
    for name in ("array", "asanyarray", "asarray"):
        setattr(module, name, _with_object_fallback(getattr(module, name)))
    for name in ("append", "array_split", "shape", "size"):
        wrap(module, name, _accept_ragged)
    wrap(module, "issubdtype", _is_sub_type)
    rename_argument(module, "histogram", "normed", "density")  # removed in 1.24
    wrap(module, "fromstring", _from_string)
    wrap(module, "load", _load)


@functools.wraps(np.reshape)
def _reshape(
    a: npt.ArrayLike,
    shape: _Shape | None = None,
    order: Literal["A", "C", "F"] = "C",
    newshape: _Shape | None = None,
    **options: bool | None,
) -> npt.NDArray[Any]:
    """Accepts the old argument name `newshape` as well."""
    return _numpy_reshape(a, newshape if shape is None else shape, order, **options)


def _with_object_fallback(original: Callable[..., Any]) -> Callable[..., Any]:
    """Wraps an array constructor so that ragged rows become an object array, as up to 1.23."""

    @functools.wraps(original)
    def function(*arguments: Any, **named: Any) -> Any:
        try:
            return original(*arguments, **named)
        except ValueError as error:
            if named.get("copy", True) is False:  # now "never copy"; was "copy if needed"
                return function(*arguments, **{**named, "copy": None})
            kind = named.get("dtype", arguments[1] if len(arguments) > 1 else None)
            if kind is not None or not _is_ragged(error):
                raise
            return original(*arguments[:1], **{**named, "dtype": object})

    return function


@after("numpy.random")
def _restore_random(module: Any) -> None:
    wrap(module, "permutation", _accept_ragged)


def _accept_ragged(original: Callable[..., Any], rows: Any, *others: Any, **named: Any) -> Any:
    """Accepts ragged rows as well."""
    try:
        return original(rows, *others, **named)
    except ValueError as error:
        if not _is_ragged(error):
            raise
        return original(np.array(rows, object), *others, **named)


def _is_ragged(error: ValueError) -> bool:
    return "inhomogeneous shape" in str(error)


def _is_sub_type(original: Callable[..., bool], kind: Any, parent: Any) -> bool:
    """Treats float, int and complex as abstract types of any size, as up to 1.18."""
    return original(kind, _PYTHONS.get(parent, parent) if isinstance(parent, type) else parent)


def _from_string(
    original: Callable[..., Any],
    string: Any,
    dtype: npt.DTypeLike = float,
    count: int = -1,
    *,
    sep: str = "",
    **named: Any,
) -> Any:
    """Also reads binary data, as up to 2.2: openai/improved-gan."""
    if sep:
        return original(string, dtype, count, sep=sep, **named)
    data = string.encode() if isinstance(string, str) else string
    return np.frombuffer(data, dtype, count).copy()


class _Archive(np.lib.npyio.NpzFile):
    """An `.npz` file that prints a note when it loads Python objects."""

    def __getitem__(self, key: str) -> Any:
        return _with_pickle_note(super().__getitem__(key))


def _load(
    original: Callable[..., Any],
    file: Any,
    mmap_mode: Any = None,
    allow_pickle: bool | None = None,
    *arguments: Any,
    **named: Any,
) -> Any:
    """Loads Python objects by default, as up to 1.16.2: a third of the surveyed code needs it."""
    is_asked = allow_pickle is not None
    loaded = original(file, mmap_mode, allow_pickle if is_asked else True, *arguments, **named)
    if is_asked:
        return loaded
    if isinstance(loaded, np.lib.npyio.NpzFile):
        loaded.__class__ = _Archive
        return loaded
    return _with_pickle_note(loaded)


def _with_pickle_note(loaded: Any) -> Any:
    if not isinstance(loaded, np.ndarray) or loaded.dtype.hasobject:
        script_files.note(
            "np.load: loaded Python objects, as NumPy did up to 1.16.2; such a file can run any "
            "code, so load only files that you trust"
        )
    return loaded


# Error message of a newer NumPy -> what NumPy 2.1 still did.
_REMOVED_SINCE_2_2 = {
    r"only 0-dimensional arrays can be converted": "an array of one value counted as a number",
    r"The truth value of an empty array": "an empty array counted as False",
    r"Python integer -?\d+ out of bounds for u?int\d+": "numbers could overflow their dtype",
    r"'numpy.ndarray' object has no attribute 'tostring'": "an array had tostring()",
}


def advice(error: BaseException) -> str | None:
    """Returns which NumPy to install if only NumPy 2.2 or later raises `error`; else None."""
    if hasattr(np, "_set_promotion_state"):
        return None
    for message, behaviour in _REMOVED_SINCE_2_2.items():
        if re.search(message, str(error)):
            return (
                f"up to NumPy 2.1 {behaviour}; pip install -e '.[legacy]' installs NumPy 2.1 "
                f"(this is {np.__version__})"
            )
    return None
