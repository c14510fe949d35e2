"""An old script as Python reads it: a file, standard input, a pipe, a folder or an archive."""

import builtins
import ctypes
import dataclasses
import importlib.machinery
import importlib.util
import os
import pkgutil
import stat
import sys
import tempfile
import types
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from tf_edureka.errors import InputError, printable
from tf_edureka.runner import python2, script_files

STANDARD_INPUT = "-"
MAX_BYTES = 100_000_000  # bytes of a script: there are files without end, such as /dev/zero
_FILE_INPUT = 257  # what Python's C interface calls a whole file (`Py_file_input`)


@dataclasses.dataclass(frozen=True)
class Script:
    """A script that has been read.

    Attributes:
        name: Of its file, as tracebacks have it.
        stem: What its figures are called.
        folders: Where its own modules lie, or below; Python looks for them in the first.
        source: Its text, as it was when it was read.
        code: What runs it.
        names: What the module that it runs in has at first.
    """

    name: str
    stem: str
    folders: tuple[str, ...]
    source: bytes
    code: types.CodeType
    names: dict[str, object]

    def owns(self, file: str) -> bool:
        """Whether `file` is the script, or a module of its own.

        Those lie below its folders and are not installed.
        """
        module = Path(file)
        is_below = any(module.is_relative_to(folder) for folder in self.folders if folder)
        is_own = module.suffix == ".py" and is_below and not script_files.is_library(module)
        return file == self.name or is_own

    def short(self, file: str) -> str:
        """The name of a module of its own, from the script's folder on."""
        folders = [folder for folder in self.folders if folder]
        below = [folder for folder in folders if Path(file).is_relative_to(folder)]
        return str(Path(file).relative_to(below[0])) if below else file


def read(given: str) -> Script:
    """Reads a script; where Python would run none, ends the process as Python does.

    Args:
        given: what Python would be given: a path, or `-` for standard input.

    Returns:
        what Python would run.

    Raises:
        InputError: when the script has no end.
    """
    if given == STANDARD_INPUT:
        return _from_standard_input()
    path = os.path.join(_current_folder(), given)
    importer = pkgutil.get_importer(path)
    if importer is not None:
        return _from_folder(importer, path)
    try:
        return _from_file(path)
    except OSError as error:
        _exit_like_python(f"can't open file {path!r}: [Errno {error.errno}] {error.strerror}", 2)


def _from_standard_input() -> Script:
    name, loader = "<stdin>", importlib.machinery.BuiltinImporter
    # Where it is closed, Python finds nothing in it.
    with open(os.devnull if sys.stdin is None else os.dup(0), "rb") as file:
        source, code = _read(file, name)
    return Script(
        name, "stdin", ("", _current_folder()), source, code, _names(file=name, loader=loader)
    )


def _from_file(path: str) -> Script:
    loader = importlib.machinery.SourceFileLoader("__main__", path)
    folders = os.path.dirname(os.path.realpath(path)), os.path.dirname(path)
    # Tracebacks show lines of a file: if that is a pipe they would wait for somebody to write it.
    name = f"<{path}>" if stat.S_ISFIFO(os.lstat(path).st_mode) else path
    with open(path, "rb") as file:
        source, code = _read(file, name)
    return Script(name, Path(path).stem, folders, source, code, _names(file=path, loader=loader))


def _from_folder(importer: Any, path: str) -> Script:
    """The `__main__.py` of a folder, or of an archive."""
    spec = importer.find_spec("__main__")
    if spec is None or spec.loader is None:
        _exit_like_python(f"can't find '__main__' module in {path!r}", 1)
    try:
        code = spec.loader.get_code("__main__")
    except Exception as error:
        _exit_with_error(error)
    names = vars(importlib.util.module_from_spec(spec))
    names.update(__annotations__={}, __builtins__=builtins)
    source = spec.loader.get_data(spec.origin)
    return Script(spec.origin, Path(path).stem, (path,), source, code, names)


def _names(*, file: str, loader: object) -> dict[str, object]:
    """What Python gives the module that it runs a script in."""
    return {
        **vars(types.ModuleType("__main__")),
        "__annotations__": {},
        "__builtins__": builtins,
        "__cached__": None,
        "__file__": file,
        "__loader__": loader,
    }


def _read(file: BinaryIO, name: str) -> tuple[bytes, types.CodeType]:
    """The text and the code of a script."""
    is_seekable = file.seekable()
    begin = file.tell() if is_seekable else 0
    source = file.read(MAX_BYTES + 1)
    if len(source) > MAX_BYTES:
        raise InputError(
            f"{name}: expected a script of at most {MAX_BYTES} bytes, got a longer one"
        )
    if is_seekable:
        os.lseek(file.fileno(), begin, os.SEEK_SET)
        return source, _code(file.fileno(), name)
    with tempfile.TemporaryFile() as copy:
        copy.write(source)
        copy.seek(0)
        return source, _code(copy.fileno(), name)


class _ScriptStarted(BaseException):
    """Stops a script before its first line, and brings its code."""


def _code(file: int, name: str) -> types.CodeType:
    """The code of the script that the descriptor `file` is open for.

    `compile` judges a source by other rules than Python does a script: it takes one that is not
    UTF-8 in a comment, and says other things of encodings and zero bytes. So Python's own function
    for scripts reads it, and is stopped where it begins to run it.
    """
    if os.name == "nt":  # there the C library is not at hand that Python itself uses
        with open(file, "rb", closefd=False) as script:
            return compile(script.read(), name, "exec", dont_inherit=True)

    def stop(frame: types.FrameType, *_: object) -> None:
        if frame.f_code.co_filename == name:  # else it is a codec
            raise _ScriptStarted(frame.f_code)

    namespace: ctypes.py_object[dict[str, object]] = ctypes.py_object({})
    libc = ctypes.CDLL(None)
    libc.fdopen.restype = ctypes.c_void_p
    stream = ctypes.c_void_p(libc.fdopen(os.dup(file), b"rb"))
    tracer = sys.gettrace()
    sys.settrace(stop)
    try:
        ctypes.pythonapi.PyRun_FileExFlags(
            stream, os.fsencode(name), _FILE_INPUT, namespace, namespace, True, None
        )
    except _ScriptStarted as begun:
        return begun.args[0]
    except Exception as error:
        _exit_with_error(error)
    finally:
        sys.settrace(tracer)
    raise AssertionError(f"{name} has run before it was to")


def _current_folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it has been deleted
        return ""


def _exit_like_python(reason: str, code: int) -> NoReturn:
    if sys.stderr is not None:
        print(f"{sys.executable}: {reason}", file=sys.stderr)
    sys.exit(code)


def _exit_with_error(error: Exception) -> NoReturn:
    """Ends the process by an `error` before the first line of the script, as Python does.

    That it is Python 2 is said in a line.
    """
    reason = python2.explanation(error)
    if reason is None:
        sys.excepthook(type(error), error.with_traceback(None), None)
    elif sys.stderr is not None:
        print(printable(f"error: {python2.location(error)}: {reason}"), file=sys.stderr)
    sys.exit(1)
