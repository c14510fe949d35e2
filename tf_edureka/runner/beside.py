"""A script and the modules beside it that it imports, found by reading: nothing of it is run."""

import ast
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tf_edureka.errors import InputError, printable
from tf_edureka.runner import places, report
from tf_edureka.runner.source import MOST, STANDARD_INPUT

_File = Path | zipfile.Path
_Parts = tuple[str, ...]


def read(given: str) -> Iterator[tuple[str, ast.Module | InputError]]:
    """Reads a script and what it imports of its own folder, and what that imports, and so on.

    Args:
        given: what Python would be given: a path of a file, a folder or an archive, or `-` for
            standard input.

    Returns:
        of each file its name from the script's folder on and what it says, the script first; an
        error in the place of a module that cannot be read.

    Raises:
        InputError: when the script itself cannot be read.
    """
    root, name, content = _script(given)
    name = printable(name)
    script = report.parse(name, content)
    yield name, script
    waiting: list[tuple[ast.Module, _Parts]] = [(script, ())]
    seen = {str(root / Path(name).name)}
    while waiting:
        importing, package = waiting.pop(0)
        for file, its_package in _imported(importing, package, root):
            if str(file) not in seen:
                seen.add(str(file))
                name = printable(str(file).removeprefix(str(root)).lstrip("/\\"))
                try:
                    module = report.parse(name, _content(file, name))
                except InputError as error:
                    yield name, error
                else:
                    yield name, module
                    waiting.append((module, its_package))


def _script(given: str) -> tuple[_File, str, bytes]:
    """Where a script's modules lie, its name, and its text."""
    if given == STANDARD_INPUT:
        return Path(), "<stdin>", sys.stdin.buffer.read(MOST) if sys.stdin else b""
    path = Path(given)
    if path.is_dir():
        return path, f"{given}/__main__.py", _content(path / "__main__.py", given)
    if path.is_file() and zipfile.is_zipfile(path):
        root = zipfile.Path(path)
        return root, f"{given}/__main__.py", _content(root / "__main__.py", given)
    return path.resolve().parent, path.name, _content(path, given)


def _content(file: _File, name: str) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST + 1)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{printable(name)}: cannot be read ({reason})") from None
    if len(content) > MOST:
        raise InputError(f"{printable(name)}: expected at most {MOST} bytes, got more")
    return content


def _imported(script: ast.Module, package: _Parts, root: _File) -> Iterator[tuple[_File, _Parts]]:
    """The files below `root` that a module of a `package` imports, each with its own package."""
    for node in ast.walk(script):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield from _files((*name.name.split("."),), root)
        elif isinstance(node, ast.ImportFrom) and node.level <= len(package):
            home = package[: len(package) - node.level + 1] if node.level else ()
            module = (*home, *filter(None, (node.module or "").split(".")))
            for name in node.names:
                yield from _files((*module, name.name), root)


def _files(module: _Parts, root: _File) -> Iterator[tuple[_File, _Parts]]:
    """The files that Python reads to import a module: those of its packages, and its own."""
    place = root
    for depth, part in enumerate(module, 1):
        file, place = place / f"{part}.py", place / part
        package = place / "__init__.py"
        if package.is_file():
            found, its_package = package, module[:depth]
        elif file.is_file():
            found, its_package = file, module[: depth - 1]
        elif place.is_dir():
            continue
        else:
            return
        if isinstance(found, Path) and places.is_library(found):
            return
        yield found, its_package
        if found is file:
            return
