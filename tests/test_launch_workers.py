import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import load_script

SCRIPTS = Path(__file__).parent.parent / "scripts"
# A hundred steps an epoch, so that a kill in the middle of one is likely.
TRAINING = ("--epochs", "12", "--batch-size", "10")


@pytest.fixture
def main(monkeypatch):
    """The launcher's main function; it imports the script that it launches."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return load_script("launch_workers").main


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


def test_a_killed_worker_costs_nothing_but_time(launch, drawn_folder, tmp_path):
    launcher = launch()
    wait_for("Epoch: 0003", launcher)
    os.kill(workers_of(launcher)[1], signal.SIGKILL)
    mirrored = [sys.executable, SCRIPTS / "train_mnist.py", "--strategy", "mirrored", "--replicas"]
    unbroken = [*mirrored, "2", *TRAINING, "--data-dir", drawn_folder, "--out", tmp_path / "one"]
    assert subprocess.run(unbroken, capture_output=True).returncode == 0
    said = launcher.communicate(timeout=200)[1]
    assert launcher.returncode == 0
    assert re.search(r"note: .*worker 1: killed by SIGKILL; all start again from the last", said)
    found, wanted = history(launch.out), history(tmp_path / "one")
    assert found["cost"] == wanted["cost"]
    assert found["accuracy"] == wanted["accuracy"]
    assert found["earlier"][0]["epochs"] >= 3
    assert (found["strategy"], found["replicas"]) == ("multiworker", 2)
    weights = [
        np.load(max(folder.glob("checkpoint-12-*.npz")))["variable_0"]
        for folder in (launch.out, tmp_path / "one")
    ]
    np.testing.assert_array_equal(*weights)


def test_ctrl_c_ends_all_workers_after_the_epoch_and_resume_goes_on(launch):
    launcher = launch(options=("--epochs", "400"))
    wait_for("Epoch: 0002", launcher)
    workers = workers_of(launcher)
    launcher.send_signal(signal.SIGINT)
    said = launcher.communicate(timeout=60)[1]
    assert launcher.returncode == 128 + signal.SIGINT
    assert re.search(r"ended after \d+ of 400 epochs", said)
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
    done = len(history(launch.out)["cost"])
    assert 2 <= done < 400
    resumed = launch(options=("--epochs", "400", "--resume"))
    wait_for(f"Epoch: {done + 1:04d}", resumed)
    resumed.send_signal(signal.SIGTERM)
    resumed.communicate(timeout=60)
    assert resumed.returncode == 128 + signal.SIGTERM


@pytest.fixture
def spoiled(tmp_path):
    """A folder for PYTHONPATH by which worker 1 does something when it starts."""

    def write(code: str) -> Path:
        (tmp_path / "spoiled").mkdir()
        (tmp_path / "spoiled" / "sitecustomize.py").write_text(
            "import json, os, time\n"
            "if json.loads(os.environ.get('TF_CONFIG', '{}')).get('task', {}).get('index') == 1:\n"
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
        (["2", "--strategy", "mirrored", "--replicas", "2"], "--replicas belongs to"),
        (["--epochs", "3", "2"], "--epochs"),
        (["--timeout", "0", "2"], "--timeout: expected seconds from above 0"),
        ([], "WORKERS"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_starts(main, capsys, arguments, fault):
    assert main(arguments) == 2
    assert fault in capsys.readouterr().err


def test_a_folder_with_a_run_is_refused_before_anything_starts(main, capsys, tmp_path):
    (tmp_path / "model.keras").touch()
    assert main(["2", "--out", str(tmp_path)]) == 2
    assert "already holds a run" in capsys.readouterr().err
