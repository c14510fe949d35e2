"""Takes names that an installed module no longer has from 1.15.5's file of the same module."""

import ast
import builtins
import types
from pathlib import Path
from typing import Any


class FallbackNames:
    """Looks up names that a module does not have; serves as the module's `__getattr__`.

    It executes the statement of 1.15.5's file that defines or imports the name, together with the
    imports that the statement needs.

    Args:
        module: module of the installed TensorFlow.
        file: file of the same module in 1.15.5.
    """

    def __init__(self, module: types.ModuleType, file: Path) -> None:
        self._module, self._file = module, file
        self._statements: list[ast.stmt] = []

    def __call__(self, name: str) -> Any:
        """Returns the value of the name; raises AttributeError as Python does."""
        if not name.startswith("__"):
            protocol = vars(self._module).get("DESCRIPTOR")
            if protocol is not None:
                return self._message(f"{protocol.package}.{name}", name)
            if not self._statements:
                self._statements = ast.parse(self._file.read_bytes()).body
            for statement in self._statements:
                if name in _defined(statement):
                    return self._define(statement, name)
        raise self._no_attribute(name)

    def _message(self, full_name: str, name: str) -> Any:
        """Returns a protobuf message that another file defines since 1.15.5."""
        from google.protobuf import descriptor_pool, message_factory

        try:
            found = descriptor_pool.Default().FindMessageTypeByName(full_name)
        except KeyError:
            raise self._no_attribute(name) from None
        vars(self._module)[name] = message_factory.GetMessageClass(found)
        return vars(self._module)[name]

    def _no_attribute(self, name: str) -> AttributeError:
        return AttributeError(f"module {self._module.__name__!r} has no attribute {name!r}")

    def _define(self, statement: ast.stmt, name: str) -> Any:
        names = _Names(self._module)
        used = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        for other in self._statements:
            if isinstance(other, ast.Import | ast.ImportFrom) and used & _imported(other):
                _run(other, self._file, names)
        _run(statement, self._file, names)
        vars(self._module)[name] = names[name]
        return names[name]


class _Names(dict[str, Any]):
    """Globals of the executed statements: their own names, then the module's."""

    def __init__(self, module: types.ModuleType) -> None:
        super().__init__(__name__=module.__name__, __builtins__=builtins)
        self._module = module

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            return getattr(builtins, name)
        try:
            return getattr(self._module, name)
        except AttributeError:
            raise KeyError(name) from None


def _defined(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Assign):
        return {target.id for target in statement.targets if isinstance(target, ast.Name)}
    return _imported(statement) if isinstance(statement, ast.ImportFrom) else set()


def _imported(statement: ast.Import | ast.ImportFrom) -> set[str]:
    if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
        return set()
    return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}


def _run(statement: ast.stmt, file: Path, names: dict[str, Any]) -> None:
    code = compile(ast.Module([statement], []), str(file), "exec", dont_inherit=True)
    exec(code, names)
