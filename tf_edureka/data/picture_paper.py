"""Estimates the paper of a picture by filling everything that is dark and narrow."""

from typing import Any

import numpy as np
import numpy.typing as npt

_BEYOND = 5  # the square's centre may be its side / _BEYOND beyond the edge
_THIN, _SOFT = 5, 3  # pixels: width of the edge of a stroke, and of a shadow


def grey_closing(shades: npt.NDArray[np.float32], size: int) -> npt.NDArray[np.float32]:
    """Fills what is dark and narrower than `size` pixels: grey closing with a square.

    The square may extend beyond the edge, so that a shadow that ends there is not filled, but not
    so far that it covers only a stroke along the edge.

    Args:
        shades: grey values: float32, shape (height, width).
        size: side of the square in pixels.

    Returns:
        the filled picture: float32, shape (height, width).
    """
    beyond = size // _BEYOND
    shades = np.pad(shades, beyond, constant_values=-np.inf)
    for part in (np.maximum, np.minimum):
        shades = _square_extreme(shades, size, part)
    return shades[beyond : shades.shape[0] - beyond, beyond : shades.shape[1] - beyond]


def in_shadow(
    shades: npt.NDArray[np.float32], paper: npt.NDArray[np.float32], size: int, alike: float
) -> npt.NDArray[np.bool_]:
    """Finds where `grey_closing` has filled a shadow, as at the round end of a shadow.

    A filled place as dark as the darkest paper nearby is shadowed paper, with its soft edge, unless
    it is as thin as the edge of a stroke.

    Args:
        shades: grey values: float32, shape (height, width).
        paper: result of `grey_closing` for them: float32, shape (height, width).
        size: side of its square in pixels.
        alike: shades that differ by less count as equal; at least 0.

    Returns:
        True for places in a shadow: bool, shape (height, width).
    """
    shadow = _square_extreme(paper, size, np.minimum)
    found = (np.abs(shades - shadow) < alike) & (paper > shadow + 2 * alike)
    found = _square_extreme(
        _square_extreme(found, _THIN, np.minimum), _THIN + 2 * _SOFT, np.maximum
    )
    return np.asarray(found & (shades > shadow - alike))


def running_extreme(values: npt.NDArray[Any], size: int, part: Any, axis: int) -> npt.NDArray[Any]:
    """Computes the running maximum or minimum, over fewer values at the ends.

    Args:
        values: values of any dtype and shape.
        size: number of values in the window.
        part: `np.maximum` or `np.minimum`.
        axis: axis of the window.

    Returns:
        the extremes, in the dtype and shape of `values`.
    """
    values = np.moveaxis(values, axis, 0)
    ends = [((size - 1) // 2, size // 2), *[(0, 0)] * (values.ndim - 1)]
    nothing = False if values.dtype == bool else -np.inf if part is np.maximum else np.inf
    result, span = np.pad(values, ends, constant_values=nothing), 1
    while span < size:  # each result covers `span` values
        step = min(span, size - span)
        result = part(result[:-step], result[step:])
        span += step
    return np.moveaxis(result, 0, axis)


def _square_extreme(values: npt.NDArray[Any], size: int, part: Any) -> npt.NDArray[Any]:
    """Computes the running maximum or minimum over a square."""
    return running_extreme(running_extreme(values, size, part, 0), size, part, 1)
