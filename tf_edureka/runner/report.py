"""What a script uses of TensorFlow 1, with what one writes today and what changes its numbers."""

import ast
import dataclasses
import traceback
import warnings
from collections.abc import Iterable, Iterator, Sequence

from tf_edureka.errors import InputError
from tf_edureka.runner import contrib_copies
from tf_edureka.runner.modern import names as modern
from tf_edureka.runner.modern.advice import KINDS, Advice
from tf_edureka.runner.old_names import Names

_Use = tuple[str, str, Advice]  # place, name as it is reported, what to write today
_PlacedRow = tuple[str, ...]
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
_MOST_PLACES = 5
_WITH = "with the arguments of then"


@dataclasses.dataclass(frozen=True)
class Row:
    """An old name, however often it is used.

    Attributes:
        kind: One of `advice.KINDS`.
        places: Where it is used, such as the lines of a script, from 1.
        name: The old name; one that ends in `.*` stands for all below it.
        replacement: What to write today.
    """

    kind: str
    places: tuple[str, ...]
    name: str
    replacement: str


def parse(name: str, source: bytes) -> ast.Module:
    """Reads the `source` of the script `name`.

    Raises:
        InputError: when it is not Python by now.
    """
    with warnings.catch_warnings():  # which the script has had already
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except _UNREADABLE as error:
            raise InputError(f"{name} cannot be read for a report ({_reason(error)})") from None


def rows(script: ast.Module) -> list[Row]:
    """The names of TensorFlow 1 in a `script`.

    Returns:
        what changes numbers first, each kind in the order of the script. What is the same in
        TensorFlow 2 is left out.
    """
    return _grouped(_sorted_uses(script, Names(), "{}"))


def text(name: str, source: bytes) -> str:
    """What there is to say of the `source` of the script `name`, as text under titles."""
    try:
        return text_of_tree(name, parse(name, source))
    except InputError as error:
        return f"{error}."


def text_of_tree(name: str, script: ast.Module) -> str:
    """The same of the script `name` that has been read."""
    return _text(name, rows(script), _with_places("{}", contrib_copies.find_copies(script)))


def text_of_cells(name: str, cells: Sequence[str]) -> str:
    """The same of the `cells` of a notebook, each of which has the names of those before it."""
    names = Names()
    uses: list[_Use] = []
    made: list[_PlacedRow] = []
    unread: list[str] = []
    for number, cell in enumerate(cells, 1):
        try:
            script = parse(f"cell {number}", cell.encode())
        except InputError as error:
            unread.append(f"  {error}.")
        else:
            uses += _sorted_uses(script, names, f"cell {number}, line {{}}")
            made += _with_places(f"cell {number}, line {{}}", contrib_copies.find_copies(script))
    return "\n".join([_text(name, _grouped(uses), made), *unread])


def _reason(error: BaseException) -> str:
    return traceback.format_exception_only(error)[-1].strip()


def _sorted_uses(script: ast.Module, names: Names, place: str) -> list[_Use]:
    found = sorted(_outdated_names(script, names), key=lambda use: use[0])
    return [(place.format(line), name, advice) for line, name, advice in found]


def _grouped(uses: Iterable[_Use]) -> list[Row]:
    places: dict[tuple[str, Advice], dict[str, None]] = {}
    for place, name, advice in uses:
        places.setdefault((name, advice), {})[place] = None
    made = [Row(advice.kind, tuple(of), name, str(advice)) for (name, advice), of in places.items()]
    return sorted(made, key=lambda row: KINDS.index(row.kind))


def _with_places(place: str, found: Sequence[tuple[int, str, str]]) -> list[_PlacedRow]:
    return [(place.format(line), name, said) for line, name, said in found]


def _text(name: str, found: Sequence[Row], made: Sequence[_PlacedRow]) -> str:
    parts = [f"{name} uses nothing that TensorFlow 2 has changed."]
    if found:
        parts = [
            f"What {name} has of TensorFlow 1, and what one writes today, {_WITH}:",
            *_table([(row.kind, _short(row), row.name, row.replacement) for row in found]),
        ]
    if made:
        parts += [
            f"What {name} has under names of tf.contrib, made by hand, and what it does otherwise:",
            *_table(made),
        ]
    return "\n".join(parts)


def _short(row: Row) -> str:
    """Where it is used: all places, or the first ones, the last, and how many they are."""
    if len(row.places) <= _MOST_PLACES:
        return ", ".join(row.places)
    *_, last = row.places
    return f"{', '.join(row.places[:3])} ... {last} ({len(row.places)} lines)"


def _table(table: Sequence[_PlacedRow]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)][:-1]
    for *cells, said in table:
        padded = [f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)]
        yield "  ".join(["", *padded, said])


def _outdated_names(script: ast.Module, names: Names) -> Iterator[tuple[int, str, Advice]]:
    for node in _in_order(script):
        if not isinstance(node, ast.stmt | ast.expr):
            continue  # nothing of TensorFlow is named there
        for old in names.read(node):
            found = modern.advice_for(old)
            if found:
                yield node.lineno, *found
        if isinstance(node, ast.Attribute) and names.resolve(node) is None:
            is_own = not (isinstance(node.value, ast.Name) and node.value.id in names.modules)
            if is_own and node.attr in modern.METHODS:
                yield node.lineno, f".{node.attr}", modern.METHODS[node.attr]


def _in_order(script: ast.AST) -> Iterator[ast.AST]:
    """All nodes as they are written, without the parts of a dotted name, however deep they lie."""
    waiting = [script]
    while waiting:
        node = waiting.pop()
        yield node
        while isinstance(node, ast.Attribute):
            node = node.value
        if not isinstance(node, ast.Name):
            waiting += reversed([*ast.iter_child_nodes(node)])
