"""Which names of a script lead into TensorFlow."""

import ast
from collections.abc import Iterator


class Names:
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
