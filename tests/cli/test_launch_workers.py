import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from helpers import SCRIPTS

from tf_edureka.cli import launch_workers
from tf_edureka.cli.launch_workers import main
from tf_edureka.errors import InputError

# A hundred steps an epoch, so that a kill in the middle of one is likely.
TRAINING = ("--epochs", "12", "--batch-size", "10")


@pytest.fixture
def launch(drawn_folder, tmp_path):
    """Starts the launcher in a process."""

    def run(*arguments, workers=2, out=tmp_path / "out", options=TRAINING, python_path=""):
        command = [sys.executable, SCRIPTS / "launch_workers.py", *arguments, str(workers)]
        where = ["--data-dir", drawn_folder, "--out", out]
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(python_path)}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen([*command, *options, *where], env=environment, **pipes)

    run.out = tmp_path / "out"
    return run


def wait_for(line: str, launcher) -> None:
    for text in launcher.stdout:
        if line in text:
            return
    raise AssertionError(f"no {line}: {launcher.stderr.read()}")


def workers_of(launcher) -> list[int]:
    """The process numbers of the workers, the chief first."""
    found = subprocess.run(["pgrep", "-P", str(launcher.pid)], capture_output=True, text=True)
    return [int(number) for number in found.stdout.split()]


def history(out: Path) -> dict:
    return json.loads((out / "history.json").read_text())


def test_a_killed_worker_costs_nothing_but_time(launch, drawn_folder):
    mirrored = [sys.executable, SCRIPTS / "train_mnist.py", "--strategy", "mirrored", "--replicas"]
    unbroken = [*mirrored, "2", *TRAINING, "--data-dir", drawn_folder, "--out", launch.out]
    assert subprocess.run(unbroken, capture_output=True).returncode == 0
    wanted, weights = history(launch.out), last_weights(launch.out)
    launcher = launch(options=(*TRAINING, "--overwrite"))
    wait_for("Epoch: 0003", launcher)
    os.kill(workers_of(launcher)[1], signal.SIGKILL)
    said = launcher.communicate(timeout=200)[1]
    assert launcher.returncode == 0
    assert "note: worker 1: killed by SIGKILL; all start again from the last checkpoint" in said
    found = history(launch.out)
    assert found["cost"] == wanted["cost"]
    assert found["accuracy"] == wanted["accuracy"]
    assert 3 <= found["earlier"][0]["epochs"] < 12
    assert (found["strategy"], found["replicas"]) == ("multiworker", 2)
    np.testing.assert_array_equal(last_weights(launch.out), weights)


def last_weights(out: Path) -> np.ndarray:
    return np.load(next(out.glob("checkpoint-12-*.npz")))["variable_0"]


def gone(processes) -> bool:
    """Whether they all end within some time."""
    for _ in range(100):
        if not any(Path(f"/proc/{process}").exists() for process in processes):
            return True
        time.sleep(0.1)
    return False


def test_ctrl_c_ends_all_workers_after_the_epoch_and_resume_goes_on(launch):
    launcher = launch(options=("--epochs", "400"))
    wait_for("Epoch: 0002", launcher)
    workers = workers_of(launcher)
    launcher.send_signal(signal.SIGINT)
    said = launcher.communicate(timeout=60)[1]
    assert launcher.returncode == 128 + signal.SIGINT
    assert re.search(r"ended after \d+ of 400 epochs", said)
    assert gone(workers)
    done = len(history(launch.out)["cost"])
    assert 2 <= done < 400
    resumed = launch(options=("--epochs", "400", "--resume"))
    wait_for(f"Epoch: {done + 1:04d}", resumed)
    workers = workers_of(resumed)
    for _ in range(2):  # a terminal that is closed, twice: at once
        resumed.send_signal(signal.SIGHUP)
        time.sleep(0.05)
    said = resumed.communicate(timeout=60)[1]
    assert resumed.returncode == 128 + signal.SIGHUP
    assert gone(workers)


def test_a_reader_who_leaves_does_not_end_the_training_and_a_killed_launcher_does(launch):
    launcher = launch("--timeout", "60", options=("--epochs", "4000"))
    wait_for("Epoch: 0002", launcher)
    launcher.stdout.close()
    first = newest(launch.out)
    while newest(launch.out) == first:
        assert launcher.poll() is None
        time.sleep(0.05)
    workers = workers_of(launcher)
    assert len(workers) == 2
    launcher.kill()
    launcher.wait()
    assert gone(workers)


def newest(out: Path) -> set[str]:
    return {path.name for path in out.glob("checkpoint-*.npz")}


@pytest.fixture
def spoiled(tmp_path):
    """A folder for PYTHONPATH by which a worker does something when it starts."""

    def write(code: str, index: int = 1) -> Path:
        (tmp_path / "spoiled").mkdir()
        (tmp_path / "spoiled" / "sitecustomize.py").write_text(
            "import json, os, pathlib, time\n"
            "task = json.loads(os.environ.get('TF_CONFIG', '{}')).get('task', {})\n"
            f"if task.get('index') == {index}:\n"
            f"    {code}\n"
        )
        return tmp_path / "spoiled"

    return write


def test_it_gives_up_when_a_worker_dies_each_time(launch, spoiled):
    launcher = launch("--restarts", "1", python_path=spoiled("os.kill(os.getpid(), 11)"))
    said = launcher.communicate(timeout=60)[1]
    assert launcher.returncode == 3
    assert said.count("worker 1: killed by SIGSEGV; all start again from the beginning") == 1
    assert "error: worker 1: killed by SIGSEGV; given up after 1 restarts" in said


def test_it_ends_workers_that_show_no_sign_of_life(launch, spoiled):
    options = (*TRAINING, "--wait", "600")
    silent = spoiled("time.sleep(600)")
    launcher = launch("--timeout", "8", "--restarts", "0", options=options, python_path=silent)
    said = launcher.communicate(timeout=100)[1]
    assert launcher.returncode == 3
    assert "waiting for worker 1 (127.0.0.1:" in said
    assert "no sign of life for 8 s" in said


def test_a_fault_of_the_users_is_not_tried_again_and_not_blamed_on_who_lost_the_other(
    launch, spoiled
):
    full = "def full(*_): raise OSError(28, 'No space left')\n    pathlib.Path.replace = full"
    launcher = launch(python_path=spoiled(full, index=0))
    said = launcher.communicate(timeout=100)[1]
    assert launcher.returncode == 2
    assert "cannot be written to (No space left)" in said
    assert "start again" not in said


def test_wrong_input_is_not_tried_again(launch):
    launcher = launch(workers=3, options=("--batch-size", "100"))
    out, said = launcher.communicate(timeout=60)
    assert launcher.returncode == 2
    assert "batch_size: expected a multiple of the 3 replicas, got 100; the nearest: 99" in said
    assert "start again" not in said
    assert not (launch.out / "history.json").exists()


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["0"], "workers: expected at least 1, got 0"),
        (["2", "--epochs", "0"], "epochs: expected a whole number"),
        (["2", "--strategy", "mirrored", "--replicas", "2"], "mirrored is one process"),
        (["2", "--replicas", "2"], "--replicas belongs to"),
        (["--timeout", "inf", "2"], "--timeout: expected seconds from above 0"),
        (["--restarts", "-1", "2"], "--restarts: expected at least 0"),
        (["--epochs", "3", "2"], "--epochs"),
        (["--timeout", "0", "2"], "--timeout: expected seconds from above 0"),
        ([], "WORKERS"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_starts(capsys, arguments, fault):
    assert main(arguments) == 2
    assert fault in capsys.readouterr().err


def test_a_folder_with_a_run_is_refused_before_anything_starts(capsys, tmp_path):
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


def test_fewer_gpus_than_workers_are_refused(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    with pytest.raises(InputError, match="at most 2, the GPUs here, got 3; --device cpu"):
        launch_workers.shares_of_gpus(3, "auto")
