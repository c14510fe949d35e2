"""Each public function and class has an example in its docstring, and it is right.

Public is what an `__init__` of the package names, and what the documentation calls beside that.
"""

import doctest
import inspect
import pkgutil
import shutil
from importlib import import_module

import pytest
import recorded

PACKAGES = (
    "tf_edureka",
    *(f"tf_edureka.{name}" for name in ("data", "perceptron", "mlp", "tf1", "parity", "page")),
    *(f"tf_edureka.{name}" for name in ("cells", "trace", "runs", "perceptron.plots", "mlp.plots")),
    *("tf_edureka.mlp.distribution", "tf_edureka.tf1.checkpoint"),
)
# Functions that no `__init__` lists, since two modules have functions of that name.
ALSO = (
    *("tf_edureka.legacy.perceptron:train", "tf_edureka.legacy.perceptron:sweep"),
    *("tf_edureka.legacy.mlp:train", "tf_edureka.legacy.input_data:read_data_sets"),
    *("tf_edureka.mlp.ensemble:train", "tf_edureka.perceptron.xor_network:train"),
    *(
        "tf_edureka.runtime:use_device",
        "tf_edureka.notebook:Neuron",
        "tf_edureka.notebook:DigitPad",
    ),
)
# Created by the package and never by its user, or without methods to call.
RETURNED = {
    *("MlpResult", "PerceptronResult", "Ladder", "Rung", "PortLadder", "PortRung", "Loaded"),
    *("FirstDifference", "Reference", "TrainingState", "Checkpoint", "Entry", "Cluster"),
    *("InputError", "InputWarning", "DistributedEpoch"),
    # The records of a trace, and classes that only the runner uses.
    *("Evaluation", "Fingerprint", "FullError", "Step", "Training", "Variable", "Writer"),
}
# These read a trace from the folder traces/old.
WITH_TRACE = (
    *("tf_edureka.parity.Functions", "tf_edureka.parity.Trace"),
    "tf_edureka.trace.Trace",
)
# For each example that reads a checkpoint `model.ckpt-7`: the golden to use for it.
CHECKPOINTS = {
    "tf_edureka.parity.load_into": "nesterov",
    "tf_edureka.tf1.checkpoint.read": "nesterov",
    "tf_edureka.tf1.checkpoint.write": "nesterov",
}
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def public() -> dict[str, object]:
    """Each public function and class by its name, without duplicates."""
    found = {}
    for package in PACKAGES:
        module = import_module(package)
        for name in getattr(module, "__all__", dir(module)):
            found[f"{package}.{name}"] = getattr(module, name)
    found |= {name.replace(":", "."): pkgutil.resolve_name(name) for name in ALSO}
    by_object = {id(one): (name, one) for name, one in reversed(found.items())}
    return {
        name: one
        for name, one in sorted(by_object.values())
        if (inspect.isfunction(one) or inspect.isclass(one))
        and one.__module__.startswith("tf_edureka.")
        and one.__name__ not in RETURNED
    }


def examples(name: str, one: object) -> list[doctest.DocTest]:
    """The examples in the docstring of a function or class, and in those of the class's methods."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    return [found for found in finder.find(one, name) if found.examples]


PUBLIC = public()


@pytest.mark.parametrize("name", PUBLIC)
def test_the_example_of_each_public_name_is_right(name, tmp_path, monkeypatch, capsys, request):
    """The example of `parity.climb` is skipped: its seven trainings take more than ten seconds."""
    monkeypatch.chdir(tmp_path)
    if name in WITH_TRACE:
        (tmp_path / "traces").mkdir()
        recorded.linear_regression(tmp_path / "traces" / "old")
    if name in CHECKPOINTS:
        golden = CHECKPOINTS[name]
        for file in request.getfixturevalue("checkpoints").glob(f"{golden}.*"):
            shutil.copy(file, file.name.replace(golden, "model.ckpt-7"))
    found = examples(name, PUBLIC[name])
    assert found, f"{name}: no example in its docstring"
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    for one in found:
        # No names are predefined: the example imports what it uses.
        one.globs = {}
        runner.run(one)
    assert runner.summarize(verbose=False).failed == 0, capsys.readouterr().out


def test_a_wrong_example_is_found():
    def doubled(x):
        """Twice x.

        >>> 1 + 1
        3
        """

    (found,) = examples("doubled", doubled)
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    assert runner.run(found, out=lambda text: None).failed == 1
