import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

import pytest
from helpers import SCRIPTS, processes, written

from tf_edureka.mlp.distribution.cluster import Cluster

SCRIPT = SCRIPTS / "train_mnist.py"
pytestmark = pytest.mark.slow


@pytest.fixture
def worker(addresses, drawn_folder, tmp_path):
    """Starts one of two workers, as a user would by hand."""

    def run(index, *options):
        task = {"cluster": {"worker": addresses[:2]}, "task": {"type": "worker", "index": index}}
        environment = {**os.environ, "TF_CONFIG": json.dumps(task)}
        # No proxy runs there: workers must connect without it.
        environment |= {"http_proxy": "http://127.0.0.1:9", "no_proxy": ""}
        environment.pop("TF_CPP_MIN_LOG_LEVEL", None)  # it would show TensorFlow's log
        command = [sys.executable, SCRIPT, "--strategy", "multiworker", "--batch-size", "10"]
        where = ["--data-dir", drawn_folder, "--out", tmp_path / "out"]
        return start([*command, *where, *options], env=environment)

    run.addresses = addresses
    run.out = tmp_path / "out"
    with processes() as start:
        yield run


@pytest.mark.parametrize(
    ("index", "missing"), [(0, "worker 1 ({1})"), (1, "worker 0 ({0}, the chief)")]
)
def test_worker_without_a_peer_ends_at_its_timeout(worker, index, missing):
    lone = worker(index, "--wait", "1")
    _, said = lone.communicate(timeout=60)
    assert lone.returncode == 2
    note, error = said.splitlines()
    assert note.startswith("note: TensorFlow listens on port ")
    assert error.startswith(
        f"error: {missing.format(*worker.addresses)} did not connect within 1 s"
    )


def test_unrelated_connection_to_a_workers_port_does_not_extend_the_wait(worker):
    host, port = worker.addresses[1].split(":")
    with socket.create_server((host, int(port))):
        lone = worker(0, "--wait", "1")
        _, said = lone.communicate(timeout=60)
    assert lone.returncode == 3
    assert said.splitlines()[-1].startswith(
        f"error: worker 0 ({worker.addresses[0]}, the chief): the ports of all workers answer, but "
        "TensorFlow did not connect them within 1 s"
    )


def waits(lone) -> None:
    """Returns when the lone worker has reported which worker it waits for."""
    for line in lone.stderr:
        if line.startswith("note: waiting for worker 1"):
            return
    raise AssertionError("it has ended")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_waiting_worker_ends_immediately_when_asked_to(worker, number):
    lone = worker(0)
    waits(lone)
    lone.send_signal(number)
    _, said = lone.communicate(timeout=20)  # TensorFlow itself waits for ten minutes
    assert (lone.returncode, said) == (128 + number, "interrupted\n")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_killed_worker_leaves_no_process_and_frees_its_port(worker):
    lone = worker(0)
    waits(lone)
    children = Path(f"/proc/{lone.pid}/task/{lone.pid}/children").read_text().split()
    assert children
    lone.kill()
    lone.communicate(timeout=20)
    for _ in range(400):
        if not any(Path("/proc", child).exists() for child in children):
            break
        time.sleep(0.05)
    assert not any(Path("/proc", child).exists() for child in children)
    Cluster(tuple(worker.addresses), 0).expect_free_port()


def test_only_the_chief_prints_and_writes(worker):
    chief, other = worker(0, "--epochs", "2"), worker(1, "--epochs", "2")
    out, said = chief.communicate(timeout=100)
    other_out, other_said = other.communicate(timeout=100)
    assert other_out == ""
    assert {line[:6] for line in (said + other_said).splitlines()} == {"note: "}  # no warnings
    assert (chief.returncode, other.returncode) == (0, 0)
    lines = out.splitlines()
    assert ", 2 workers, 2 replicas on " in lines[0]
    assert [line[:11] for line in lines[1:3]] == ["Epoch: 0001", "Epoch: 0002"]
    assert "history.json" in written(worker.out)
    record = json.loads((worker.out / "history.json").read_text())
    assert (record["strategy"], record["replicas"], record["xla"]) == ("multiworker", 2, False)


def wait_for_epoch_2(chief) -> None:
    for line in chief.stdout:
        if line.startswith("Epoch: 0002"):
            return
    raise AssertionError(chief.stderr.read())


def test_signal_to_any_worker_ends_all_after_the_epoch_with_a_message(worker):
    chief, other = worker(0, "--epochs", "1000"), worker(1, "--epochs", "1000")
    wait_for_epoch_2(chief)
    other.terminate()
    _, said = chief.communicate(timeout=60)
    assert other.wait(timeout=60) == chief.returncode == 143
    assert " of 1000 epochs; to continue, run the same command with --resume" in said
    assert "history.json" in written(worker.out)


def test_worker_that_loses_another_reports_it_and_how_to_resume(worker):
    chief, other = worker(0, "--epochs", "1000"), worker(1, "--epochs", "1000")
    wait_for_epoch_2(chief)
    other.kill()
    _, said = chief.communicate(timeout=60)
    assert chief.returncode == 3
    assert "lost the connection to another worker" in said
    assert "start all workers again with --resume" in said
    assert "Traceback" not in said
    other.communicate()


def test_workers_with_other_options_or_data_are_rejected(worker):
    chief, other = worker(0), worker(1, "--limit", "900")
    _, said = other.communicate(timeout=100)
    chief.communicate(timeout=100)
    assert other.returncode == 2
    assert (
        f"worker 1 ({worker.addresses[1]}): expected the same options and data as worker 0" in said
    )
    assert "config limit null (here 900); data_sha256 " in said
    assert chief.returncode == 3
