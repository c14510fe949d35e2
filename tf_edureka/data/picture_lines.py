"""Lines from edge to edge of a picture, as ruled and squared paper has them, taken away."""

import numpy as np
import numpy.typing as npt

_FROM = 100  # side of the smallest picture on which lines are looked for
_THICKNESS, _AT_LEAST = 0.02, 3  # of the longer side, and pixels beside: the widest line
_TILTS = np.linspace(-0.05, 0.05, 41)  # pixels down for each to the right
_BLOCKS = 100  # in which a line is looked at
_COMPLETE = 0.75  # of the blocks that no stroke covers have to show it
_OPEN = 0.3  # of all blocks have to be so
_ENDS = 3  # blocks: as near to each edge it comes
_DARKER = 1.5  # times as dark as the line: a stroke


def closed(shades: npt.NDArray[np.float32], size: int) -> npt.NDArray[np.float32]:
    """Fills up what is dark and narrower than `size` pixels: the grey closing by a square.

    Args:
        shades: float32, shape (height, width).
        size: of the square.

    Returns:
        float32, shape (height, width).
    """
    for part in (np.maximum, np.minimum):
        for axis in (0, 1):
            shades = _running(shades, size, part, axis)
    return shades


def without_lines(
    picture: npt.NDArray[np.float32], shades: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Takes away straight lines, level or upright, that go from edge to edge.

    What a line has covered is what is above and below it, so that strokes stay whole; and what is
    much darker than the line is a stroke over it.

    Args:
        picture: float32, shape (height, width, channels).
        shades: float32, shape (height, width): the picture in one shade, lines and ink dark.

    Returns:
        float32, shape (height, width, channels).
    """
    if min(shades.shape) < _FROM:
        return picture
    picture = picture.copy()
    for turned in (False, True):
        pixels = picture.swapaxes(0, 1) if turned else picture
        _take_away(pixels, shades.T if turned else shades)
    return picture


def _running(values, size, part, axis):
    """The extreme of `size` values around each, fewer at the ends."""
    values = np.moveaxis(values, axis, 0)
    worst = (-np.inf if part is np.maximum else np.inf) if values.dtype != bool else False
    ends = [((size - 1) // 2, size // 2), *[(0, 0)] * (values.ndim - 1)]
    result, span = np.pad(values, ends, constant_values=worst), 1
    while span < size:  # of `span` values each; then of twice as many, or of all
        step = min(span, size - span)
        result = part(result[:-step], result[step:])
        span += step
    return np.moveaxis(result, 0, axis)


def _take_away(pixels, shades):
    height, width = shades.shape
    thickest = _AT_LEAST + round(_THICKNESS * max(shades.shape))
    filled = _running(_running(shades, thickest, np.maximum, 0), thickest, np.minimum, 0)
    narrow = filled - shades  # what is dark and not high
    noise = np.median(narrow)
    covered = closed(shades, max(shades.shape) // 2) - filled
    block = -(-width // _BLOCKS)
    few = lambda values: values[:, : width // block * block].reshape(height, -1, block).mean(2)
    narrow_few, covered_few = few(narrow), few(covered)
    limit = 2 * noise + 0.03 * np.ptp(shades)
    hits, open_ = narrow_few > limit, covered_few < limit + np.median(covered_few)
    covered_rows = _running(~open_, 2 * thickest + 1, np.maximum, 0)
    open_ = ~covered_rows
    hits &= open_
    x = (np.arange(hits.shape[1]) + 0.5) * block - width / 2
    best, lines, tilt = 0.0, None, 0.0
    for tilt_now in _TILTS:
        rows = np.arange(height)[:, None] + np.round(tilt_now * x).astype(int)
        inside = (rows >= 0) & (rows < height)
        rows = np.clip(rows, 0, height - 1)
        columns = np.arange(hits.shape[1])
        seen = (hits[rows, columns] & inside).sum(1)
        possible = (open_[rows, columns] & inside).sum(1)
        share = np.where(possible >= _OPEN * hits.shape[1], seen / np.maximum(possible, 1), 0)
        crosses = hits[rows, columns] & inside | ~(open_[rows, columns] & inside)
        share *= crosses[:, :_ENDS].any(1) & crosses[:, -_ENDS:].any(1)
        score = (share**3).sum()
        if score > best:
            best, lines, tilt = score, share >= _COMPLETE, tilt_now
    if lines is None or not lines.any():
        return
    starts, ends = _runs(lines)
    x = np.arange(width)
    shift = np.round(tilt * (x + 0.5 - width / 2)).astype(int)
    for start, end in zip(starts - 1, ends + 1, strict=True):
        if end - start - 2 > thickest:
            continue
        above, below = (pixels[np.clip(row + shift, 0, height - 1), x] for row in (start - 1, end))
        inner = np.clip(np.arange(start, end)[:, None] + shift, 0, height - 1)
        depth = np.median(narrow[inner, x], axis=1).max()
        for number, row in enumerate(inner):
            part = (number + 1) / (end - start + 1)
            between = (1 - part) * above + part * below
            stroke = narrow[row, x] > _DARKER * depth + limit
            pixels[row, x] = np.where(stroke[:, None], pixels[row, x], between)


def _runs(flags):
    """Where runs of True begin, and where they have ended."""
    changes = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return changes[::2], changes[1::2]
