"""The shapes that a picture's ink has, and which of them are the digit."""

import numpy as np
import numpy.typing as npt

_SMALL = 40  # side of a picture that has room for a digit only: what is apart belongs to it
_WORKING_SIDE = 200  # side to which a picture is reduced, so that small gaps close
_MIN_INK = 0.35  # of the darkest that is left: so much ink is a part of a shape
_FAINT = 0.12  # of the digit's darkest: a thin stroke that holds it together
_TRIES, _MOST = 5, 50
_LEAST = 0.04  # of the digit's ink: what has less is dirt
_LONG = 1.6  # times the digit's longer side: a part of it is no longer
_NEAR = 0.35  # of the digit's longer side: how far a part of it may be from the rest
_RIM, _INSIDE = 0.08, 0.05  # of a frame's sides, and how much of it is further inside
_SPECK = 0.02  # of the picture's longer side
_HIGH, _HEAVY = 0.5, 0.25  # of the digit's height and ink: another digit has more
_COMMON = 0.4  # of a side: two digits beside each other have more of their height, less of width


class Shape:
    """A connected part of what is drawn.

    Args:
        where: bool, shape (height, width): which places are of it.
        ink: float32, shape (height, width), from 0, of all places.

    Attributes:
        where: as above.
        box: left, top, right and bottom.
        ink: how much it has.
    """

    def __init__(self, where: npt.NDArray[np.bool_], ink: npt.NDArray[np.float32]) -> None:
        self.where = where
        self.box = _box(where)
        self.ink = float(ink[where].sum())
        self._weight = float(np.square(ink[where]).sum())

    @property
    def height(self) -> int:
        """Rows of its box."""
        return self.box[3] - self.box[1]

    @property
    def width(self) -> int:
        """Columns of its box."""
        return self.box[2] - self.box[0]

    @property
    def longest(self) -> int:
        """The longer side of its box."""
        return max(self.width, self.height)

    def score(self) -> float:
        """How much speaks for it to be the digit: dark, large, near the middle, whole."""
        height, width = self.where.shape
        x, y = (self.box[0] + self.box[2]) / width - 1, (self.box[1] + self.box[3]) / height - 1
        whole = 0.5 if self.at_edge() else 1.0
        return whole * self._weight * (1 - 0.6 * min(1.0, float(np.hypot(x, y))))

    def at_edge(self) -> bool:
        """Whether the picture's edge may have cut it."""
        height, width = self.where.shape
        left, top, right, bottom = self.box
        return left == 0 or top == 0 or right == width or bottom == height

    def is_in_the_middle(self) -> bool:
        """Whether its box has the picture's middle in it."""
        height, width = self.where.shape
        left, top, right, bottom = self.box
        return left < width / 2 < right and top < height / 2 < bottom

    def is_speck(self) -> bool:
        """Whether it is too small to be drawn."""
        height, width = self.where.shape
        return self.longest < max(1, _SPECK * max(height, width))

    def is_frame(self) -> bool:
        """Whether nearly all of it is at the sides of its box, the corners included."""
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
    """Finds the digit among the shapes: the heaviest near the middle, with what belongs to it.

    Args:
        ink: float32, shape (height, width), from 0.
        noise: as much ink as paper alone seems to have.

    Returns:
        where the digit may have ink, bool, shape (height, width), and how many more shapes there
        are of a digit's size; None if nothing is drawn.
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
    """The shapes that may be a digit, or nothing."""
    left = ink.copy()
    for _ in range(_TRIES):  # what is darker than the digit, such as a frame, goes first
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
    """Where the digit is, and how many others are beside it."""
    main = max(shapes, key=Shape.score)
    where, others = main.where.copy(), 0
    faint = _connected(main.where, ink > max(noise, _FAINT * float(ink[main.where].max())))
    if Shape(faint, ink).longest <= _LONG * main.longest:  # or it is a line, or a shadow's edge
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
    """With what of the drawn is connected to it."""
    labels, _ = label_shapes(drawn | where)
    return np.isin(labels, np.unique(labels[where]))


def _gaps(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, int]:
    """How far boxes are apart in each direction; below 0 by how much they have in common."""
    x, y = (max(one[i], other[i]) - min(one[i + 2], other[i + 2]) for i in (0, 1))
    return x, y


def label_shapes(drawn: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int32], int]:
    """Numbers the shapes of what is drawn: places that touch, at corners too, are of one.

    Args:
        drawn: bool, shape (height, width).

    Returns:
        int32, shape (height, width), the number of each place's shape, from 1, or 0 where nothing
        is drawn; and how many there are.
    """
    labels = np.zeros(np.add(drawn.shape, 2), np.int32)
    inner = labels[1:-1, 1:-1]
    inner[drawn] = np.arange(1, 1 + drawn.sum())
    height, width = drawn.shape
    around = [labels[y : y + height, x : x + width] for y in (0, 1, 2) for x in (0, 1, 2)]
    while True:  # to the largest number around, and on to the number that this place has by now
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
    """The largest of each `factor` x `factor`."""
    height, width = (-(-side // factor) for side in ink.shape)
    ends = [(0, height * factor - ink.shape[0]), (0, width * factor - ink.shape[1])]
    blocks = np.pad(ink, ends).reshape(height, factor, width, factor)
    return blocks.max(axis=(1, 3))


def _dilated(where: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """With the places around."""
    wide = np.pad(where, 1)
    wide = wide[:-2] | wide[1:-1] | wide[2:]
    return wide[:, :-2] | wide[:, 1:-1] | wide[:, 2:]


def _box(where: npt.NDArray[np.bool_]) -> tuple[int, int, int, int]:
    rows, columns = (np.flatnonzero(where.any(axis=axis)) for axis in (1, 0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
