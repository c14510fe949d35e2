"""Loads protobuf modules generated before protobuf 3.20, which protobuf 4 rejects."""

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
    """Finds generated modules of scripts and of libraries other than protobuf."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """Returns the spec of the module `name`; None unless it is a generated module."""
        if not name.endswith("_pb2") or name.startswith(f"{_OWN}."):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _Loader(name, spec.loader.path)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname: str) -> types.CodeType | None:
        """Returns the code of the file; code of a changed source is not cached on disk."""
        source = self.get_source(fullname) or ""
        changed = regenerated(source)
        return super().get_code(fullname) if changed == source else self._compiled(changed)

    def _compiled(self, source: str) -> Any:
        return self.source_to_code(source, self.path)


def regenerated(source: str, *, is_twin: bool = False) -> str:
    """Converts the source of an old generated module to the current form.

    Args:
        source: source of a generated module.
        is_twin: whether another loaded module defines messages with the same names.

    Returns:
        the converted source; `source` itself if it already has the current form.
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
    """True if the statement imports another generated module, which must be loaded first."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return False
    from_module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
    return from_module.endswith("_pb2") or any(one.name.endswith("_pb2") for one in node.names)
