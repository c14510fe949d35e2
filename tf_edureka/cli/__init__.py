"""The commands: `tf-edureka train-mnist` and its kin, a module for each."""

import sys
from collections.abc import Sequence
from importlib import import_module

import tf_edureka
from tf_edureka.cli import signals
from tf_edureka.errors import InputError

# Of each command its module and what it does. Imported when it is called: the doctor has to start
# where nothing else does.
COMMANDS = {
    "train-mnist": ("tf_edureka.cli.train_mnist", "train the article's network on MNIST"),
    "train-perceptron": ("tf_edureka.cli.train_perceptron", "train the article's perceptron"),
    "compare": ("tf_edureka.cli.compare", "prove that the legacy and the modern path are the same"),
    "predict": ("tf_edureka.cli.predict", "say which digits pictures show"),
    "page": ("tf_edureka.cli.page", "make a page of one file: a neuron, and a run's network"),
    "benchmark": ("tf_edureka.cli.benchmark", "time this project beside other ways to train"),
    "launch-workers": ("tf_edureka.cli.launch_workers", "train in several processes"),
    "doctor": ("tf_edureka.cli.doctor", "say what training would run on here"),
    "run": ("tf_edureka.cli.run", "run a TensorFlow 1 script or notebook as it is"),
    "prove": (
        "tf_edureka.cli.prove",
        "prove that a port computes what a recorded TensorFlow 1 run computed",
    ),
    "checkpoint": (
        "tf_edureka.cli.checkpoint",
        "list an old checkpoint, or load it into a new model",
    ),
}
_USAGE = "usage: tf-edureka [--help] [--version] COMMAND [options of the command]"


def main(argv: Sequence[str] | None = None) -> int:
    """Calls the command that the first argument names, and gives its exit code."""
    name, *arguments = (sys.argv[1:] if argv is None else argv) or ["--help"]
    if name in COMMANDS:
        sys.argv[0] = f"tf-edureka {name}"  # what the command's --help calls it
        return call(COMMANDS[name][0], arguments)
    from tf_edureka.cli import reporting

    return reporting.reports_errors(_explain)(name)


def call(module: str, argv: Sequence[str] | None = None) -> int:
    """Imports the `module` of a command, calls it with `argv`, and gives its exit code."""
    with signals.exit_immediately():
        command = import_module(module)
    return command.main(argv)


def _explain(asked: str) -> int:
    """Prints the help or the version, as it is `asked` for instead of a command."""
    if asked == "--version":
        print(f"tf_edureka {tf_edureka.__version__}")
    elif asked in ("-h", "--help"):
        width = max(map(len, COMMANDS))
        lines = [f"  {command:<{width}}  {does}" for command, (_, does) in COMMANDS.items()]
        text = [_USAGE, "", *lines, "", "tf-edureka COMMAND --help says more of each."]
        print("\n".join(text), flush=True)
    else:
        raise InputError(
            f"expected one of the commands {', '.join(COMMANDS)}, got {asked!r}; "
            "tf-edureka --help says what each does"
        )
    return 0
