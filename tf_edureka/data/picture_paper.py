"""The paper of a picture: what stays of it when all that is narrow is filled up."""

from typing import Any

import numpy as np
import numpy.typing as npt

_BEYOND = 5  # of the square's side, so many in 1: how far its middle may be beyond the edge
_THIN, _SOFT = 5, 3  # pixels: of the edge of a stroke, and of a shadow's


def grey_closing(shades: npt.NDArray[np.float32], size: int) -> npt.NDArray[np.float32]:
    """Fills up what is dark and narrower than `size` pixels: the grey closing by a square.

    The square may be over the edge, so that a shadow's end there is not filled up; but not by so
    much that a stroke along the edge is all that is under it.

    Args:
        shades: float32, shape (height, width).
        size: of the square.

    Returns:
        float32, shape (height, width).
    """
    beyond = size // _BEYOND
    shades = np.pad(shades, beyond, constant_values=-np.inf)
    for part in (np.maximum, np.minimum):
        shades = _square_extreme(shades, size, part)
    return shades[beyond : shades.shape[0] - beyond, beyond : shades.shape[1] - beyond]


def in_shadow(
    shades: npt.NDArray[np.float32], paper: npt.NDArray[np.float32], size: int, alike: float
) -> npt.NDArray[np.bool_]:
    """Where `grey_closing` has filled up a shadow, as it does at the round end of one.

    What is filled up and as dark as the darkest paper nearby is paper in a shadow, with its soft
    edge, unless it is as thin as the edge of a stroke.

    Args:
        shades: float32, shape (height, width).
        paper: float32, shape (height, width): what `grey_closing` made of them.
        size: of its square.
        alike: from 0; two shades that differ by less may be one.

    Returns:
        bool, shape (height, width).
    """
    shadow = _square_extreme(paper, size, np.minimum)
    found = (np.abs(shades - shadow) < alike) & (paper > shadow + 2 * alike)
    found = _square_extreme(
        _square_extreme(found, _THIN, np.minimum), _THIN + 2 * _SOFT, np.maximum
    )
    return np.asarray(found & (shades > shadow - alike))


def running_extreme(values: npt.NDArray[Any], size: int, part: Any, axis: int) -> npt.NDArray[Any]:
    """The extreme of the values around each, fewer at the ends.

    Args:
        values: of any dtype and shape.
        size: how many are around.
        part: `np.maximum` or `np.minimum`.
        axis: along which they are.

    Returns:
        in the dtype and shape of `values`.
    """
    values = np.moveaxis(values, axis, 0)
    ends = [((size - 1) // 2, size // 2), *[(0, 0)] * (values.ndim - 1)]
    nothing = False if values.dtype == bool else -np.inf if part is np.maximum else np.inf
    result, span = np.pad(values, ends, constant_values=nothing), 1
    while span < size:  # the result is that of `span` values each
        step = min(span, size - span)
        result = part(result[:-step], result[step:])
        span += step
    return np.moveaxis(result, 0, axis)


def _square_extreme(values: npt.NDArray[Any], size: int, part: Any) -> npt.NDArray[Any]:
    """The extreme of a square around each."""
    return running_extreme(running_extreme(values, size, part, 0), size, part, 1)
