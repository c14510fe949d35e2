"""Modules of protocol buffers as they were generated until protobuf 3.19; 4 refuses them."""

import ast
import importlib.abc
import importlib.machinery
import re
import types
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from typing import Any

_OWN = "google.protobuf"
_FILE = re.compile(r"serialized_pb=(_b\()?b?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")")


class Finder(importlib.abc.MetaPathFinder):
    """Finds those of a script's and of other libraries."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module `name`, where it was generated."""
        if not name.endswith("_pb2") or name.startswith(f"{_OWN}."):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _Loader(name, spec.loader.path)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname: str) -> types.CodeType | None:
        """The code of the file; what is changed of it is kept nowhere."""
        source = self.get_source(fullname) or ""
        changed = regenerated(source)
        return super().get_code(fullname) if changed == source else self._compiled(changed)

    def _compiled(self, source: str) -> Any:
        return self.source_to_code(source, self.path)


def regenerated(source: str, *, is_twin: bool = False) -> str:
    """A module as it is generated since, if it was generated before.

    Args:
        source: what was generated.
        is_twin: its messages have the names of others.
    """
    found = _FILE.search(source)
    if found is None:
        return source
    pool = "DescriptorPool()" if is_twin else "Default()"
    needed = [ast.unparse(node) for node in ast.parse(source).body if _is_needed(node)]
    return "\n".join(
        [
            *needed,
            "from google.protobuf import descriptor_pool",
            "from google.protobuf.internal import builder",
            f"DESCRIPTOR = descriptor_pool.{pool}.AddSerializedFile({found[2]}.encode('latin1'))",
            "builder.BuildMessageAndEnumDescriptors(DESCRIPTOR, globals())",
            "builder.BuildTopDescriptorsAndMessages(DESCRIPTOR, __name__, globals())",
        ]
    )


def _is_needed(node: ast.stmt) -> bool:
    """Whether it imports another such module, which is to be loaded before."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return False
    from_module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
    return from_module.endswith("_pb2") or any(one.name.endswith("_pb2") for one in node.names)
