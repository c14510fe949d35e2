"""The IDX file format, in which MNIST is published: read and checked.

A file is a header (two zero bytes, a type, the number of dimensions, then each dimension as a
big-endian 32-bit number) and the values, all of it gzipped or not.
"""

import gzip
import math
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from tf_edureka.errors import InputError

Bytes = npt.NDArray[np.uint8]
_UINT8 = 0x08
_GZIP_MAGIC = b"\x1f\x8b"
# EMNIST's largest file has 0.6 GB; a header that announces more is not to be trusted with memory.
_MAX_BYTES = 2**30


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
    try:
        with path.open("rb") as raw:
            is_packed = raw.read(2) == _GZIP_MAGIC
            raw.seek(0)
            return _parse(path, gzip.open(raw) if is_packed else raw, rank)
    except EOFError:
        raise InputError(
            f"{path}: expected a whole gzip file, but it ends early; download it again"
        ) from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{path}: damaged gzip file ({error}); download it again") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None


def _parse(path: Path, stream: gzip.GzipFile | BinaryIO, rank: int) -> Bytes:
    header = stream.read(4 + 4 * rank)
    if header[:4] != bytes((0, 0, _UINT8, rank)):
        raise InputError(
            f"{path}: expected an IDX file of bytes with {rank} dimension(s), which begins with "
            f"{bytes((0, 0, _UINT8, rank)).hex(' ')}, got {_describe(header[:16])}"
        )
    if len(header) < 4 + 4 * rank:
        raise InputError(f"{path}: the file ends inside its header; download it again")
    shape = np.frombuffer(header, ">u4", offset=4).tolist()
    size = math.prod(shape)
    announced = f"{path}: the header announces {' x '.join(map(str, shape))}"
    if math.prod(max(count, 1) for count in shape) > _MAX_BYTES:  # NumPy counts so too
        raise InputError(
            f"{announced} bytes, more than the {_MAX_BYTES} that are read; is the file damaged?"
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
