import contextlib
import io
import os
import sys

import pytest

from tf_edureka.data import progress


def shown(monkeypatch, stream, *told):
    monkeypatch.setattr(sys, "stderr", stream)
    with progress.on_stderr() as report:
        for what in told:
            report(*what)


def test_without_a_terminal_each_activity_prints_a_line(monkeypatch):
    stream = io.StringIO()
    told = [("downloading from a", 0, 2_000_000)] * 3 + [("downloading from b", 1_000_000, 0)] * 2
    shown(monkeypatch, stream, *told, ("preparing", 0, 0))
    assert stream.getvalue().splitlines() == [
        "downloading from a: 0.0 of 2.0 MB",
        "downloading from b: 1.0 MB",
        "preparing",
    ]


def test_without_a_terminal_a_line_is_printed_every_ten_seconds(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(progress, "_SECONDS", 0)
    shown(monkeypatch, stream, *[("downloading", done, 3) for done in range(4)])
    assert len(stream.getvalue().splitlines()) == 4


def test_terminal_shows_a_bar_that_disappears_at_the_end(monkeypatch):
    leader, follower = os.openpty()
    monkeypatch.setenv("TERM", "xterm")
    with open(follower, "w") as terminal:
        shown(monkeypatch, terminal, ("downloading", 1_000_000, 2_000_000), ("preparing", 0, 0))
    seen = b""
    with contextlib.suppress(OSError):  # raised at the end, when no process has the terminal open
        while some := os.read(leader, 2**16):  # returns available data, perhaps a part
            seen += some
    os.close(leader)
    assert b"preparing" in seen
    assert b"\x1b[2K" in seen.rpartition(b"preparing")[2]  # erases the line


class FullDisk(io.StringIO):
    def write(self, text):
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("stream", [FullDisk(), None])
def test_failing_stderr_does_not_end_the_download(monkeypatch, stream):
    shown(monkeypatch, stream, ("downloading", 1, 2), ("preparing", 0, 0))
