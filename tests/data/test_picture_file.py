import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from tf_edureka.data import picture
from tf_edureka.data.picture_file import strip_unneeded
from tf_edureka.errors import InputError

DRAWN = np.full((40, 40), 255, np.uint8)
DRAWN[8:32, 18:22] = 0


def encoded(form: str, **options) -> bytes:
    file = io.BytesIO()
    Image.fromarray(DRAWN).convert("RGB").save(file, form, **options)
    return file.getvalue()


PNG, JPEG = encoded("PNG"), encoded("JPEG")


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def segment(kind: int, content: bytes = b"") -> bytes:
    return bytes([0xFF, kind]) + struct.pack(">H", len(content) + 2) + content


def with_chunks(*chunks: bytes) -> bytes:
    """The PNG with additional chunks between its header and its pixels."""
    return PNG[:33] + b"".join(chunks) + PNG[33:]


def with_segments(*segments: bytes) -> bytes:
    return JPEG[:2] + b"".join(segments) + JPEG[2:]


PACKED = zlib.compress(bytes(10**6))
TEXTS = [
    *(chunk(b"tEXt", b"a\0b"), chunk(b"zTXt", b"a\0\0" + PACKED), chunk(b"prVt")),
    *(chunk(b"zTXt", b"\0\0" + PACKED), chunk(b"iTXt", b"a\0\1\0\0\0" + PACKED)),
    *(chunk(b"iCCP", b"a\0\0" + PACKED), chunk(b"acTL", struct.pack(">II", 9, 0))),
    chunk(b"eXIf", bytes(2**20)),
]
SEGMENTS = [
    *(segment(0xFE, b"a comment"), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>")),
    *(segment(0xE2, b"ICC_PROFILE\0\1\1"), segment(0xE2, b"MPF\0II*\0"), segment(0xED)),
    *(b"\xff" * 1000, segment(0xFE) + b"junk" * 1000, b"\xff\0" * 1000),
]


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        *((with_chunks(text), PNG) for text in TEXTS),
        *((with_segments(segment), JPEG) for segment in SEGMENTS),
        (JPEG + b"a film", JPEG),
    ],
)
def test_parts_without_effect_on_the_pixels_are_removed(content, whole):
    assert strip_unneeded(content) == strip_unneeded(whole) == whole


@pytest.mark.parametrize(
    "content",
    [
        *(encoded("JPEG", **options) for options in ({"progressive": True}, {"subsampling": 2})),
        encoded("JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"),
        encoded("PNG", exif=b"MM\0*\0\0\0\x08\0\0\0\0\0\0"),
        with_chunks(chunk(b"PLTE", b"abc"), chunk(b"tRNS", b"abcdef"), chunk(b"IDAT")),
        b"",
        b"GIF89a",
    ],
)
def test_needed_parts_are_kept_and_other_files_are_unchanged(content):
    assert strip_unneeded(content) == content


def test_first_of_two_exif_parts_is_kept():
    first, second = (segment(0xE1, b"Exif\0\0" + text) for text in (b"first", b"second"))
    assert strip_unneeded(with_segments(first, second)) == with_segments(first)


HALF_A_MILLION = 500_000
KINDS = (b"IDAT", b"tEXt", b"zTXt", b"iCCP", b"eXIf", b"acTL", b"PLTE", b"IHDR", b"prVt")


@pytest.mark.parametrize(
    "content",
    [
        *(with_chunks(chunk(kind) * HALF_A_MILLION) for kind in KINDS),
        PNG[:-12] + chunk(b"IDAT") * HALF_A_MILLION + PNG[-12:],
        *(with_segments(segment(kind) * HALF_A_MILLION) for kind in (0xFE, 0xE0, 0xE1, 0xDB)),
    ],
    ids=[*(kind.decode() for kind in KINDS), "IDAT at the end", "COM", "APP0", "APP1", "DQT"],
)
def test_picture_with_half_a_million_parts_is_rejected(tmp_path, content):
    (tmp_path / "digit").write_bytes(content)
    with pytest.raises(InputError, match="it has more than 100,000 parts"):
        picture.read(tmp_path / "digit")


def test_jpeg_with_a_thousand_scans_is_rejected_and_with_ten_read(tmp_path):
    whole = encoded("JPEG", progressive=True)
    last_scan = whole[whole.rindex(b"\xff\xda") : -2]
    path = tmp_path / "digit.jpg"
    path.write_bytes(whole)
    assert picture.read(path).any()
    path.write_bytes(whole[:-2] + 1000 * last_scan + whole[-2:])
    with pytest.raises(InputError, match="it has more than 100 scans"):
        picture.read(path)
