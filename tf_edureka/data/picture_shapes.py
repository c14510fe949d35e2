"""Finds the connected shapes of a picture's ink, and which of them form the digit."""

import numpy as np
import numpy.typing as npt

_SMALL = 40  # side of a picture with room for one digit only: all shapes belong to it
_WORKING_SIDE = 200  # side to which a picture is reduced, so that small gaps close
_MIN_INK = 0.35  # relative to the darkest remaining place: more ink is part of a shape
_FAINT = 0.12  # relative to the digit's darkest place: a thin connecting stroke
_TRIES, _MOST = 5, 50
_LEAST = 0.04  # relative to the digit's ink: a shape with less is dirt
_LONG = 1.6  # relative to the digit's longer side: longest part of a digit
_NEAR = 0.35  # relative to the digit's longer side: largest gap between its parts
_RIM, _INSIDE = 0.08, 0.05  # width of a frame relative to its sides; largest fraction inside it
_SPECK = 0.02  # relative to the picture's longer side
_HIGH, _HEAVY = 0.5, 0.25  # relative to the digit's height and ink: another digit has more
_COMMON = 0.4  # relative overlap of digits side by side: more in height, less in width


class Shape:
    """A connected shape of ink.

    Args:
        where: True for the places of the shape: bool, shape (height, width).
        ink: amount of ink of all places, from 0: float32, shape (height, width).

    Attributes:
        where: True for the places of the shape: bool, shape (height, width).
        box: bounding box: left, top, right and bottom.
        ink: total ink of the shape.
    """

    def __init__(self, where: npt.NDArray[np.bool_], ink: npt.NDArray[np.float32]) -> None:
        self.where = where
        self.box = _box(where)
        self.ink = float(ink[where].sum())
        self._weight = float(np.square(ink[where]).sum())

    @property
    def height(self) -> int:
        """Height of the bounding box."""
        return self.box[3] - self.box[1]

    @property
    def width(self) -> int:
        """Width of the bounding box."""
        return self.box[2] - self.box[0]

    @property
    def longest(self) -> int:
        """Longer side of the bounding box."""
        return max(self.width, self.height)

    def score(self) -> float:
        """Returns a score for being the digit: higher if dark, large, central and not cut off."""
        height, width = self.where.shape
        x, y = (self.box[0] + self.box[2]) / width - 1, (self.box[1] + self.box[3]) / height - 1
        whole = 0.5 if self.at_edge() else 1.0
        return whole * self._weight * (1 - 0.6 * min(1.0, float(np.hypot(x, y))))

    def at_edge(self) -> bool:
        """True if the shape touches the picture's edge, which may have cut it."""
        height, width = self.where.shape
        left, top, right, bottom = self.box
        return left == 0 or top == 0 or right == width or bottom == height

    def is_in_the_middle(self) -> bool:
        """True if the bounding box contains the picture's middle."""
        height, width = self.where.shape
        left, top, right, bottom = self.box
        return left < width / 2 < right and top < height / 2 < bottom

    def is_speck(self) -> bool:
        """True if the shape is too small to be a stroke."""
        height, width = self.where.shape
        return self.longest < max(1, _SPECK * max(height, width))

    def is_frame(self) -> bool:
        """True if nearly all of it lies along the sides of its bounding box, corners included."""
        left, top, right, bottom = self.box
        shape = self.where[top:bottom, left:right]
        y, x = (1 + round(_RIM * side) for side in shape.shape)
        if 4 * y > shape.shape[0] or 4 * x > shape.shape[1]:
            return False
        corners = (shape[rows, columns] for rows in _ends(y) for columns in _ends(x))
        inner = shape[y:-y, x:-x].sum() / shape.sum()
        return bool(inner < _INSIDE) and all(corner.any() for corner in corners)


def _ends(count: int) -> tuple[slice, slice]:
    return slice(count), slice(-count, None)


def digit(ink: npt.NDArray[np.float32], noise: float) -> tuple[npt.NDArray[np.bool_], int] | None:
    """Finds the digit among the shapes: the most prominent near the middle, with its parts.

    Args:
        ink: amount of ink, from 0: float32, shape (height, width).
        noise: largest amount of ink that plain paper appears to have.

    Returns:
        True where the digit may have ink: bool, shape (height, width); and the number of further
        shapes as large as a digit. None if nothing is drawn.
    """
    factor = -(-max(ink.shape) // _WORKING_SIDE)
    few = _block_maximum(ink, factor)
    found = _find_shapes(few, noise)
    if not found:
        return None
    main, others = _digit_and_others(found, few, noise)
    if max(ink.shape) <= _SMALL:
        return np.ones(ink.shape, bool), others
    where = _dilated(main)
    for other in found:
        if not (other.where & main).any():
            where &= ~_dilated(other.where)
    large = np.repeat(np.repeat(where, factor, axis=0), factor, axis=1)
    return large[: ink.shape[0], : ink.shape[1]], others


def _find_shapes(ink: npt.NDArray[np.float32], noise: float) -> list[Shape]:
    """Returns the shapes that may be a digit; empty if there is none."""
    left = ink.copy()
    for _ in range(_TRIES):  # shapes darker than the digit, such as a frame, are removed first
        level = _MIN_INK * left.max()
        if level <= noise:
            break
        labels, count = label_shapes(left > level)
        largest = 1 + np.argsort(-np.bincount(labels.ravel(), minlength=count + 1)[1:])[:_MOST]
        shapes = [Shape(labels == number, left) for number in largest]
        found = [
            shape
            for shape in shapes
            if not (shape.is_frame() or shape.is_speck())
            and (shape.is_in_the_middle() or not shape.at_edge())
        ]
        if found:
            return found
        for shape in shapes:
            left[_dilated(shape.where)] = 0
    return []


def _digit_and_others(
    shapes: list[Shape], ink: npt.NDArray[np.float32], noise: float
) -> tuple[npt.NDArray[np.bool_], int]:
    """Returns the places of the digit and the number of other digits beside it."""
    main = max(shapes, key=Shape.score)
    where, others = main.where.copy(), 0
    faint = _connected(main.where, ink > max(noise, _FAINT * float(ink[main.where].max())))
    if (
        Shape(faint, ink).longest <= _LONG * main.longest
    ):  # otherwise it is a line or the edge of a shadow
        where |= faint
    box = _box(where)
    for shape in sorted(shapes, key=lambda shape: max(_gaps(shape.box, main.box))):
        width, height = box[2] - box[0], box[3] - box[1]
        x, y = _gaps(shape.box, box)
        is_beside = x > -_COMMON * shape.width and y < -_COMMON * shape.height
        if (shape.where & where).any() or shape.ink < _LEAST * main.ink:
            continue
        if is_beside and shape.height >= _HIGH * height and shape.ink >= _HEAVY * main.ink:
            others += 1
        elif max(x, y) <= _NEAR * max(width, height) and shape.longest <= _LONG * main.longest:
            where |= shape.where
            box = _box(where)
    return where, others


def _connected(where: npt.NDArray[np.bool_], drawn: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Returns `where` extended by all drawn places connected to it."""
    labels, _ = label_shapes(drawn | where)
    return np.isin(labels, np.unique(labels[where]))


def _gaps(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, int]:
    """Returns the gap between two boxes along x and y; negative if they overlap."""
    x, y = (max(one[i], other[i]) - min(one[i + 2], other[i + 2]) for i in (0, 1))
    return x, y


def label_shapes(drawn: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int32], int]:
    """Labels the connected components; places that touch at corners are connected, too.

    Args:
        drawn: True for places with ink: bool, shape (height, width).

    Returns:
        the label of each place, from 1, or 0 without ink: int32, shape (height, width); and the
        number of components.
    """
    labels = np.zeros(np.add(drawn.shape, 2), np.int32)
    inner = labels[1:-1, 1:-1]
    inner[drawn] = np.arange(1, 1 + drawn.sum())
    height, width = drawn.shape
    around = [labels[y : y + height, x : x + width] for y in (0, 1, 2) for x in (0, 1, 2)]
    while True:  # take the largest neighbouring number, then the current number of that place
        largest = np.where(drawn, np.max(around, axis=0), 0)
        places = np.zeros(1 + drawn.sum(), np.int32)
        np.maximum.at(places, inner[drawn], largest[drawn])
        while not np.array_equal(places, places[places]):
            places = places[places]
        new = places[largest]
        if np.array_equal(new, inner):
            break
        inner[...] = new
    numbers, compact = np.unique(np.append(inner.ravel(), 0), return_inverse=True)
    return compact[:-1].reshape(drawn.shape).astype(np.int32), len(numbers) - 1


def _block_maximum(ink: npt.NDArray[np.float32], factor: int) -> npt.NDArray[np.float32]:
    """Returns the maximum of each block of `factor` x `factor`."""
    height, width = (-(-side // factor) for side in ink.shape)
    ends = [(0, height * factor - ink.shape[0]), (0, width * factor - ink.shape[1])]
    blocks = np.pad(ink, ends).reshape(height, factor, width, factor)
    return blocks.max(axis=(1, 3))


def _dilated(where: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Returns the places dilated by one, diagonals included."""
    wide = np.pad(where, 1)
    wide = wide[:-2] | wide[1:-1] | wide[2:]
    return wide[:, :-2] | wide[:, 1:-1] | wide[:, 2:]


def _box(where: npt.NDArray[np.bool_]) -> tuple[int, int, int, int]:
    rows, columns = (np.flatnonzero(where.any(axis=axis)) for axis in (1, 0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
