import os
import subprocess
import sys

import pytest

from tf_edureka.errors import InputError
from tf_edureka.runs.folder import RunFolder


def test_file_gets_its_name_when_complete(tmp_path):
    folder = RunFolder(tmp_path, ["a.txt"])
    with folder.write("a.txt") as path:
        path.write_text("half")
        assert not (tmp_path / "a.txt").exists()
    assert (tmp_path / "a.txt").read_text() == "half"


def test_failed_write_keeps_the_previous_file(tmp_path):
    (tmp_path / "a.txt").write_text("before")
    folder = RunFolder(tmp_path, ["a.txt"], overwrite=True)

    def fail():
        with folder.write("a.txt") as path:
            path.write_text("half")
            raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="No space left on device"):
        fail()
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "before"


def test_folder_deleted_in_the_meantime_is_reported_in_one_line(tmp_path):
    folder = RunFolder(tmp_path / "out", ["a.txt"])
    with folder.claimed():
        for path in (tmp_path / "out").iterdir():
            path.unlink()
        (tmp_path / "out").rmdir()
        with pytest.raises(InputError, match="out: cannot be written to") as caught:
            folder.write_json("a.txt", {})
        assert caught.value.topic == "folder is gone"  # so the advice is not to resume there


def test_second_run_in_the_same_folder_is_rejected_during_the_first(tmp_path):
    first, second = (RunFolder(tmp_path, ["a.txt"], overwrite=True) for _ in range(2))
    with first.claimed(), pytest.raises(InputError, match="another one is writing"):
        second.claimed().__enter__()
    with second.claimed():
        pass


def test_lock_ends_with_its_process_even_if_killed(tmp_path):
    code = (
        "import os, pathlib\n"
        "from tf_edureka.runs.folder import RunFolder\n"
        f"with RunFolder(pathlib.Path({str(tmp_path)!r}), []).claimed():\n"
        "    print('claimed', flush=True)\n"
        "    input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"claimed\n"
        with pytest.raises(InputError, match="another one is writing"):
            RunFolder(tmp_path, []).claimed().__enter__()
        process.kill()
    with RunFolder(tmp_path, []).claimed():
        pass


def test_run_finished_in_the_meantime_is_not_overwritten(tmp_path):
    folder = RunFolder(tmp_path, ["a.txt", "check-*.npz"])
    (tmp_path / "check-1.npz").write_text("of another run")
    with pytest.raises(InputError, match=r"already holds a run \(check-1\.npz\)"):
        folder.claimed().__enter__()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_unwritable_folder_is_rejected_before_the_work(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="cannot be written to"):
        RunFolder(tmp_path, []).claimed().__enter__()


def test_partial_files_of_a_killed_run_are_deleted(tmp_path):
    (tmp_path / ".partial-a.txt").write_text("half")
    with RunFolder(tmp_path, ["a.txt"]).claimed():
        assert [path.name for path in tmp_path.iterdir()] == [".lock"]
