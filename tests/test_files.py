import os
import socket
from pathlib import Path

import pytest

from tf_edureka import _files
from tf_edureka.errors import InputError


@pytest.fixture
def pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_a_pipe_a_socket_a_device_and_a_folder_are_refused_and_not_waited_for(pipe, tmp_path):
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


def test_a_pipe_that_takes_a_files_place_after_the_look_is_not_waited_for(pipe, monkeypatch):
    monkeypatch.setattr(_files, "expect_file", lambda *_: None)
    with pytest.raises(InputError, match="expected a file, got a pipe"):
        _files.read(pipe, 10)


def test_no_more_is_read_than_a_file_may_be_long(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    assert _files.read(path, 10) == b"0123456789"
    with pytest.raises(InputError, match="expected a file of at most 9 bytes, got a longer one"):
        _files.read(path, 9)


@pytest.mark.parametrize("name", ["absent", "zero\0byte"])
def test_what_cannot_be_read_is_named(tmp_path, name):
    with pytest.raises(InputError, match="cannot be read"):
        _files.read(tmp_path / name, 10)


def test_an_error_of_reading_is_the_users_too(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"")
    with pytest.raises(InputError, match=r"cannot be read \(gone\)"), _files.reading(path):
        raise OSError(5, "gone")
