import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import filelock
import numpy as np
import pytest
from helpers import SCRIPTS, processes

from tf_edureka.cli import launch_workers
from tf_edureka.cli.launch_workers import main
from tf_edureka.errors import InputError
from tf_edureka.runs import snapshots

TRAINING = ("--epochs", "5", "--batch-size", "10")
# In each worker, the training process holds a lock while it lives and runs its own code; the
# process that watches it runs other code at its start.
AT_START = """
import json, os, pathlib, signal, sys, time
task = json.loads(os.environ.get("TF_CONFIG", "{{}}")).get("task")
folder = pathlib.Path({folder!r})
def begin(original):
    import filelock
    original()
    lives = filelock.FileLock(folder / f"{{task['index']}}.lives", thread_local=False)
    globals()["lives"] = lives.acquire()
    exec({codes!r}.get(task["index"], ""), globals())
if task and "--multiprocessing-fork" in sys.orig_argv:
    from tf_edureka import runtime
    original = runtime.end_with_parent
    runtime.end_with_parent = lambda: begin(original)
elif task and "train-mnist" in sys.orig_argv:
    exec({of_parents!r})
"""
# A worker that dies at the end of its third epoch, but only the first time.
DIES = """
from tf_edureka.runs.progress import TrainingProgress
complete, again = TrainingProgress.complete_epoch, folder / "again"
def complete_epoch(progress, *epoch):
    complete(progress, *epoch)
    if progress.epoch == 3 and not again.exists():
        again.touch()
        os.kill(os.getpid(), signal.SIGKILL)
TrainingProgress.complete_epoch = complete_epoch
"""


@pytest.fixture
def launch(drawn_folder, tmp_path):
    """Starts the launcher in a process; workers run codes when they start."""
    lives = tmp_path / "lives"
    lives.mkdir()

    def run(*arguments, workers=2, out=tmp_path / "out", options=TRAINING, codes=(), parents=""):
        start = AT_START.format(folder=str(lives), codes=dict(codes), of_parents=parents)
        (lives / "sitecustomize.py").write_text(start)
        command = [sys.executable, SCRIPTS / "launch_workers.py", *arguments, str(workers)]
        where = ["--data-dir", drawn_folder, "--out", out]
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(lives)}
        return start_process([*command, *options, *where], env=environment)

    def expect_gone(workers: int) -> None:
        """Waits until all workers have ended."""
        locks = list(lives.glob("*.lives"))
        assert len(locks) == workers
        for lock in locks:
            with filelock.FileLock(lock, timeout=60):
                lock.unlink()

    run.out, run.expect_gone = tmp_path / "out", expect_gone
    with processes() as start_process:
        yield run


def wait_for(line: str, launcher) -> None:
    for text in launcher.stdout:
        if line in text:
            return
    raise AssertionError(f"no {line}: {launcher.stderr.read()}")


def history(out: Path) -> dict:
    return json.loads((out / "history.json").read_text())


def last_weights(out: Path) -> np.ndarray:
    return np.load(next(out.glob("checkpoint-5-*.npz")))["variable_0"]


@pytest.mark.slow
def test_killed_worker_does_not_change_the_result(launch, drawn_folder):
    mirrored = [sys.executable, SCRIPTS / "train_mnist.py", "--strategy", "mirrored", "--replicas"]
    training = (*TRAINING, "--snapshots")
    unbroken = [*mirrored, "2", *training, "--data-dir", drawn_folder, "--out", launch.out]
    assert subprocess.run(unbroken, capture_output=True).returncode == 0
    wanted, weights = history(launch.out), last_weights(launch.out)
    of_epochs = snapshots.read(launch.out)
    launcher = launch(options=(*training, "--overwrite"), codes={1: DIES})
    said = launcher.communicate(timeout=200)[1]
    assert launcher.returncode == 0
    assert (
        "note: worker 1: killed by SIGKILL; restarting all workers from the last checkpoint" in said
    )
    found = history(launch.out)
    assert found["cost"] == wanted["cost"]
    assert found["accuracy"] == wanted["accuracy"]
    # The chief may have written the third checkpoint before it was ended.
    assert [before["epochs"] for before in found["earlier"]] in ([2], [3])
    assert (found["strategy"], found["replicas"]) == ("multiworker", 2)
    np.testing.assert_array_equal(last_weights(launch.out), weights)
    assert list(of_epochs) == [0, 1, 2, 3, 4, 5]
    np.testing.assert_equal(snapshots.read(launch.out), of_epochs)


@pytest.mark.slow
def test_ctrl_c_ends_all_workers_after_the_epoch_and_resume_continues(launch):
    launcher = launch(options=("--epochs", "100000"))
    wait_for("Epoch: 0002", launcher)
    launcher.send_signal(signal.SIGINT)
    said = launcher.communicate(timeout=60)[1]
    assert launcher.returncode == 128 + signal.SIGINT
    assert re.search(r"ended after \d+ of 100000 epochs", said)
    launch.expect_gone(workers=2)
    done = len(history(launch.out)["cost"])
    assert done >= 2
    resumed = launch(options=("--epochs", "100000", "--resume"))
    wait_for(f"Epoch: {done + 1:04d}", resumed)
    resumed.send_signal(signal.SIGTERM)
    resumed.communicate(timeout=60)
    assert resumed.returncode == 128 + signal.SIGTERM
    launch.expect_gone(workers=2)


@pytest.mark.slow
def test_second_signal_kills_workers_that_do_not_respond(launch):
    launcher = launch(
        options=("--epochs", "100000"),
        codes=dict.fromkeys(range(2), "print('there', flush=True)"),
        parents="signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    )
    for _ in range(2):
        wait_for("there", launcher)
    for _ in range(300):  # a closed terminal; two signals may arrive as one
        if launcher.poll() is not None:
            break
        launcher.send_signal(signal.SIGHUP)
        time.sleep(0.1)
    said = launcher.communicate(timeout=1)[1]
    # The last signal may arrive when Python has already restored the default handlers at exit.
    assert launcher.returncode in (128 + signal.SIGHUP, -signal.SIGHUP)
    assert said.count("ended by the launcher, interrupted twice") == 2
    launch.expect_gone(workers=2)


@pytest.mark.slow
def test_blocked_training_is_ended_by_its_parent(launch):
    deaf = "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True)"
    launcher = launch(codes=dict.fromkeys(range(2), f"{deaf}; time.sleep(600)"))
    for _ in range(2):
        wait_for("deaf", launcher)
    launcher.send_signal(signal.SIGTERM)
    said = launcher.communicate(timeout=60)[1]
    assert launcher.returncode == 128 + signal.SIGTERM
    assert said.count(": exit code 143\n") == 2
    launch.expect_gone(workers=2)


@pytest.mark.slow
def test_closed_pipe_does_not_end_the_training_but_a_killed_launcher_does(launch):
    launcher = launch("--timeout", "60", options=("--epochs", "100000"))
    wait_for("Epoch: 0002", launcher)
    launcher.stdout.close()
    first = newest(launch.out)
    while newest(launch.out) == first:
        assert launcher.poll() is None
        time.sleep(0.05)
    launcher.kill()
    launcher.communicate()
    launch.expect_gone(workers=2)


def newest(out: Path) -> set[str]:
    return {path.name for path in out.glob("checkpoint-*.npz")}


@pytest.mark.slow
def test_launcher_gives_up_if_a_worker_dies_each_time(launch):
    launcher = launch("--restarts", "1", codes={1: "os.kill(os.getpid(), 11)"})
    said = launcher.communicate(timeout=60)[1]
    assert launcher.returncode == 3
    assert said.count("worker 1: killed by SIGSEGV; restarting all workers from the start") == 1
    assert "error: worker 1: killed by SIGSEGV; gave up after 1 restarts" in said


@pytest.mark.slow
def test_silent_workers_are_killed(launch):
    silent = dict.fromkeys(range(2), "time.sleep(600)")
    launcher = launch("--timeout", "2", "--restarts", "0", codes=silent)
    said = launcher.communicate(timeout=100)[1]
    assert launcher.returncode == 3
    assert said.count("ended by the launcher, no output for 2 s") >= 2
    launch.expect_gone(workers=2)


@pytest.mark.slow
def test_input_error_of_a_worker_is_not_retried(launch):
    full = "def full(*_): raise OSError(28, 'No space left')\npathlib.Path.replace = full"
    launcher = launch(codes={0: full})
    said = launcher.communicate(timeout=100)[1]
    assert launcher.returncode == 2
    assert "cannot be written to (No space left)" in said
    assert "restarting" not in said


@pytest.mark.slow
def test_invalid_input_is_not_retried(launch):
    launcher = launch(workers=3, options=("--batch-size", "100"))
    out, said = launcher.communicate(timeout=60)
    assert launcher.returncode == 2
    assert "batch_size: expected a multiple of the 3 replicas, got 100; the nearest: 99" in said
    assert "restarting" not in said
    assert not (launch.out / "history.json").exists()


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["0"], "workers: expected 1 to 1000, got 0"),
        ([f"1{30 * '0'}"], "workers: expected 1 to 1000, got 1000"),
        (["2", "--epochs", "0"], "epochs: expected a whole number"),
        (["2", "--strategy", "mirrored", "--replicas", "2"], "mirrored runs in one process"),
        (["2", "--seeds", "3"], "--seeds runs in one process; use train-mnist instead"),
        (["2", "--replicas", "2"], "--replicas requires"),
        (["--timeout", "inf", "2"], "--timeout: expected seconds above 0"),
        (["--restarts", "-1", "2"], "--restarts: expected at least 0"),
        (["--epochs", "3", "2"], "--epochs"),
        (["--timeout", "0", "2"], "--timeout: expected seconds above 0"),
        ([], "WORKERS"),
    ],
)
def test_invalid_arguments_are_rejected_before_anything_starts(capsys, arguments, fault):
    assert main(arguments) == 2
    assert fault in capsys.readouterr().err


def test_folder_with_a_run_is_rejected_before_anything_starts(capsys, tmp_path):
    (tmp_path / "model.keras").touch()
    assert main(["2", "--out", str(tmp_path)]) == 2
    assert "already holds a run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("workers", "device", "count", "visible", "shares"),
    [
        (2, "auto", 0, None, [None, None]),
        (2, "auto", 2, None, ["0", "1"]),
        (2, "gpu", 5, None, ["0,1", "2,3"]),
        (2, "auto", 4, "3,1", ["3", "1"]),
        (3, "cpu", 2, None, [None, None, None]),
        (3, "auto", 8, "-1", [None, None, None]),
    ],
)
def test_workers_share_the_gpus(monkeypatch, workers, device, count, visible, shares):
    monkeypatch.setattr(launch_workers, "Driver", lambda: type("Driver", (), {"count": count}))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert launch_workers.shares_of_gpus(workers, device) == shares


def test_fewer_gpus_than_workers_are_rejected(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    with pytest.raises(InputError, match="at most 2, the number of GPUs, got 3; give --device cpu"):
        launch_workers.shares_of_gpus(3, "auto")
