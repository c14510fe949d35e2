"""What a script uses of TensorFlow 1, line by line, with what one writes today."""

import ast
import traceback
import warnings
from collections.abc import Iterator, Sequence

from tf_edureka.runner import copies, modern_names

_Row = tuple[int, str, str]
_PlacedRow = tuple[str, str, str]
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def lines(source: bytes) -> list[_Row]:
    """Reads the `source` of a script for the names of TensorFlow 1.

    Returns:
        line from 1, old name and what to write today, in the order of the script. What is the same
        in TensorFlow 2 is left out.
    """
    return _old_names(_tree(source), _Names())


def text(name: str, source: bytes) -> str:
    """What there is to say of the `source` of the script `name`, as text under titles."""
    try:
        tree = _tree(source)
        rows = _old_names(tree, _Names())
    except _UNREADABLE as error:
        return f"{name} cannot be read for a report ({_reason(error)})."
    return _text(name, _placed("{}", rows), _placed("{}", copies.lines(tree)))


def text_of_cells(name: str, cells: Sequence[str]) -> str:
    """The same of the `cells` of a notebook, each of which has the names of those before it."""
    names, rows, made = _Names(), [], []
    for number, cell in enumerate(cells, 1):
        try:
            tree = _tree(cell.encode())
            found = _old_names(tree, names)
        except _UNREADABLE as error:
            rows.append((f"cell {number}", "cannot be read for a report", _reason(error)))
        else:
            rows += _placed(f"cell {number}, line {{}}", found)
            made += _placed(f"cell {number}, line {{}}", copies.lines(tree))
    return _text(name, rows, made)


def _tree(source: bytes) -> ast.Module:
    with warnings.catch_warnings():  # which the script has had already
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _old_names(tree: ast.Module, names: "_Names") -> list[_Row]:
    return sorted(dict.fromkeys(_modernised(tree, names)), key=lambda row: row[0])


def _reason(error: BaseException) -> str:
    return traceback.format_exception_only(error)[-1].strip()


def _placed(place: str, rows: Sequence[_Row]) -> list[_PlacedRow]:
    return [(place.format(line), name, said) for line, name, said in rows]


def _text(name: str, rows: Sequence[_PlacedRow], made: Sequence[_PlacedRow]) -> str:
    parts = [f"{name} uses nothing that TensorFlow 2 has changed."]
    if rows:
        parts = [f"What {name} has of TensorFlow 1, and what one writes today:", *_table(rows)]
    if made:
        parts += [
            f"What {name} has under names of tf.contrib, made by hand, and what it does otherwise:",
            *_table(made),
        ]
    return "\n".join(parts)


def _table(rows: Sequence[_PlacedRow]) -> Iterator[str]:
    places, names = (max(map(len, column)) for column in [*zip(*rows, strict=True)][:2])
    return (f"  {place:>{max(places, 4)}}  {name:<{names}}  {said}" for place, name, said in rows)


def _modernised(tree: ast.Module, names: "_Names") -> Iterator[tuple[int, str, str]]:
    for node in _in_order(tree):
        if not isinstance(node, ast.stmt | ast.expr):
            continue  # nothing of TensorFlow is named there
        for old in names.read(node):
            modern = modern_names.of(old)
            if modern:
                yield node.lineno, old, modern
        if isinstance(node, ast.Attribute) and names.resolve(node) is None:
            is_own = not (isinstance(node.value, ast.Name) and node.value.id in names.modules)
            if is_own and node.attr in modern_names.METHODS:
                yield node.lineno, f".{node.attr}", modern_names.METHODS[node.attr]


def _in_order(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes as they are written, without the parts of a dotted name, however deep they lie."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        while isinstance(node, ast.Attribute):
            node = node.value
        if not isinstance(node, ast.Name):
            waiting += reversed([*ast.iter_child_nodes(node)])


class _Names:
    """What the names of a script mean: which lead into TensorFlow, and which are other modules."""

    def __init__(self) -> None:
        self.tensorflow: dict[str, str] = {}
        self.modules: set[str] = set()

    def read(self, node: ast.AST) -> Iterator[str]:
        """Takes in an import or an assignment, and gives the names of TensorFlow that are used."""
        if isinstance(node, ast.Import):
            for name in node.names:
                old = _old(name.name)
                if old is None:
                    self.modules.add(name.asname or name.name.partition(".")[0])
                elif name.asname:
                    self.tensorflow[name.asname] = old
                else:
                    self.tensorflow["tensorflow"] = "tf"
                if old not in (None, "tf"):
                    yield old
        elif isinstance(node, ast.ImportFrom):
            for name in node.names:
                old = _old(f"{node.module}.{name.name}")
                if old is None:
                    self.modules.add(name.asname or name.name)
                else:
                    self.tensorflow[name.asname or name.name] = old
                    yield old
        elif isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load):
            old = self.resolve(node)
            if old is not None and isinstance(node, ast.Attribute):
                yield old
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            old = self.resolve(node.value)
            if old is not None:
                self.tensorflow[node.targets[0].id] = old

    def resolve(self, node: ast.AST) -> str | None:
        """The name of TensorFlow that an expression is; None if it is none."""
        names = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        owner = self.tensorflow.get(node.id) if isinstance(node, ast.Name) else None
        return None if owner is None else ".".join([owner, *reversed(names)])


def _old(module: str) -> str | None:
    """A module of TensorFlow as a name that begins with `tf`; None if it is none."""
    for beginning in ("tensorflow.compat.v1", "tensorflow"):
        if f"{module}.".startswith(f"{beginning}."):
            return f"tf{module.removeprefix(beginning)}"
    return None
