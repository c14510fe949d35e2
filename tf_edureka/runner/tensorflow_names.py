"""Resolves the names in a script that refer to TensorFlow."""

import ast
from collections.abc import Iterator


class Names:
    """The names of a script: those that refer to TensorFlow, and those of other modules."""

    def __init__(self) -> None:
        self.tensorflow: dict[str, str] = {}
        self.modules: set[str] = set()

    def read(self, node: ast.AST) -> Iterator[str]:
        """Learns names from an import or assignment; yields the TensorFlow names that are used."""
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
        """Returns the TensorFlow name that an expression refers to; None for another expression."""
        names = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        owner = self.tensorflow.get(node.id) if isinstance(node, ast.Name) else None
        return None if owner is None else ".".join([owner, *reversed(names)])


def _old(module: str) -> str | None:
    """Returns the name of a TensorFlow module starting with `tf`; None for another module."""
    for beginning in ("tensorflow.compat.v1", "tensorflow"):
        if f"{module}.".startswith(f"{beginning}."):
            return f"tf{module.removeprefix(beginning)}"
    return None
