import dataclasses
import importlib
import json
import time
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from conftest import load_script, written

from tf_edureka.benchmark import growth, race, worker
from tf_edureka.benchmark.race import WAYS, Entrant, Way
from tf_edureka.benchmark.task import Task
from tf_edureka.benchmark.worker import Worker
from tf_edureka.mnist import Split

main = load_script("benchmark").main
WAY = {way.name: way for way in WAYS}


@pytest.fixture
def task(data) -> Task:
    return Task(data)


def weights_after(way: Way, task: Task, epochs: int):
    """Kernels and biases after so many epochs."""
    if not way.is_installed:
        pytest.skip(f"{way.needs} is not installed")
    if way.needs != "tensorflow":  # PyTorch and TensorFlow crash in one process
        with Worker(task) as process:
            process.call(worker.prepare, way.module, way.needs, time.time())
            process.call(worker.build, way.module, way.function, way.options)
            for epoch in range(epochs):
                process.call(worker.train, epoch)
            return process.call(worker.weights)
    module = importlib.import_module(f"tf_edureka.benchmark.{way.module}")
    trainer = getattr(module, way.function)(task, **way.options)
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


@pytest.mark.parametrize(
    "name", ["project_no_xla", "function", "feed_dict", "jax_step", "jax_scan"]
)
def test_ways_that_take_the_same_batches_come_to_the_same_weights(name, task):
    ours, theirs = (weights_after(WAY[one], task, epochs=2) for one in ("project", name))
    # 20 steps of at most 0.001; they round in other ways, which Adam makes up to 1e-4 of.
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-4)


@pytest.mark.parametrize(
    "name",
    # Keras and scikit-learn draw other batches; PyTorch's Adam has its epsilon elsewhere.
    ["keras", "keras_steps", "keras_xla_steps", "sklearn", "torch", "torch_compile"],
)
def test_each_way_learns(name, task):
    weights = weights_after(WAY[name], task, epochs=5)
    assert task.accuracy(weights) > 0.5  # by chance 0.1; there are 1,000 examples


def test_many_networks_are_trained_each_on_batches_of_its_own(task):
    way = Way("two", "two at once", "tensorflow_ways", "many_networks", {"networks": 2})
    assert task.accuracy(weights_after(way, task, epochs=10)) > 0.5  # by chance 0.1


def test_who_learned_less_does_not_count():
    entrants = [Entrant(way, accuracy=a) for way, a in zip(WAYS, (0.98, 0.975, 0.96), strict=False)]
    race._expect_alike(entrants)
    assert [bool(entrant.fault) for entrant in entrants] == [False, False, True]


def run(folder, out, *arguments) -> int:
    return main([*arguments, "--data-dir", str(folder), "--out", str(out), "--device", "cpu"])


def test_the_table_has_each_way_the_quickest_first_and_a_way_that_fails_drops_out(
    drawn_folder, tmp_path, monkeypatch, capsys
):
    broken = Way("broken", "one that fails", "tensorflow_ways", "this_project", {"absent": 1})
    ways = [WAY["project"], broken, WAY["feed_dict"]]
    monkeypatch.setattr(race, "WAYS", ways)
    assert run(drawn_folder, tmp_path, "--epochs", "2") == 1
    assert written(tmp_path) == {"epoch.json", "epoch.png"}
    record = json.loads((tmp_path / "epoch.json").read_text())
    times = {one["way"]["name"]: one["epoch_seconds"] for one in record["ways"]}
    assert [len(times[name]) for name in ("project", "broken", "feed_dict")] == [2, 0, 2]
    rates = record["rates"]
    assert rates["multiply_add"] > 1e9
    assert rates["matrix_product"] > 1e9
    assert record["least_seconds"] == record["flops"] / max(rates.values())
    assert all(one["import_seconds"] > 0 for one in record["ways"])
    shown = capsys.readouterr()
    rows = [
        line.split("  ")[0].strip()
        for line in shown.out.splitlines()
        if line.strip().startswith(("this project ", "compat.v1, feed_dict "))
    ]
    quickest = sorted(("project", "feed_dict"), key=lambda name: min(times[name]))
    assert rows == [WAY[name].title for name in quickest]
    assert "one that fails does not count: TypeError" in shown.err


def test_networks_at_once_are_timed_beside_as_many_single_ones(drawn_folder, tmp_path, capsys):
    script = load_script("benchmark")
    script.NETWORKS = (1, 2)
    arguments = ["--measure", "networks", "--epochs", "1", "--data-dir", str(drawn_folder)]
    assert script.main([*arguments, "--out", str(tmp_path), "--device", "cpu"]) == 0
    assert written(tmp_path) == {"networks.json", "networks.png"}
    record = json.loads((tmp_path / "networks.json").read_text())
    assert [one["way"]["options"]["networks"] for one in record["ways"]] == [1, 2]
    assert "to as many single ones" in capsys.readouterr().out


def test_what_grows_is_timed_with_the_least_beside_it(drawn_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(growth, "SIZES", {"images": (2,), "batch size": (500, 5000)})
    assert run(drawn_folder, tmp_path, "--measure", "growth") == 0
    assert written(tmp_path) == {"growth.json", "growth.png"}
    record = json.loads((tmp_path / "growth.json").read_text())
    points = record["points"]
    # There are 1,000 examples, too few for batches of 5,000.
    assert [(p["what"], p["size"]) for p in points] == [("images", 2), ("batch size", 500)]
    doubled, larger = points
    assert doubled["least_seconds"] == pytest.approx(2 * larger["least_seconds"])
    assert doubled["least_bytes"] - larger["least_bytes"] == 1000 * 785
    assert matplotlib.image.imread(tmp_path / "growth.png").std() > 0


def test_of_long_epochs_only_a_part_is_timed(task):
    grown = growth.grown_task(task, "hidden units", 4096)
    assert 2 <= grown.steps < task.steps
    assert grown.order(0).shape == (grown.steps, 100)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--epochs", "0"], "epochs: expected 1 to 1000, got 0"),
        (["--ways", "keras", "--measure", "growth"], "--ways belongs to --measure epoch"),
        (["--limit", "99"], "limit: expected at least 100, got 99"),
    ],
)
def test_wrong_input_is_one_line(drawn_folder, tmp_path, capsys, arguments, complaint):
    assert run(drawn_folder, tmp_path / "out", *arguments) == 2
    assert complaint in capsys.readouterr().err
    assert not Path(tmp_path / "out").exists()


def test_a_framework_that_is_asked_for_and_absent_is_named(
    drawn_folder, tmp_path, monkeypatch, capsys
):
    absent = dataclasses.replace(WAY["torch"], needs="no_such_framework")
    monkeypatch.setattr(race, "WAYS", [WAY["project"], absent])
    assert run(drawn_folder, tmp_path, "--ways", "torch") == 2
    assert "expected no_such_framework to be installed" in capsys.readouterr().err
