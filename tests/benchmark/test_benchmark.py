import dataclasses
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from helpers import written

from tf_edureka.benchmark import growth, report, timing, worker
from tf_edureka.benchmark.task import Task
from tf_edureka.benchmark.timing import IMPLEMENTATIONS, Implementation, Timing
from tf_edureka.benchmark.worker import Worker, WorkerLost
from tf_edureka.cli.benchmark import main
from tf_edureka.data.mnist import Split
from tf_edureka.mlp import ensemble

BY_NAME = {one.name: one for one in IMPLEMENTATIONS}


@pytest.fixture
def task(data) -> Task:
    return Task(data)


def weights_after(implementation: Implementation, task: Task, epochs: int):
    """Kernels and biases after a number of epochs."""
    if not implementation.is_installed:
        pytest.skip(f"{implementation.needs} is not installed")
    if implementation.needs != "tensorflow":  # PyTorch and TensorFlow crash in the same process
        with Worker() as process:
            process.call(
                worker.import_backend,
                implementation.module,
                implementation.needs,
                "cpu",
                time.time(),
            )
            process.call(worker.receive_task, task)
            process.call(
                worker.build_trainer,
                implementation.module,
                implementation.function,
                implementation.options,
            )
            for epoch in range(epochs):
                process.call(worker.train, epoch)
            return process.call(worker.weights)
    module = importlib.import_module(f"tf_edureka.benchmark.{implementation.module}")
    trainer = getattr(module, implementation.function)(task, **implementation.options)
    for epoch in range(epochs):
        trainer.train(epoch)
    return trainer.weights()


def test_the_articles_epoch_has_67_billion_operations(data):
    images = np.zeros((55_000, 28, 28), np.uint8)
    mnist = dataclasses.replace(data, train=Split(images, images[:, 0, 0]))
    # 2 x 100 examples x 550 steps: all three kernels forward and for their own gradient, the last
    # two for the gradient of their inputs.
    kernels = 784 * 256 + 256 * 256 + 256 * 10
    assert Task(mnist).flops == 2 * 100 * 550 * (3 * kernels - 784 * 256) == 66_626_560_000
    # 55,000 images and labels; four numbers of four bytes for each weight and bias.
    assert Task(mnist).least_bytes == 55_000 * 785 + 16 * (kernels + 256 + 256 + 10)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["project_no_xla", "function", "feed_dict", "jax_step", "jax_scan"]
)
def test_implementations_with_the_same_batches_reach_the_same_weights(name, task):
    ours, theirs = (weights_after(BY_NAME[one], task, epochs=2) for one in ("project", name))
    # 20 steps of at most 0.001. They round differently, and Adam turns that into up to 1e-4. Where
    # rounding turns a hidden unit on or off, its weights differ by whole steps: on one machine one
    # unit of 256 in a layer did. With other batches nearly all weights would differ.
    for one, other in zip(ours, theirs, strict=True):
        assert (np.abs(one - other) > 2e-4).mean() < 0.02


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    # Keras and scikit-learn sample other batches; PyTorch's Adam adds epsilon in another place.
    ["keras", "keras_steps", "keras_xla_steps", "sklearn", "torch", "torch_compile"],
)
def test_each_implementation_learns(name, task):
    weights = weights_after(BY_NAME[name], task, epochs=5)
    assert task.accuracy(weights) > 0.5  # chance level 0.1; 1,000 examples


@pytest.mark.slow
def test_first_of_many_networks_equals_the_single_network(task):
    implementations = [
        Implementation("one", "one", "one_network"),
        Implementation("two", "two", "many_networks", {"networks": 2}),
    ]
    one, other = (
        weights_after(implementation, task, epochs=2) for implementation in implementations
    )
    for values, others in zip(one, other, strict=True):
        np.testing.assert_allclose(values, others, atol=2e-4)  # 20 steps that round differently


@pytest.mark.slow
def test_each_of_many_networks_has_its_own_batches(task, monkeypatch):
    orders = []
    train = ensemble.Networks.train
    monkeypatch.setattr(ensemble.Networks, "train", lambda *a: orders.append(a[1]) or train(*a))
    implementation = Implementation("two", "two at once", "many_networks", {"networks": 2})
    assert task.accuracy(weights_after(implementation, task, epochs=10)) > 0.5  # chance level 0.1
    assert len({order[:, i].tobytes() for order in orders for i in (0, 1)}) == 20


def test_undertrained_implementation_is_marked():
    accuracies = (0.98, 0.975, 0.96)
    timings = [
        Timing(one, accuracy=accuracy)
        for one, accuracy in zip(IMPLEMENTATIONS, accuracies, strict=False)
    ]
    timing.mark_undertrained(timings)
    assert [bool(one.fault) for one in timings] == [False, False, True]


def run(folder, out, *arguments) -> int:
    return main([*arguments, "--data-dir", str(folder), "--out", str(out), "--device", "cpu"])


@pytest.mark.slow
def test_table_is_sorted_by_time_and_failed_implementations_are_left_out(
    drawn_folder, tmp_path, monkeypatch, capsys
):
    broken = Implementation("broken", "one that fails", "this_project", {"absent": 1})
    implementations = [BY_NAME["project"], broken, BY_NAME["feed_dict"]]
    monkeypatch.setattr(timing, "IMPLEMENTATIONS", implementations)
    assert run(drawn_folder, tmp_path, "--epochs", "2") == 1
    assert written(tmp_path) == {"epoch.json", "epoch.png"}
    record = json.loads((tmp_path / "epoch.json").read_text())
    times = {one["way"]["name"]: one["epoch_seconds"] for one in record["ways"]}
    assert [len(times[name]) for name in ("project", "broken", "feed_dict")] == [2, 0, 2]
    rates = record["rates"]
    # Both are near the machine's peak rate, however busy it is.
    assert 0.2 < rates["multiply_add"] / rates["matrix_product"] < 5
    assert record["least_seconds"] == record["flops"] / max(rates.values())
    assert all(one["import_seconds"] > 0 for one in record["ways"])
    shown = capsys.readouterr()
    rows = [
        line.split("  ")[0].strip()
        for line in shown.out.splitlines()
        if line.strip().startswith(("this project ", "compat.v1, feed_dict "))
    ]
    quickest = sorted(("project", "feed_dict"), key=lambda name: min(times[name]))
    assert rows == [BY_NAME[name].title for name in quickest]
    assert "one that fails is not in the table: TypeError" in shown.err


@pytest.mark.slow
def test_networks_trained_together_are_compared_with_separate_ones(
    drawn_folder, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(report, "NETWORKS", {"cpu": (2,)})
    arguments = ["--measure", "networks", "--epochs", "1", "--data-dir", str(drawn_folder)]
    assert main([*arguments, "--out", str(tmp_path), "--device", "cpu"]) == 0
    assert written(tmp_path) == {"networks.json", "networks.png"}
    record = json.loads((tmp_path / "networks.json").read_text())
    alone, two = (min(one["epoch_seconds"]) for one in record["ways"])
    row = next(line for line in capsys.readouterr().out.splitlines() if "2 together" in line)
    assert [float(text) for text in row.split()[2:5]] == [
        pytest.approx(value, abs=0.006) for value in (two, two / 2, two / (2 * alone))
    ]


@pytest.mark.slow
def test_growth_is_timed_with_its_lower_bounds(drawn_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(growth, "SIZES", {"images": (2,), "batch size": (500, 5000)})
    assert run(drawn_folder, tmp_path, "--measure", "growth") == 0
    assert written(tmp_path) == {"growth.json", "growth.png"}
    record = json.loads((tmp_path / "growth.json").read_text())
    points = record["points"]
    # 1,000 examples are too few for batches of 5,000.
    assert [(p["what"], p["size"]) for p in points] == [("images", 2), ("batch size", 500)]
    doubled, larger = points
    assert doubled["least_seconds"] == pytest.approx(2 * larger["least_seconds"])
    assert doubled["least_bytes"] - larger["least_bytes"] == 1000 * 785
    for point in points:
        assert point["bytes"] is None or point["bytes"] > point["least_bytes"]
    assert matplotlib.image.imread(tmp_path / "growth.png").std() > 0


def test_long_epochs_are_timed_in_part_and_failed_sizes_reported(task, monkeypatch):
    def timed(implementation, grown, epochs):
        if grown.hidden_units == (4096, 4096):
            raise WorkerLost("its process was ended")
        assert grown.order(0).shape == (grown.steps, 100)
        return Timing(implementation, epoch_seconds=[0.01 * grown.steps])

    monkeypatch.setattr(growth, "time_one", timed)
    monkeypatch.setattr(growth, "SIZES", {"hidden units": (64, 2048, 4096)})
    monkeypatch.setattr(growth, "MAX_TIMED_FLOPS", 10e9)  # three steps with 2,048 units
    small, large, lost = growth.time_growth(task, 1e12, lambda text: None)
    assert [small.seconds, large.seconds] == pytest.approx([0.1, 0.1])  # ten steps each
    assert (lost.seconds, lost.fault) == (None, "WorkerLost: its process was ended")


def test_highest_rate_is_taken_over_all_rounds_and_the_order_rotates(task, monkeypatch):
    called = []

    class Pretended:
        def __init__(self):
            self.name = None

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def call(self, function, *arguments):
            if function is worker.peaks:
                called.append("peaks")
                return {"multiply_add": {1: 5e9, 2: 7e9}.get(called.count("peaks"), 6e9)}
            if function is worker.import_backend:
                _, self.name, *_ = arguments
            if function is worker.train:
                called.append(self.name)
            return task.initial_weights() if function is worker.weights else 1.0

    monkeypatch.setattr(timing, "Worker", Pretended)
    implementations = [Implementation(name, name, "none", needs=name) for name in "abc"]
    timings, rates = timing.time_in_turns(implementations, task, epochs=2)
    assert rates == {"multiply_add": 7e9}
    assert "".join(name for name in called if name != "peaks") == "abc" + "bca" + "cab"
    assert [len(timing.epoch_seconds) for timing in timings] == [2, 2, 2]


def test_killed_worker_is_reported_and_workers_end_with_their_parent():
    with Worker() as process:
        pid = process.call(os.getpid)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(WorkerLost, match="memory was short"):
            process.call(os.getpid)
    code = (
        "import os, time\n"
        "from tf_edureka.benchmark.worker import Worker\n"
        "if __name__ == '__main__':\n"
        "    workers = [Worker(), Worker()]\n"  # the second one inherits the first one's pipe
        "    assert len({worker.call(os.getpid) for worker in workers}) == 2\n"
        "    print('both', flush=True)\n"
        "    time.sleep(600)"
    )
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, "-c", code], text=True, **pipes) as parent:
        assert parent.stdout.readline() == "both\n"
        parent.kill()
        # communicate() returns only when the last process with the pipe has ended.
        assert parent.communicate(timeout=60)[0] == ""


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--epochs", "0"], "epochs: expected 1 to 1000, got 0"),
        (["--ways", "keras", "--measure", "growth"], "--ways requires --measure epoch"),
        pytest.param(
            *(["--limit", "99"], "limit: expected at least 100, got 99"), marks=pytest.mark.slow
        ),
    ],
)
def test_wrong_input_is_one_line(drawn_folder, tmp_path, capsys, arguments, complaint):
    assert run(drawn_folder, tmp_path / "out", *arguments) == 2
    assert complaint in capsys.readouterr().err
    assert not Path(tmp_path / "out").exists()


def test_missing_framework_is_named(drawn_folder, tmp_path, monkeypatch, capsys):
    absent = dataclasses.replace(BY_NAME["torch"], needs="no_such_framework")
    monkeypatch.setattr(timing, "IMPLEMENTATIONS", [BY_NAME["project"], absent])
    assert run(drawn_folder, tmp_path, "--ways", "torch") == 2
    assert "expected no_such_framework to be installed" in capsys.readouterr().err
