"""What is matched as one: a single variable, or those of a recurrent cell together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from tf_edureka.parity.new_variables import NewVariable
from tf_edureka.parity.recurrent import LAYOUTS, Layout, fits
from tf_edureka.parity.variable_names import directory, role
from tf_edureka.trace import Variable

# Old names of a recurrent cell have one of these.
_RECURRENT = r"lstm|gru|rnn|cell|recurrent"


@dataclass(frozen=True)
class Item:
    """Variables of one side that are matched together.

    Attributes:
        places: of them in the list of their side.
        kind: what has to be the same on both sides: number of values, or the cell with its sizes.
    """

    places: tuple[int, ...]
    kind: tuple[object, ...]
    layout: Layout | None = None

    @property
    def first(self) -> int:
        """Place of its first variable, which stands for all."""
        return self.places[0]


def _common(name: str, other: str) -> int:
    """Number of scopes that two names have in common at their beginning."""
    count = 0
    for one, another in zip(directory(name).split("/"), directory(other).split("/"), strict=False):
        if one != another:
            break
        count += bool(one)
    return count


def _cell_at(
    old: Sequence[Variable], first: int, free: set[int], layout: Layout, sizes: tuple[int, int]
) -> tuple[int, ...] | None:
    """The variables of a cell whose first one is given: nearest in name, then nearest in order."""
    chosen: list[int] = []
    for number, shape in enumerate(layout.shapes(*sizes)):
        possible = [i for i in free if old[i].shape == shape and i not in chosen]
        if layout.words:
            named = [i for i in possible if fits(layout.words[number], old[i].name)]
            # A name is needed where the shape is that of other gates, too.
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
    """Places (kernel, recurrent kernel, bias) of each recurrent layer of Keras."""
    layers: dict[str, dict[str, int]] = {}
    for place, variable in enumerate(new):
        if variable.cell:
            layers.setdefault(variable.layer, {})[variable.role] = place
    for own in layers.values():
        order = [own[name] for name in ("kernel", "recurrent_kernel", "bias") if name in own]
        if len(order) > 1:
            yield tuple(order)


def _is_as_in_keras(
    old: Sequence[Variable], free: set[int], kernel: NewVariable, recurrent: NewVariable
) -> bool:
    """Whether the old graph has kernels as Keras lays them out, and says so."""
    shapes = [old[i].shape for i in free if role(old[i].name) == "recurrent_kernel"]
    return recurrent.shape in shapes and any(old[i].shape == kernel.shape for i in free)


def _candidates(
    old: Sequence[Variable], free: set[int], layout: Layout, sizes: tuple[int, int]
) -> Iterator[tuple[int, ...]]:
    """Cells of a layout, those with the name of one first; no variable is in two of them."""
    firsts = sorted(free, key=lambda i: (not fits(_RECURRENT, old[i].name), i))
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
    """Layouts that a new layer's weights can come from, and its numbers of inputs and units."""
    inputs, units = new[cell[0]].shape[0], new[cell[1]].shape[0]
    for layout in LAYOUTS:
        if layout.cell != new[cell[0]].cell:
            continue
        bias = new[cell[2]].shape if len(cell) > 2 else None
        if layout.new_bias is None or bias == layout.new_bias(units):
            yield layout, (inputs, units)


def items(old: Sequence[Variable], new: Sequence[NewVariable]) -> tuple[list[Item], list[Item]]:
    """Groups the variables of both sides into what is matched as one.

    Args:
        old: variables of the old graph.
        new: variables of the new model.

    Returns:
        Items of the old and of the new side, each in the order of its first variable.
    """
    free = set(range(len(old)))
    left = list(_new_cells(new))
    found: tuple[list[Item], list[Item]] = [], []
    while left:
        cell = left[0]
        kernel, recurrent = new[cell[0]], new[cell[1]]
        alike = [one for one in left if _same(new, one, cell)]
        left = [one for one in left if one not in alike]
        if _is_as_in_keras(old, free, kernel, recurrent):
            continue
        for layout, sizes in _layouts(new, cell):
            cells = list(_candidates(old, free, layout, sizes))[: len(alike)]
            if not cells:
                continue
            kind = (layout.cell, *sizes, len(found[0]))
            for places in cells:
                free -= {*places}
                found[0].append(Item(places, kind, layout))
            count = 3 if layout.new_bias else 2
            found[1].extend(Item(one[:count], kind, layout) for one in alike)
            break
    taken = {place for item in found[1] for place in item.places}
    found[0].extend(Item((i,), (prod(old[i].shape),)) for i in free)
    found[1].extend(Item((j,), (prod(new[j].shape),)) for j in range(len(new)) if j not in taken)
    return tuple(sorted(side, key=lambda item: item.first) for side in found)  # type: ignore[return-value]


def _same(new: Sequence[NewVariable], cell: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two recurrent layers have the same kind and shapes."""
    shapes = [[(new[i].cell, new[i].shape) for i in one] for one in (cell, other)]
    return shapes[0] == shapes[1]
