"""Removes lines from edge to edge of a picture, as on ruled and squared paper."""

import numpy as np
import numpy.typing as npt

from tf_edureka.data.picture_paper import grey_closing, running_extreme

_MIN_SIDE = 100  # smallest side of a picture that is searched for lines
_WINDOW = 0.5  # relative to the longer side: wider than any stroke
_THICKNESS, _AT_LEAST = 0.02, 3  # thickest line: relative to the longer side, plus pixels
_CONTRAST = 0.03  # relative to the picture's contrast: fainter lines are ignored
_TILTS = np.linspace(-0.05, 0.05, 41)  # slopes: pixels down per pixel to the right
_BLOCKS = 100  # number of blocks that a line is divided into
_COMPLETE = 0.75  # smallest fraction of the blocks without a stroke that show the line
_OPEN = 0.3  # smallest fraction of blocks without a stroke
_ENDS = 3  # blocks: largest distance of a line's end from the edge
_DARKER = 1.5  # factor: anything darker than the line by more is a stroke

_Grey = npt.NDArray[np.float32]
_Flags = npt.NDArray[np.bool_]


def remove_lines(
    picture: npt.NDArray[np.float32], shades: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Removes straight lines, horizontal or vertical, that go from edge to edge.

    A line is replaced by an interpolation between its two sides, so that strokes stay connected.
    Pixels much darker than the line belong to a stroke over it and are kept.

    Args:
        picture: colours: float32, shape (height, width, channels).
        shades: the picture in one shade, with lines and ink dark: float32, shape (height, width).

    Returns:
        the picture without lines: float32, shape (height, width, channels).
    """
    if min(shades.shape) < _MIN_SIDE:
        return picture
    picture = picture.copy()
    paper = grey_closing(shades, round(_WINDOW * max(shades.shape)))
    _remove_level_lines(picture, shades, paper)
    _remove_level_lines(picture.swapaxes(0, 1), shades.T, paper.T)
    return picture


def _remove_level_lines(picture: _Grey, shades: _Grey, paper: _Grey) -> None:
    """Removes the nearly horizontal lines in place."""
    height, width = shades.shape
    thickest = _AT_LEAST + round(_THICKNESS * max(shades.shape))
    filled = running_extreme(
        running_extreme(shades, thickest, np.maximum, 0), thickest, np.minimum, 0
    )
    depth = filled - shades  # of everything thinner than a stroke
    limit = float(2 * np.median(depth) + _CONTRAST * np.ptp(shades))
    block = -(-width // _BLOCKS)
    strokes = _blocks(paper - filled, block)
    stroked = strokes >= limit + np.median(strokes)
    stroked = running_extreme(stroked, 2 * thickest + 1, np.maximum, 0)
    lines, tilt = _find_lines(_blocks(depth, block) > limit, stroked, block)
    x = np.arange(width)
    shift = np.round(tilt * (x + 0.5 - width / 2)).astype(int)
    for start, end in _runs(lines):
        if end - start <= thickest:
            places = np.arange(start - 2, end + 2)[:, np.newaxis] + shift
            places = np.clip(places, 0, height - 1), np.broadcast_to(x, places.shape)
            picture[places] = _fill_line(picture[places], depth[places], limit)


def _blocks(values: _Grey, size: int) -> _Grey:
    """Returns the mean of each block of `size` values in a row."""
    height, width = values.shape
    whole = values[:, : width // size * size]
    return np.asarray(whole.reshape(height, -1, size).mean(axis=2))


def _find_lines(hits: _Flags, stroked: _Flags, block: int) -> tuple[_Flags, float]:
    """Returns a flag for each row with a line, at the middle of the picture, and their slope."""
    height, count = hits.shape
    columns = np.arange(count)
    x = (columns + 0.5 - count / 2) * block
    best, lines, best_tilt = 0.0, np.zeros(height, bool), 0.0
    for tilt in _TILTS:
        rows = np.arange(height)[:, np.newaxis] + np.round(tilt * x).astype(int)
        inside = (rows >= 0) & (rows < height)
        places = np.clip(rows, 0, height - 1), columns
        open_ = inside & ~stroked[places]
        hit = open_ & hits[places]
        possible = open_.sum(axis=1)
        share = hit.sum(axis=1) / np.maximum(possible, 1)
        may_be = hit | ~open_
        ends = may_be[:, :_ENDS].any(axis=1) & may_be[:, -_ENDS:].any(axis=1)
        share[(possible < _OPEN * count) | ~ends] = 0
        score = float((share**3).sum())
        if score > best:
            best, lines, best_tilt = score, share >= _COMPLETE, float(tilt)
    return lines, best_tilt


def _fill_line(picture: _Grey, depth: _Grey, limit: float) -> _Grey:
    """Interpolates a line, all but the first and last row, from the rows above and below."""
    part = np.linspace(0, 1, len(picture))[:, np.newaxis, np.newaxis]
    between = (1 - part) * picture[0] + part * picture[-1]
    darkest = np.median(depth, axis=1).max()
    stroke = depth > _DARKER * darkest + limit
    return np.where(stroke[..., np.newaxis], picture, between).astype(np.float32)


def _runs(flags: _Flags) -> list[tuple[int, int]]:
    """Returns start and end of each run of True."""
    changes = np.flatnonzero(np.diff(np.concatenate([[0], np.int8(flags), [0]])))
    return [(int(start), int(end)) for start, end in changes.reshape(-1, 2)]
