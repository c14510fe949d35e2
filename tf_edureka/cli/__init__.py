"""The commands `tf-edureka train-mnist` and so on; one module per command."""

import sys
from collections.abc import Sequence
from importlib import import_module

import tf_edureka
from tf_edureka.cli import signals
from tf_edureka.errors import InputError

# Module and one-line help of each command. A module is imported only when its command is called, so
# that the doctor starts even where nothing else can be imported.
COMMANDS = {
    "train-mnist": ("tf_edureka.cli.train_mnist", "train the article's network on MNIST"),
    "train-perceptron": (
        "tf_edureka.cli.train_perceptron",
        "train the article's perceptron on a logic gate",
    ),
    "compare": (
        "tf_edureka.cli.compare",
        "prove that the legacy and the modern implementation compute the same",
    ),
    "predict": ("tf_edureka.cli.predict", "recognise the digits in pictures"),
    "page": (
        "tf_edureka.cli.page",
        "write a self-contained HTML page: a neuron, and the network of a run",
    ),
    "benchmark": ("tf_edureka.cli.benchmark", "time this project against other implementations"),
    "launch-workers": (
        "tf_edureka.cli.launch_workers",
        "train in several processes on this machine",
    ),
    "doctor": ("tf_edureka.cli.doctor", "show which devices can train, and what a GPU needs"),
    "run": ("tf_edureka.cli.run", "run a TensorFlow 1 script or notebook unchanged"),
    "prove": (
        "tf_edureka.cli.prove",
        "prove that a port computes what a recorded TensorFlow 1 run computed",
    ),
    "checkpoint": (
        "tf_edureka.cli.checkpoint",
        "list a TensorFlow 1 checkpoint, or load it into a new model",
    ),
}
_USAGE = "usage: tf-edureka [--help] [--version] COMMAND [options of the command]"
_DESCRIPTION = (
    "Run TensorFlow 1 code as it is, prove that a port computes the same, and modernise it. One\n"
    "tutorial, a perceptron and a network for MNIST, is the worked example."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command named by the first argument and returns its exit code."""
    name, *arguments = (sys.argv[1:] if argv is None else argv) or ["--help"]
    if name in COMMANDS:
        sys.argv[0] = f"tf-edureka {name}"  # shown by the command's --help
        return call(COMMANDS[name][0], arguments)
    from tf_edureka.cli import reporting

    return reporting.reports_errors(_explain)(name)


def call(module: str, argv: Sequence[str] | None = None) -> int:
    """Imports the `module` of a command, runs it with `argv` and returns its exit code."""
    with signals.exit_immediately():
        command = import_module(module)
    return command.main(argv)


def _explain(asked: str) -> int:
    """Prints the help or the version if `asked` for one of them; else raises `InputError`."""
    if asked == "--version":
        print(f"tf_edureka {tf_edureka.__version__}")
    elif asked in ("-h", "--help"):
        width = max(map(len, COMMANDS))
        lines = [f"  {command:<{width}}  {does}" for command, (_, does) in COMMANDS.items()]
        text = [_USAGE, "", _DESCRIPTION, "", "commands:", *lines, ""]
        text.append("Run tf-edureka COMMAND --help for the options of a command.")
        print("\n".join(text), flush=True)
    else:
        raise InputError(
            f"expected one of the commands {', '.join(COMMANDS)}, got {asked!r}; "
            "tf-edureka --help describes them"
        )
    return 0
