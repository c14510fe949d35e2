"""Reads files defensively and writes them atomically.

Untrusted paths are opened only if they are regular files, and read only up to a size limit.
"""

import contextlib
import io
import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tf_edureka.errors import InputError

PARTIAL = ".partial-"  # prefix of the name while a file is being written
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def expect_file(path: Path, what: str = "a file") -> None:
    """Checks that a path is a regular file, not a folder, pipe, socket or device.

    Args:
        path: path of the file to read.
        what: description of the expected file, for the error message.

    Raises:
        InputError: if it is something else, does not exist or cannot be accessed.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        raise _unreadable(path, error) from None
    _expect_regular(path, what, mode)


@contextlib.contextmanager
def open_to_read(path: Path, what: str = "a file") -> Iterator[BinaryIO]:
    """Opens a file for reading in the block; any OSError there becomes an `InputError`.

    Args:
        path: path of the file.
        what: description of the expected file, for the error message.

    Yields:
        the file, opened in binary mode.

    Raises:
        InputError: if it cannot be read or is not a regular file.
    """
    expect_file(path, what)
    # If the file was replaced by a pipe, opening it must not block. Files ignore this flag.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(path, flags), "rb") as file:
            _expect_regular(path, what, os.fstat(file.fileno()).st_mode)
            yield file
    except OSError as error:
        raise _unreadable(path, error) from None


def read(path: Path, most: int, what: str = "a file") -> bytes:
    """Reads a whole file.

    Args:
        path: path of the file.
        most: maximum size in bytes.
        what: description of the expected file, for the error message.

    Returns:
        the content.

    Raises:
        InputError: if it cannot be read, is not a regular file, or is larger.
    """
    with open_to_read(path, what) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise InputError(f"{path}: expected {what} of at most {most} bytes, got a longer one")
    return content


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Writes a file atomically: it is written under another name and renamed when complete.

    Args:
        path: path of the file.

    Yields:
        the temporary path to write to, in the same folder and with the same suffix. If the block
        raises, it is deleted, and a previous file at `path` is unchanged.

    Raises:
        OSError: if the file cannot be written.
    """
    partial = path.with_name(f"{PARTIAL}{path.name}")
    try:
        yield partial
        with partial.open("rb+") as file:
            os.fsync(file.fileno())  # otherwise a power cut may leave an empty file
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def zip_members(archive: bytes, most: int) -> dict[str, bytes]:
    """Reads the files in an uncompressed zip archive, which cannot unpack to more than its size.

    Args:
        archive: content of the archive.
        most: maximum number of files in it.

    Returns:
        the content of each file in it, by name.

    Raises:
        ValueError: if it is compressed or damaged, or has too many files or two with the same name.
            `zipfile` may raise other exceptions.
    """
    if archive.count(b"PK\1\2") > most:  # signature of each entry in the central directory
        raise ValueError(f"it has more than {most} files")
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        found = file.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED for member in found):
            raise ValueError("it is compressed")
        if len({member.filename for member in found}) != len(found):
            raise ValueError("two of its files have the same name")
        end = len(archive) - len(file.comment)
        count = int.from_bytes(archive[end - 12 : end - 10], "little")
        if len(found) != count:  # zipfile does not check this
            raise ValueError("its list of files is damaged")
        if sum(member.file_size for member in found) > len(archive):
            raise ValueError("its list of files announces more than it holds")
        return {member.filename: file.read(member) for member in found}


def _expect_regular(path: Path, what: str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        got = _KINDS.get(stat.S_IFMT(mode), "something else")
        raise InputError(f"{path}: expected {what}, got {got}")


def _unreadable(path: Path, error: OSError | ValueError) -> InputError:
    return InputError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})")
