"""The items that are matched: single variables, or all variables of a recurrent cell."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import prod

from tf_edureka.parity.mapping.names import directory, role
from tf_edureka.parity.mapping.new_variables import NewVariable
from tf_edureka.parity.mapping.recurrent import LAYOUTS, Layout, fits
from tf_edureka.trace import Variable

Likeness = Callable[[int, int], int]

# Original names of a recurrent cell contain one of these.
_RECURRENT = r"lstm|gru|rnn|cell|recurrent"


@dataclass(frozen=True)
class Item:
    """Variables of one side that are matched together.

    Attributes:
        places: positions of the variables in the list of their side.
        kind: key that is equal on both sides: the number of values, or the cell.
        layout: layout of the variables of an original recurrent cell; None for a single variable.
        sizes: numbers of inputs and units of a recurrent cell.
    """

    places: tuple[int, ...]
    kind: tuple[object, ...]
    layout: Layout | None = None
    sizes: tuple[int, int] = (0, 0)

    @property
    def first(self) -> int:
        """Position of the first variable, which represents all."""
        return self.places[0]


def _common(name: str, other: str) -> int:
    """Number of leading scopes that two names have in common."""
    count = 0
    for one, another in zip(directory(name).split("/"), directory(other).split("/"), strict=False):
        if one != another:
            break
        count += bool(one)
    return count


def _cell_at(
    old: Sequence[Variable], first: int, free: set[int], layout: Layout, sizes: tuple[int, int]
) -> tuple[int, ...] | None:
    """The variables of a cell with a given first one: nearest in name, then nearest in order."""
    chosen: list[int] = []
    for number, shape in enumerate(layout.shapes(*sizes)):
        possible = [i for i in free if old[i].shape == shape and i not in chosen]
        if layout.words:
            named = [i for i in possible if fits(layout.words[number], old[i].name)]
            # If other gates have the same shape, the name has to fit.
            possible = named or (possible if layout.shapes(*sizes).count(shape) == 1 else [])
        if not number:
            possible = [i for i in possible if i == first]
        if not possible:
            return None
        name = old[first].name

        def near(i: int, name: str = name) -> tuple[int, bool, int]:
            return -_common(name, old[i].name), i < first, abs(i - first)

        chosen.append(min(possible, key=near))
    return tuple(chosen)


def _new_cells(new: Sequence[NewVariable]) -> Iterator[tuple[int, ...]]:
    """Positions (kernel, recurrent kernel, bias) of each recurrent layer of Keras."""
    layers: dict[str, dict[str, int]] = {}
    for place, variable in enumerate(new):
        if variable.cell:
            layers.setdefault(variable.layer, {})[variable.role] = place
    for own in layers.values():
        order = [own[name] for name in ("kernel", "recurrent_kernel", "bias") if name in own]
        if len(order) > 1:
            yield tuple(order)


def _has_keras_layout(
    old: Sequence[Variable], free: set[int], kernel: NewVariable, recurrent: NewVariable
) -> bool:
    """True if the original graph has kernels with the layout and the names of Keras."""
    shapes = [old[i].shape for i in free if role(old[i].name) == "recurrent_kernel"]
    return recurrent.shape in shapes and any(old[i].shape == kernel.shape for i in free)


def _candidates(
    old: Sequence[Variable],
    free: set[int],
    layout: Layout,
    sizes: tuple[int, int],
    like: Callable[[int], int],
) -> Iterator[tuple[int, ...]]:
    """Cells with a layout, likely ones first; no variable is in two of them."""
    firsts = sorted(free, key=lambda i: (not fits(_RECURRENT, old[i].name), -like(i), i))
    taken: set[int] = set()
    for first in firsts:
        if first not in taken:
            cell = _cell_at(old, first, free - taken, layout, sizes)
            if cell is not None:
                taken |= {*cell}
                yield cell


def _layouts(
    new: Sequence[NewVariable], cell: tuple[int, ...]
) -> Iterator[tuple[Layout, tuple[int, int]]]:
    """Layouts that fit a new layer's weights, with its numbers of inputs and units."""
    inputs, units = new[cell[0]].shape[0], new[cell[1]].shape[0]
    for layout in LAYOUTS:
        if layout.cell != new[cell[0]].cell:
            continue
        bias = new[cell[2]].shape if len(cell) > 2 else None
        if layout.new_bias is None or bias == layout.new_bias(units):
            yield layout, (inputs, units)


def _cells(
    old: Sequence[Variable], new: Sequence[NewVariable], likeness: Likeness
) -> Iterator[tuple[list[Item], list[Item]]]:
    """Recurrent cells of both sides, by kind and sizes."""
    free = set(range(len(old)))
    left = list(_new_cells(new))
    number = 0
    while left:
        cell = left[0]
        alike = [one for one in left if _are_alike(new, one, cell)]
        left = [one for one in left if one not in alike]
        if _has_keras_layout(old, free, new[cell[0]], new[cell[1]]):
            continue

        def like(i: int, alike: Sequence[tuple[int, ...]] = alike) -> int:
            return max(likeness(i, one[0]) for one in alike)

        for layout, sizes in _layouts(new, cell):
            cells = list(_candidates(old, free, layout, sizes, like))[: len(alike)]
            if cells:
                free -= {place for places in cells for place in places}
                number += 1
                kind = (layout.cell, number)
                count = 3 if layout.new_bias else 2
                yield (
                    [Item(places, kind, layout, sizes) for places in cells],
                    [Item(one[:count], kind, layout, sizes) for one in alike],
                )
                break


def _in_order(old: Sequence[Variable], cells: Sequence[Item]) -> list[Item]:
    """The cells with their variables reassigned: each gets the nearest that no earlier one has."""
    free = {place for item in cells for place in item.places}
    found = []
    for item in sorted(cells, key=lambda item: item.first):
        if item.layout is None:
            continue
        places = _cell_at(old, item.first, free, item.layout, item.sizes)
        if places is None:
            return list(cells)
        free -= {*places}
        found.append(Item(places, item.kind, item.layout, item.sizes))
    return found


def items(
    old: Sequence[Variable], new: Sequence[NewVariable], *, likeness: Likeness
) -> tuple[list[Item], list[Item]]:
    """Groups the variables of both sides into items.

    Args:
        old: names, shapes and dtypes of the original variables.
        new: variables of the new model.
        likeness: function that returns the similarity of two names from the positions of an
            original and a new variable.

    Returns:
        items of the original and of the new side, each in the order of its first variable.
    """
    cells = list(_cells(old, new, likeness))
    found = (
        _in_order(old, [item for ours, _ in cells for item in ours]),
        [item for _, theirs in cells for item in theirs],
    )
    shapes = [one.shape for one in old], [one.shape for one in new]
    for side, of_all in zip(found, shapes, strict=True):
        taken = {place for item in side for place in item.places}
        left = (place for place in range(len(of_all)) if place not in taken)
        side.extend(Item((place,), (prod(of_all[place]),)) for place in left)
        side.sort(key=lambda item: item.first)
    return found


def _are_alike(new: Sequence[NewVariable], cell: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """True if two recurrent layers have the same kind and shapes."""
    shapes = [[(new[i].cell, new[i].shape) for i in one] for one in (cell, other)]
    return shapes[0] == shapes[1]
