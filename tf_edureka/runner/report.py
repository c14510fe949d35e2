"""Reports the names of TensorFlow 1 in a script, their replacements and what changes numbers."""

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

_Use = tuple[str, str, Advice]  # place, name as reported, advice
_PlacedRow = tuple[str, ...]
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
_MOST_PLACES = 5
_ARGUMENTS = "arguments by their TensorFlow 1 names"


@dataclasses.dataclass(frozen=True)
class Row:
    """A name of TensorFlow 1 with all its uses.

    Attributes:
        kind: one of `advice.KINDS`.
        places: places of the uses, such as the line numbers of a script, from 1.
        name: the name of TensorFlow 1; a name that ends in `.*` covers all names below it.
        replacement: text that says what to write instead.
    """

    kind: str
    places: tuple[str, ...]
    name: str
    replacement: str


def parse(name: str, source: bytes) -> ast.Module:
    """Parses the `source` of the script `name`.

    Raises:
        InputError: if it is not valid Python 3.
    """
    with warnings.catch_warnings():  # Python has shown them when it ran the script
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except _UNREADABLE as error:
            raise InputError(f"{name}: cannot be parsed as Python 3 ({_reason(error)})") from None


def rows(script: ast.Module) -> list[Row]:
    """Collects the names of TensorFlow 1 in a `script`.

    Returns:
        the rows sorted by kind, names that change numbers first, then by their place in the
            script. Names that are unchanged in TensorFlow 2 are omitted.
    """
    return _grouped(_sorted_uses(script, Names(), "{}"))


def text(name: str, source: bytes) -> str:
    """Returns the report on the `source` of the script `name`, as text."""
    try:
        return text_of_tree(name, parse(name, source))
    except InputError as error:
        return f"{error}."


def text_of_tree(name: str, script: ast.Module) -> str:
    """Returns the report on the parsed `script` called `name`, as text."""
    return _text(name, rows(script), _with_places("{}", contrib_copies.find_copies(script)))


def text_of_cells(name: str, cells: Sequence[str]) -> str:
    """Returns the report on the notebook `name`, whose `cells` share their names, as text."""
    names = Names()
    uses: list[_Use] = []
    copies: list[_PlacedRow] = []
    unread: list[str] = []
    for number, cell in enumerate(cells, 1):
        try:
            script = parse(f"cell {number}", cell.encode())
        except InputError as error:
            unread.append(f"  {error}.")
        else:
            uses += _sorted_uses(script, names, f"cell {number}, line {{}}")
            copies += _with_places(f"cell {number}, line {{}}", contrib_copies.find_copies(script))
    return "\n".join([_text(name, _grouped(uses), copies), *unread])


def _reason(error: BaseException) -> str:
    return traceback.format_exception_only(error)[-1].strip()


def _sorted_uses(script: ast.Module, names: Names, place: str) -> list[_Use]:
    found = sorted(_outdated_names(script, names), key=lambda use: use[0])
    return [(place.format(line), name, advice) for line, name, advice in found]


def _grouped(uses: Iterable[_Use]) -> list[Row]:
    places: dict[tuple[str, Advice], dict[str, None]] = {}
    for place, name, advice in uses:
        places.setdefault((name, advice), {})[place] = None
    found = [
        Row(advice.kind, tuple(used_at), name, str(advice))
        for (name, advice), used_at in places.items()
    ]
    return sorted(found, key=lambda row: KINDS.index(row.kind))


def _with_places(place: str, found: Sequence[tuple[int, str, str]]) -> list[_PlacedRow]:
    return [(place.format(line), name, text) for line, name, text in found]


def _text(name: str, found: Sequence[Row], copies: Sequence[_PlacedRow]) -> str:
    parts = [f"{name} uses nothing that TensorFlow 2 has changed."]
    if found:
        parts = [
            f"Names of TensorFlow 1 in {name}, and what to write instead ({_ARGUMENTS}):",
            *_table([(row.kind, _short(row), row.name, row.replacement) for row in found]),
        ]
    if copies:
        parts += [
            f"Functions of {name} that replace tf.contrib and compute something else:",
            *_table(copies),
        ]
    return "\n".join(parts)


def _short(row: Row) -> str:
    """The places of a row: all of them, or the first three, the last, and their number."""
    if len(row.places) <= _MOST_PLACES:
        return ", ".join(row.places)
    *_, last = row.places
    return f"{', '.join(row.places[:3])} ... {last} ({len(row.places)} lines)"


def _table(table: Sequence[_PlacedRow]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)][:-1]
    for *cells, text in table:
        padded = [f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)]
        yield "  ".join(["", *padded, text])


def _outdated_names(script: ast.Module, names: Names) -> Iterator[tuple[int, str, Advice]]:
    for node in _in_order(script):
        if not isinstance(node, ast.stmt | ast.expr):
            continue  # other nodes name nothing of TensorFlow
        for old in names.read(node):
            found = modern.advice_for(old)
            if found:
                yield node.lineno, *found
        if isinstance(node, ast.Attribute) and names.resolve(node) is None:
            is_own = not (isinstance(node.value, ast.Name) and node.value.id in names.modules)
            if is_own and node.attr in modern.METHODS:
                yield node.lineno, f".{node.attr}", modern.METHODS[node.attr]


def _in_order(script: ast.AST) -> Iterator[ast.AST]:
    """Yields all nodes in source order, without recursion and without parts of dotted names."""
    waiting = [script]
    while waiting:
        node = waiting.pop()
        yield node
        while isinstance(node, ast.Attribute):
            node = node.value
        if not isinstance(node, ast.Name):
            waiting += reversed([*ast.iter_child_nodes(node)])
