"""A trace is written by one run at a time; a full disk is reported in it."""

import numpy as np
import pytest

from tf_edureka.errors import InputError
from tf_edureka.trace import FullError, Trace, Writer

EMPTY = {"variables": [], "trainings": [], "ended": None}


def test_second_run_cannot_record_into_the_same_folder(tmp_path):
    pytest.importorskip("fcntl")
    first = Writer(tmp_path, 1e6)
    first.step({"number": 0})  # the first step is written immediately
    first.manifest(EMPTY)
    with pytest.raises(InputError, match="another run is being recorded into this folder"):
        Writer(tmp_path, 1e6)
    first.close()
    assert len(Trace(tmp_path).steps) == 1  # the second writer deleted nothing
    Writer(tmp_path, 1e6).close()


def test_full_disk_keeps_complete_steps_and_room_for_the_manifest(tmp_path):
    resource = pytest.importorskip("resource")
    writer = Writer(tmp_path, 1e6)
    (reserve,) = tmp_path.glob("*reserve")
    assert reserve.stat().st_size
    writer.step({"number": 0})
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:  # simulates a disk with room for a part of the second line
        resource.setrlimit(resource.RLIMIT_FSIZE, (20, most))
        writer.step({"number": 1})
        with pytest.raises(FullError, match="cannot be written"):
            writer.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert (tmp_path / "steps.jsonl").stat().st_size == 20
    assert not reserve.exists()
    writer.manifest(EMPTY)
    writer.close()
    assert [step.number for step in Trace(tmp_path).steps] == [0]


def test_steps_are_written_at_most_every_20_milliseconds(tmp_path, monkeypatch):
    now = 100.0
    monkeypatch.setattr("tf_edureka.trace.writer.time.monotonic", lambda: now)
    writer = Writer(tmp_path, 1e6)
    writer.manifest(EMPTY)
    seen = []
    for milliseconds in (0, 5, 14, 21, 22):
        now = 100 + milliseconds / 1000
        writer.step({"number": milliseconds})
        seen.append([step.number for step in Trace(tmp_path).steps])
    assert seen == [[0], [0], [0], [0, 5, 14, 21], [0, 5, 14, 21]]
    writer.flush()
    assert [step.number for step in Trace(tmp_path).steps][-1] == 22


def test_closed_writer_leaves_only_the_files_of_the_trace(tmp_path):
    writer = Writer(tmp_path, 1e6)
    writer.put(np.ones(3))
    writer.manifest(EMPTY)
    writer.close()
    assert {one.name for one in tmp_path.iterdir()} == {"arrays", "steps.jsonl", "trace.json"}


def test_folder_of_a_run_killed_before_its_first_step_can_be_reused(tmp_path):
    Writer(tmp_path, 1e6).close()
    assert {one.name for one in tmp_path.iterdir()} == {"arrays", "steps.jsonl"}
    Writer(tmp_path, 1e6).close()
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="got one with other files in it"):
        Writer(tmp_path, 1e6)
