"""Reduces a picture file to the parts that its pixels need.

A decoder reads every part of a file. A malicious file can have millions of parts, or small parts
that decompress to gigabytes. Only the indispensable parts are kept.
"""

import re
from collections.abc import Iterator

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_MAX_PARTS = 100_000  # a photograph has 20,000
_MAX_SCANS = 100  # of a JPEG; each processes all pixels, and 10 are usual
_MAX_EXIF = 2**16  # more than fits into one part of a JPEG
_PNG_PARTS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
# The two bytes at the start of a part of a JPEG; they do not occur within pixel data.
_MARKER = re.compile(rb"\xff([\xc0-\xcf\xda-\xfe])")
_SCAN, _END = b"\xff\xda", b"\xff\xd9"
_JPEG_PARTS = re.compile(rb"\xff([\xc0-\xcf\xda-\xdf]|\xe0..JFIF|\xee..Adobe)", re.DOTALL)
_EXIF = re.compile(rb"\xff\xe1..Exif\0\0", re.DOTALL)


def strip_unneeded(content: bytes) -> bytes:
    """Keeps only size, colours, pixels and orientation of a PNG or JPEG.

    Args:
        content: content of a file.

    Returns:
        the content without the other parts; any other format is returned unchanged.

    Raises:
        ValueError: if it has far more parts than pictures have.
    """
    if content.startswith(_PNG):
        return _PNG + b"".join(_needed(_png_parts(content)))
    if content.startswith(_JPEG):
        return _JPEG[:2] + b"".join(_needed(_jpeg_parts(content)))
    return content


def _needed(parts: Iterator[tuple[bool, bytes]]) -> Iterator[bytes]:
    for number, (is_needed, part) in enumerate(parts):
        if number == _MAX_PARTS:
            raise ValueError(f"it has more than {_MAX_PARTS:,} parts")
        if is_needed:
            yield part


def _png_parts(content: bytes) -> Iterator[tuple[bool, bytes]]:
    place = len(_PNG)
    while place < len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        kind = content[place + 4 : place + 8]
        is_exif = kind == b"eXIf" and length < _MAX_EXIF
        end = place + 12 + length  # plus length, type and checksum
        yield kind in _PNG_PARTS or is_exif, content[place:end]
        place = end


def _jpeg_parts(content: bytes) -> Iterator[tuple[bool, bytes]]:
    place, had_exif = 2, False
    while mark := _MARKER.search(content, place):
        begin, length = mark.start(), mark.end()
        if mark[0] == _SCAN:  # pixel data starts here
            end = content.find(_END, begin)
            pixels = content[begin : end + 2 if end > 0 else None]
            if pixels.count(_SCAN) > _MAX_SCANS:
                raise ValueError(f"it has more than {_MAX_SCANS} scans")
            yield True, pixels
            return
        place = length + int.from_bytes(content[length : length + 2], "big")
        is_exif = not had_exif and _EXIF.match(content, begin) is not None
        had_exif |= is_exif
        yield is_exif or _JPEG_PARTS.match(content, begin) is not None, content[begin:place]
