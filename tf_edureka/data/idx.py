"""The IDX file format, in which MNIST is published: read and checked, and written.

A file is a header (two zero bytes, a type, the number of dimensions, then each dimension as a
big-endian 32-bit number) and the values, all of it gzipped or not.
"""

import io
import math
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from tf_edureka import _files
from tf_edureka.errors import InputError

Bytes = npt.NDArray[np.uint8]
_UINT8 = 0x08
_GZIP_MAGIC = b"\x1f\x8b"
# EMNIST's largest file has 547 MB; a header that announces more is not to be trusted with memory.
_MAX_BYTES = 600 * 10**6
_MAX_EXAMPLES = 10**6
# A gzip file may consist of several, and each costs time, also an empty one. Those that are packed
# in blocks of 64 kB would have 10,000 of EMNIST's largest file.
_MAX_MEMBERS = 10**5
_CHUNK = 2**16


def encode(array: Bytes) -> bytes:
    """Makes an IDX file.

    Args:
        array: uint8, of any shape.

    Returns:
        the content of the file, not gzipped.
    """
    header = bytes((0, 0, _UINT8, array.ndim)) + np.array(array.shape, ">u4").tobytes()
    return header + array.tobytes()


def read(path: Path, rank: int) -> Bytes:
    """Reads an IDX file of bytes with `rank` dimensions, gzipped or not.

    Reads no more than the header announces, so a small file cannot fill the memory.

    Args:
        path: the file; whether it is gzipped is told from its first bytes, not from its name.
        rank: 1 for labels, 3 for images.

    Returns:
        uint8, in the shape of the header and the order of the file. Read-only.

    Raises:
        InputError: when the file cannot be read, is damaged or is of another format.
    """
    with _files.open_to_read(path, "an IDX file") as file:
        return parse(file, str(path), rank)


def parse(file: BinaryIO, name: str, rank: int) -> Bytes:
    """Reads what `read` reads, from an open file.

    Args:
        file: the file, at its beginning.
        name: what an error calls it.
        rank: 1 for labels, 3 for images.

    Returns:
        uint8, in the shape of the header and the order of the file. Read-only.

    Raises:
        InputError: when the file is damaged or of another format.
    """
    is_packed = file.read(2) == _GZIP_MAGIC
    file.seek(0)
    try:
        return _parse(name, io.BufferedReader(_Unpacked(file)) if is_packed else file, rank)
    except EOFError:
        raise InputError(
            f"{name}: expected a whole gzip file, but it ends early; download it again"
        ) from None
    except zlib.error as error:
        raise InputError(f"{name}: damaged gzip file ({error}); download it again") from None


class _Unpacked(io.RawIOBase):
    """What a gzip file holds. The standard library's reader follows any number of empty members."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._packed = b""
        self._left = _MAX_BYTES  # that may come packed: it could hold nothing, and never end
        self._member: Any = None  # that is being unpacked
        self._members = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        values = b""
        while not values:
            packed = self._packed
            if not packed:
                packed = self._file.read(_CHUNK)
                self._left -= len(packed)
                if self._left < 0:
                    raise zlib.error(f"more than {_MAX_BYTES} bytes")
            if self._member is None:
                if not packed:
                    return 0
                self._members += 1
                if self._members > _MAX_MEMBERS:
                    raise zlib.error(f"more than {_MAX_MEMBERS} in one")
                self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            if not packed:
                raise EOFError
            values = self._member.decompress(packed, len(buffer))
            if self._member.eof:
                self._packed, self._member = self._member.unused_data, None
            else:
                self._packed = self._member.unconsumed_tail
        buffer[: len(values)] = values
        return len(values)


def _parse(name: str, stream: BinaryIO | io.BufferedReader, rank: int) -> Bytes:
    header = stream.read(4 + 4 * rank)
    if header[:4] != bytes((0, 0, _UINT8, rank)):
        raise InputError(
            f"{name}: expected an IDX file of bytes with {rank} dimension(s), which begins with "
            f"{bytes((0, 0, _UINT8, rank)).hex(' ')}, got {_describe(header[:16])}"
        )
    if len(header) < 4 + 4 * rank:
        raise InputError(f"{name}: the file ends inside its header; download it again")
    shape = np.frombuffer(header, ">u4", offset=4).tolist()
    size = math.prod(shape)
    announced = f"{name}: the header announces {' x '.join(map(str, shape))}"
    if math.prod(max(count, 1) for count in shape) > _MAX_BYTES:  # NumPy counts so too
        raise InputError(
            f"{announced} bytes, more than the {_MAX_BYTES} that are read; is the file damaged?"
        )
    if shape[0] > _MAX_EXAMPLES:
        raise InputError(
            f"{announced}, more than the {_MAX_EXAMPLES} examples that are read; is the file "
            "damaged?"
        )
    values = stream.read(size + 1)
    if len(values) != size:
        came = f"only {len(values)}" if len(values) < size else "more"
        raise InputError(f"{announced} = {size} values, but {came} came; download it again")
    return np.frombuffer(values, np.uint8).reshape(shape)


def _describe(start: bytes) -> str:
    if not start:
        return "an empty file"
    if start.lstrip().startswith(b"<"):
        return "what looks like an HTML page; download the file itself"
    return start[:4].hex(" ")
