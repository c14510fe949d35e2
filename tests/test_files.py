import io
import os
import socket
import struct
import zipfile
from pathlib import Path

import pytest

from tf_edureka import _files
from tf_edureka.errors import InputError


@pytest.fixture
def pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_pipes_sockets_devices_and_folders_are_rejected_without_blocking(pipe, tmp_path):
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "socket"))
        for path, kind in (
            (pipe, "a pipe"),
            (tmp_path / "socket", "a socket"),
            (Path("/dev/zero"), "a device"),
            (tmp_path, "a folder"),
        ):
            with pytest.raises(InputError, match=f"{path}: expected a picture, got {kind}"):
                _files.read(path, 10, "a picture")


def test_pipe_that_replaces_a_checked_file_does_not_block(pipe, monkeypatch):
    monkeypatch.setattr(_files, "expect_file", lambda *_: None)
    with pytest.raises(InputError, match="expected a file, got a pipe"):
        _files.read(pipe, 10)


def test_files_above_the_size_limit_are_rejected(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    assert _files.read(path, 10) == b"0123456789"
    with pytest.raises(InputError, match="expected a file of at most 9 bytes, got a longer one"):
        _files.read(path, 9)


@pytest.mark.parametrize("name", ["absent", "zero\0byte"])
def test_unreadable_file_is_named(tmp_path, name):
    with pytest.raises(InputError, match="cannot be read"):
        _files.read(tmp_path / name, 10)


def test_read_error_is_an_input_error(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"")
    with pytest.raises(InputError, match=r"cannot be read \(gone\)"), _files.open_to_read(path):
        raise OSError(5, "gone")


def archive(compression=zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as made:
        made.writestr("one", b"a" * 1000)
        made.writestr("two", b"b")
    return file.getvalue()


def listed(*names: bytes) -> bytes:
    """The archive with its first file listed under each of these names."""
    content = archive()
    first, second = (content.find(b"PK\1\2"), content.rfind(b"PK\1\2"))
    files = b"".join(content[first:second].replace(b"one", name) for name in names)
    last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(names), len(names), len(files), first, 0)
    return content[:first] + files + last


def test_archive_is_read_by_member():
    assert _files.zip_members(archive(), 2) == {"one": b"a" * 1000, "two": b"b"}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (archive(zipfile.ZIP_DEFLATED), "it is compressed"),
        (archive(zipfile.ZIP_LZMA), "it is compressed"),
        (listed(b"one", b"one"), "two of its files have the same name"),
        (listed(b"one", b"six"), "announces more than it holds"),
        (listed(b"one", b"two", b"six"), "more than 2 files"),
        (archive()[:-12] + b"\3\0" + archive()[-10:], "its list of files is damaged"),
        (b"no archive", "not a zip file"),
    ],
)
def test_archive_that_could_unpack_to_more_is_rejected(content, complaint):
    with pytest.raises((ValueError, zipfile.BadZipFile), match=complaint):
        _files.zip_members(content, 2)
