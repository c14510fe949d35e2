"""Files that are read with care, and written as a whole or not at all.

Those from outside are opened only if they are files, and read no further than they may be long.
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

PARTIAL = ".partial-"  # what the name of a file begins with that is being written
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def expect_file(path: Path, what: str = "a file") -> None:
    """Refuses what would be waited for, or never ends: a pipe, a socket, a device; and a folder.

    Args:
        path: of the file that is to be read.
        what: is expected there, in words.

    Raises:
        InputError: when there is something else, or nothing that can be looked at.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:  # not every text is a name: one with a zero byte is none
        raise _unreadable(path, error) from None
    _expect_regular(path, what, mode)


@contextlib.contextmanager
def open_to_read(path: Path, what: str = "a file") -> Iterator[BinaryIO]:
    """Opens a file to read in the block; what goes wrong in reading becomes an `InputError`.

    Args:
        path: of the file.
        what: is expected there, in words.

    Yields:
        the file, opened for its bytes.

    Raises:
        InputError: when it cannot be read, or is no file.
    """
    expect_file(path, what)
    # If there is a pipe by now, opening it must not wait. To a file this flag means nothing.
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
        path: of the file.
        most: bytes that it may have.
        what: is expected there, in words.

    Returns:
        its bytes.

    Raises:
        InputError: when it cannot be read, is no file, or is longer.
    """
    with open_to_read(path, what) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise InputError(f"{path}: expected {what} of at most {most} bytes, got a longer one")
    return content


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Gives a path to write a file to, which gets its name when it is whole.

    Args:
        path: of the file.

    Yields:
        a path with the same ending in the same folder. If the block raises, it is deleted and a
        file that was at `path` before stays as it was.

    Raises:
        OSError: when the file cannot be written.
    """
    partial = path.with_name(f"{PARTIAL}{path.name}")
    try:
        yield partial
        with partial.open("rb+") as file:
            os.fsync(file.fileno())  # or a power cut may leave the name without the content
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def zip_members(archive: bytes, most: int) -> dict[str, bytes]:
    """Takes a zip archive apart that is not compressed, so that it can hold no more than it is.

    Args:
        archive: content of the file.
        most: files that may be in it.

    Returns:
        what each file in it holds, by name.

    Raises:
        ValueError: when it is compressed or damaged or has too many files, or two of one name; and
            what else zipfile raises.
    """
    if archive.count(b"PK\1\2") > most:  # with which each begins in the list that zipfile reads
        raise ValueError(f"it has more than {most} files in it")
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        found = file.infolist()
        if any(member.compress_type != zipfile.ZIP_STORED for member in found):
            raise ValueError("it is compressed")
        if len({member.filename for member in found}) != len(found):
            raise ValueError("it has two files of one name in it")
        end = len(archive) - len(file.comment)
        count = int.from_bytes(archive[end - 12 : end - 10], "little")
        if len(found) != count:  # which zipfile does not ask
            raise ValueError("its list of files is damaged")
        if sum(member.file_size for member in found) > len(archive):
            raise ValueError("it announces more than it holds")
        return {member.filename: file.read(member) for member in found}


def _expect_regular(path: Path, what: str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        got = _KINDS.get(stat.S_IFMT(mode), "something else")
        raise InputError(f"{path}: expected {what}, got {got}")


def _unreadable(path: Path, error: OSError | ValueError) -> InputError:
    return InputError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})")
