import contextlib
import gzip
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers import idx_bytes
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as npst

from tf_edureka.data import idx
from tf_edureka.errors import InputError

LABELS = np.array([3, 1, 4, 1, 5], np.uint8)
IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)


def test_encoded_bytes_match_the_idx_format():
    # Two zero bytes, 8 for bytes, 1 dimension, its length 3, and the values.
    assert idx.encode(np.array([7, 0, 255], np.uint8)) == bytes((0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 255))
    assert idx.encode(IMAGES) == idx_bytes(IMAGES)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_read_returns_what_encode_wrote(tmp_path, pack):
    path = tmp_path / "file"  # the name does not tell whether it is gzipped
    path.write_bytes(pack(idx_bytes(IMAGES)))
    np.testing.assert_array_equal(idx.read(path, rank=3), IMAGES)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "an empty file"),
        (b"<!DOCTYPE html><html>not found</html>", "an HTML page"),
        (b"\x00\x00\x08\x03" + bytes(12), "got 00 00 08 03"),
        (b"\x00\x00\x0d\x01" + bytes(8), "got 00 00 0d 01"),
        (b"\x00\x00\x08\x01\x00\x00", "ends inside its header"),
        (idx_bytes(LABELS)[:-1], "it has only 4"),
        (idx_bytes(LABELS) + b"\x00", "it has more"),
        (b"\x00\x00\x08\x01\xff\xff\xff\xff", "announces 4294967295"),
        (gzip.compress(idx_bytes(LABELS), mtime=0)[:-9], "ends early"),
        (gzip.compress(idx_bytes(LABELS), mtime=0)[:10] + b"\xff" * 20, "damaged gzip"),
        (gzip.compress(idx_bytes(LABELS), mtime=0)[:-8] + bytes(8), "damaged gzip"),
        (gzip.compress(b"<html>", mtime=0), "an HTML page"),
    ],
)
def test_damaged_file_is_named_with_its_fault(tmp_path, content, complaint):
    path = tmp_path / "labels"
    path.write_bytes(content)
    with pytest.raises(InputError, match=complaint) as error:
        idx.read(path, rank=1)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="nowhere: cannot be read"):
        idx.read(tmp_path / "nowhere", rank=1)


def test_huge_shape_is_rejected_even_without_values(tmp_path):
    path = tmp_path / "images"
    path.write_bytes(bytes((0, 0, 8, 3)) + bytes(4) + b"\xff" * 8)
    with pytest.raises(InputError, match="announces 0 x 4294967295 x 4294967295 bytes"):
        idx.read(path, rank=3)


@pytest.fixture(scope="module")
def anywhere(tmp_path_factory):
    return tmp_path_factory.mktemp("idx") / "file"


@given(
    array=npst.arrays(np.uint8, npst.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=9)),
    pack=st.sampled_from([bytes, gzip.compress]),
)
def test_any_array_survives_encoding_and_reading(anywhere, array, pack):
    anywhere.write_bytes(pack(idx_bytes(array)))
    read = idx.read(anywhere, rank=array.ndim)
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, array)


@given(
    content=st.binary(max_size=40) | st.binary(max_size=40).map(b"\x00\x00\x08\x01".__add__),
    pack=st.sampled_from([bytes, gzip.compress]),
    cut=st.integers(0, 60),
)
def test_any_bytes_give_an_array_or_an_input_error(anywhere, content, pack, cut):
    anywhere.write_bytes(pack(content)[:cut])
    with contextlib.suppress(InputError):
        assert idx_bytes(idx.read(anywhere, rank=1)) == content


def test_a_gzip_bomb_takes_no_more_memory_than_its_header_announces(anywhere):
    with gzip.open(anywhere, "wb", 1) as file:
        file.write(idx_bytes(np.zeros(1000)))
        for _ in range(600):
            file.write(bytes(2**20))
    code = (
        "import pathlib, resource\n"
        "from tf_edureka.data import idx\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        f"try: idx.read(pathlib.Path({str(anywhere)!r}), 1)\n"
        "except ValueError as error: print(error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    complaint, kilobytes = done.stdout.splitlines()
    assert "announces 1000 = 1000 values, but it has more" in complaint
    assert int(kilobytes) < 20_000  # the whole file would need 600,000


def test_a_gzip_file_of_several_members_is_read_to_its_end(tmp_path):
    content = idx_bytes(IMAGES)
    path = tmp_path / "images"
    path.write_bytes(b"".join(map(gzip.compress, (content[:3], b"", content[3:20], content[20:]))))
    np.testing.assert_array_equal(idx.read(path, rank=3), IMAGES)


def test_half_a_million_empty_gzip_members_are_rejected_early(tmp_path):
    path = tmp_path / "labels"
    empty = gzip.compress(b"") * 500_000
    for content in (empty, gzip.compress(idx_bytes(LABELS)) + empty):
        path.write_bytes(content)
        with pytest.raises(InputError, match="damaged gzip file .more than 100000 members"):
            idx.read(path, rank=1)


def test_long_empty_gzip_file_is_rejected_early(tmp_path, monkeypatch):
    monkeypatch.setattr(idx, "_MAX_BYTES", 10**6)
    path = tmp_path / "labels"
    path.write_bytes(gzip.compress(b"", 0)[:10] + b"\0\0\0\xff\xff" * 10**6)  # empty blocks
    with pytest.raises(InputError, match="damaged gzip file .more than 1000000 bytes"):
        idx.read(path, rank=1)


@pytest.mark.parametrize("rank", [1, 3])
def test_too_many_examples_are_rejected(tmp_path, rank):
    path = tmp_path / "file"
    path.write_bytes(bytes((0, 0, 8, rank)) + (10**6 + 1).to_bytes(4, "big") + b"\0\0\0\1" * 2)
    with pytest.raises(InputError, match="more than the limit of 1000000 examples"):
        idx.read(path, rank)


def test_path_that_is_not_a_file_is_rejected(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, got in ((tmp_path / "pipe", "a pipe"), (tmp_path, "a folder")):
        with pytest.raises(InputError, match=f"expected an IDX file, got {got}"):
            idx.read(path, rank=1)
    with pytest.raises(InputError, match="got a device"):
        idx.read(Path("/dev/zero"), rank=1)
