"""Reads a script the way Python does: a file, standard input, a pipe, a folder or an archive."""

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
MAX_BYTES = 100_000_000  # limit for a script: some files never end, such as /dev/zero
_FILE_INPUT = 257  # `Py_file_input` in Python's C API: the code of a whole file


@dataclasses.dataclass(frozen=True)
class Script:
    """A script that has been read.

    Attributes:
        name: file name as it appears in tracebacks.
        stem: prefix of its figures' file names.
        folders: folders with the script's own modules; the first becomes `sys.path[0]`.
        source: text of the script.
        code: compiled code of the script.
        names: initial globals of the module that the script runs in.
    """

    name: str
    stem: str
    folders: tuple[str, ...]
    source: bytes
    code: types.CodeType
    names: dict[str, object]

    def owns(self, file: str) -> bool:
        """True if `file` is the script or one of its own modules.

        Its own modules lie below its folders and are not installed.
        """
        module = Path(file)
        is_below = any(module.is_relative_to(folder) for folder in self.folders if folder)
        is_own = module.suffix == ".py" and is_below and not script_files.is_library(module)
        return file == self.name or is_own

    def short(self, file: str) -> str:
        """Returns the path of one of its own modules relative to the script's folder."""
        folders = [folder for folder in self.folders if folder]
        below = [folder for folder in folders if Path(file).is_relative_to(folder)]
        return str(Path(file).relative_to(below[0])) if below else file


def read(given: str) -> Script:
    """Reads a script; if Python could not run it, ends the process the way Python does.

    Args:
        given: the script as Python's command line names it: a path, or `-` for standard input.

    Returns:
        the script, ready to run.

    Raises:
        InputError: if the script is longer than `MAX_BYTES`.
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
    # If standard input is closed, Python reads an empty script.
    with open(os.devnull if sys.stdin is None else os.dup(0), "rb") as file:
        source, code = _read(file, name)
    return Script(
        name, "stdin", ("", _current_folder()), source, code, _names(file=name, loader=loader)
    )


def _from_file(path: str) -> Script:
    loader = importlib.machinery.SourceFileLoader("__main__", path)
    folders = os.path.dirname(os.path.realpath(path)), os.path.dirname(path)
    # Tracebacks read the file's lines: for a pipe, that would block until a process writes to it.
    name = f"<{path}>" if stat.S_ISFIFO(os.lstat(path).st_mode) else path
    with open(path, "rb") as file:
        source, code = _read(file, name)
    return Script(name, Path(path).stem, folders, source, code, _names(file=path, loader=loader))


def _from_folder(importer: Any, path: str) -> Script:
    """Reads the `__main__.py` of a folder or an archive."""
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
    """Returns the initial globals of a module that Python runs a script in."""
    return {
        **vars(types.ModuleType("__main__")),
        "__annotations__": {},
        "__builtins__": builtins,
        "__cached__": None,
        "__file__": file,
        "__loader__": loader,
    }


def _read(file: BinaryIO, name: str) -> tuple[bytes, types.CodeType]:
    """Returns the text and the code of a script."""
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
    """Stops a script before its first line; carries its code."""


def _code(file: int, name: str) -> types.CodeType:
    """Returns the code of the script behind the file descriptor `file`.

    `compile` has other rules than Python has for scripts: it accepts comments that are not UTF-8
    and reports encodings and zero bytes differently. So Python's own C function for scripts reads
    the file and is stopped when it starts to run the code.
    """
    if os.name == "nt":  # the C library that Python itself uses is not accessible there
        with open(file, "rb", closefd=False) as script:
            return compile(script.read(), name, "exec", dont_inherit=True)

    def stop(frame: types.FrameType, *_: object) -> None:
        if frame.f_code.co_filename == name:  # other files are codecs
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
    raise AssertionError(f"{name} ran although only its code was requested")


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
    """Ends the process the way Python does for an `error` before the script's first line.

    An error caused by Python 2 code is reported as one line.
    """
    reason = python2.explanation(error)
    if reason is None:
        sys.excepthook(type(error), error.with_traceback(None), None)
    elif sys.stderr is not None:
        print(printable(f"error: {python2.location(error)}: {reason}"), file=sys.stderr)
    sys.exit(1)
