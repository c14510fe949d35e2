import gzip

import numpy as np
import pytest
from conftest import idx_bytes

from tf_edureka import idx
from tf_edureka.errors import InputError

LABELS = np.array([3, 1, 4, 1, 5], np.uint8)
IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzipped"])
def test_reads_what_was_written(tmp_path, pack):
    path = tmp_path / "file"  # whether it is gzipped is not told by the name
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
        (idx_bytes(LABELS)[:-1], "only 4 came"),
        (idx_bytes(LABELS) + b"\x00", "more came"),
        (b"\x00\x00\x08\x01\xff\xff\xff\xff", "announces 4294967295"),
        (gzip.compress(idx_bytes(LABELS))[:-9], "ends early"),
        (gzip.compress(idx_bytes(LABELS))[:10] + b"\xff" * 20, "damaged gzip"),
        (gzip.compress(idx_bytes(LABELS))[:-8] + bytes(8), "damaged gzip"),
        (gzip.compress(b"<html>"), "an HTML page"),
    ],
)
def test_a_damaged_file_is_named_with_what_is_wrong(tmp_path, content, complaint):
    path = tmp_path / "labels"
    path.write_bytes(content)
    with pytest.raises(InputError, match=complaint) as error:
        idx.read(path, rank=1)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="nowhere: cannot be read"):
        idx.read(tmp_path / "nowhere", rank=1)


def test_a_small_gzip_of_many_zeros_is_not_unpacked_beyond_its_header(tmp_path, monkeypatch):
    path = tmp_path / "bomb"
    path.write_bytes(gzip.compress(idx_bytes(LABELS) + bytes(10_000_000)))
    taken = []
    read = gzip.GzipFile.read
    monkeypatch.setattr(
        gzip.GzipFile, "read", lambda self, size=-1: taken.append(size) or read(self, size)
    )
    with pytest.raises(InputError, match="more came"):
        idx.read(path, rank=1)
    assert sum(taken) < 100
    assert min(taken) >= 0
