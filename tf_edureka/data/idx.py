"""Reads and writes IDX files, the format of the published MNIST.

A file consists of a header (two zero bytes, a type, the number of dimensions, then each dimension
as a big-endian 32-bit number) and the values; it may be gzipped.
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
# EMNIST's largest file has 547 MB; a header that announces more is rejected before allocation.
_MAX_BYTES = 600 * 10**6
_MAX_EXAMPLES = 10**6
# A gzip file may have several members, and each takes time, even an empty one. EMNIST's largest
# file, compressed in blocks of 64 kB, would have 10,000.
_MAX_MEMBERS = 10**5
_CHUNK = 2**16


def encode(array: Bytes) -> bytes:
    """Encodes an array as an IDX file.

    Args:
        array: values to encode: uint8, any shape.

    Returns:
        the content of the file, not gzipped.
    """
    header = bytes((0, 0, _UINT8, array.ndim)) + np.array(array.shape, ">u4").tobytes()
    return header + array.tobytes()


def read(path: Path, rank: int) -> Bytes:
    """Reads an IDX file of bytes with `rank` dimensions, gzipped or not.

    Reads no more than the header announces, so that a small file cannot fill the memory.

    Args:
        path: path of the file; gzip is recognised by the first bytes, not by the name.
        rank: number of dimensions; 1 for labels, 3 for images.

    Returns:
        the values, read-only: uint8, shape as in the header, in the order of the file.

    Raises:
        InputError: if the file cannot be read, is damaged or has another format.
    """
    with _files.open_to_read(path, "an IDX file") as file:
        return parse(file, str(path), rank)


def parse(file: BinaryIO, name: str, rank: int) -> Bytes:
    """Reads an IDX file as `read` does, from an open file.

    Args:
        file: file, positioned at its start.
        name: name of the file for error messages.
        rank: number of dimensions; 1 for labels, 3 for images.

    Returns:
        the values, read-only: uint8, shape as in the header, in the order of the file.

    Raises:
        InputError: if the file is damaged or has another format.
    """
    is_packed = file.read(2) == _GZIP_MAGIC
    file.seek(0)
    try:
        return _parse(name, io.BufferedReader(_Unpacked(file)) if is_packed else file, rank)
    except EOFError:
        raise InputError(
            f"{name}: expected a complete gzip file, but it ends early; download it again"
        ) from None
    except zlib.error as error:
        raise InputError(f"{name}: damaged gzip file ({error}); download it again") from None


class _Unpacked(io.RawIOBase):
    """Decompresses a gzip file; unlike the standard library's reader, it limits the members."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._packed = b""
        self._left = (
            _MAX_BYTES  # compressed bytes that may still be read: empty members could go on forever
        )
        self._member: Any = None  # the member that is being decompressed
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
                    raise zlib.error(f"more than {_MAX_MEMBERS} members")
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
            f"{name}: expected an IDX file of bytes with {rank} dimension(s), which starts with "
            f"{bytes((0, 0, _UINT8, rank)).hex(' ')}, got {_describe(header[:16])}"
        )
    if len(header) < 4 + 4 * rank:
        raise InputError(f"{name}: the file ends inside its header; download it again")
    shape = np.frombuffer(header, ">u4", offset=4).tolist()
    size = math.prod(shape)
    announced = f"{name}: the header announces {' x '.join(map(str, shape))}"
    if math.prod(max(count, 1) for count in shape) > _MAX_BYTES:  # NumPy rejects by this size, too
        raise InputError(
            f"{announced} bytes, more than the limit of {_MAX_BYTES}; is the file damaged?"
        )
    if shape[0] > _MAX_EXAMPLES:
        raise InputError(
            f"{announced}, more than the limit of {_MAX_EXAMPLES} examples; is the file damaged?"
        )
    values = stream.read(size + 1)
    if len(values) != size:
        found = f"only {len(values)}" if len(values) < size else "more"
        raise InputError(f"{announced} = {size} values, but it has {found}; download it again")
    return np.frombuffer(values, np.uint8).reshape(shape)


def _describe(start: bytes) -> str:
    if not start:
        return "an empty file"
    if start.lstrip().startswith(b"<"):
        return "an HTML page, it seems; download the file itself"
    return start[:4].hex(" ")
