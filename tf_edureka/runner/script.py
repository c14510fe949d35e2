"""Runs a TensorFlow 1 script, not a line changed: `python -m tf_edureka.legacy SCRIPT`."""

import argparse
import atexit
import builtins
import functools
import importlib.util
import os
import runpy
import sys
import traceback
import types
from collections.abc import Sequence
from pathlib import Path

from tf_edureka import cli, startup
from tf_edureka.config import FIGURES_VARIABLE, MNIST_FOLDER_VARIABLE
from tf_edureka.errors import InputError


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a script as Python would, with TensorFlow 1's names for `import tensorflow`."""
    try:
        args = _arguments(argv)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return cli.USER_ERROR
    path = os.path.abspath(args.script)
    program = _compiled(path)
    _prepare_figures(Path(path).stem, args.figures)
    sys.path[0] = os.path.dirname(os.path.realpath(path))
    sys.argv = [args.script, *args.arguments]
    if importlib.util.find_spec("tf_keras"):
        os.environ["TF_USE_LEGACY_KERAS"] = "1"  # read when TensorFlow is imported
    with startup.tensorflow_import():
        import tensorflow as tf

        from tf_edureka import devices
        from tf_edureka.legacy import op_seeds, tensorflow1

        devices.help_tensorflow_find_cuda()
        tf.config.experimental.enable_tensor_float_32_execution(False)  # 1.15 had none
        tf.config.list_physical_devices()  # which says on stderr what it does not find
        tensorflow1.install(replay_seeds=args.seeds == "tf1")
    sys.excepthook = functools.partial(_print_exception, sys.excepthook, path)
    if args.report:
        atexit.register(_print_report, path)
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    module.__dict__.update(__builtins__=builtins, __cached__=None, __file__=path)
    runners = (__file__, runpy.__file__, "<frozen runpy>")
    with tensorflow1.HiddenFrames(*runners, op_seeds.__file__):
        exec(program, module.__dict__)
    return 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = cli.ArgumentParser(
        prog="python -m tf_edureka.legacy",
        description="Runs a TensorFlow 1 script, not a line changed, on the TensorFlow 2 that is "
        "installed. Options of the script's own come after it.",
        epilog=f"MNIST is found where the script asks for it, else in the folder that "
        f"${MNIST_FOLDER_VARIABLE} names, else downloaded. tf.layers, tf.nn.rnn_cell, tf.keras "
        "and tf.contrib.layers need pip install -e '.[legacy]'.",
    )
    parser.add_argument(
        "--seeds",
        choices=("tf1", "tf2"),
        default="tf1",
        help="which seed an op without one gets in a graph with one: that of TensorFlow 1.15, so "
        "that a seeded script prints what it printed then, or that of TensorFlow 2 (default: "
        "%(default)s)",
    )
    parser.add_argument(
        "--figures",
        type=cli.path,
        metavar="DIR",
        help="save each figure that plt.show() would show into this folder (default: show it; "
        "without a screen, save it into the current folder)",
    )
    parser.add_argument(
        "--report",
        action="store_true",
        help="say at the end, on stderr, what the script uses of TensorFlow 1, line by line, and "
        "what one writes today",
    )
    parser.add_argument("script", metavar="SCRIPT", help="the script")
    parser.add_argument(
        "arguments", metavar="ARGS", nargs=argparse.REMAINDER, help="what the script is given"
    ).required = False
    return parser.parse_args(argv)


def _compiled(path: str) -> types.CodeType:
    """The script as code.

    Where there is none it ends the process as Python would.
    """
    try:
        source = Path(path).read_bytes()
    except OSError as error:
        print(
            f"{sys.executable}: can't open file {path!r}: [Errno {error.errno}] {error.strerror}",
            file=sys.stderr,
        )
        sys.exit(2)
    try:
        return compile(source, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        traceback.print_exception(type(error), error, None)
        sys.exit(1)


def _prepare_figures(name: str, folder: Path | None) -> None:
    """Makes `plt.show()` save the figures if it is to, or there is no screen to show them on."""
    if folder is None and _has_screen():
        return
    os.environ[FIGURES_VARIABLE] = str((folder or Path()).absolute() / name)
    os.environ["MPLBACKEND"] = "module://tf_edureka.legacy.figures"
    import matplotlib

    matplotlib.use = lambda *_, **__: None  # a script may ask for a screen that there is not


def _has_screen() -> bool:
    """Whether figures can be shown: matplotlib was told how, or there is a screen."""
    backend = os.environ.get("MPLBACKEND")
    if backend:
        return "inline" not in backend  # a notebook's, which shows nothing in another process
    screens = (os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if sys.platform == "linux" and not any(screens):
        return False
    toolkits = ("_tkinter", "PyQt6", "PySide6", "PyQt5", "PySide2", "gi", "wx")
    return sys.platform == "darwin" or any(map(importlib.util.find_spec, toolkits))


def _print_exception(original, path: str, kind, error, trace) -> None:
    """Prints what ended the script: as Python does, without the frames that are not its own.

    What TensorFlow 1 had and nothing has today, and what the user can mend, is a line.
    """
    from tf_edureka.legacy import tensorflow1

    frames = traceback.extract_tb(trace)
    own = [frame for frame in frames if _is_of_the_script(frame.filename, path)]
    reason = str(error) if isinstance(error, InputError) else tensorflow1.refusal(error)
    if reason and own:
        print(f"error: {own[-1].filename}, line {own[-1].lineno}: {reason}", file=sys.stderr)
        return
    while trace and trace.tb_frame.f_code.co_filename != path:
        trace = trace.tb_next
    original(kind, error.with_traceback(trace), trace)


def _print_report(path: str) -> None:
    """Prints what the script and the modules beside it use of TensorFlow 1."""
    from tf_edureka.legacy import report

    files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
    imported = [file for file in files if _is_of_the_script(file, path)]
    for file in dict.fromkeys([path, *imported]):
        print(f"\n{report.text(Path(file))}", file=sys.stderr)


def _is_of_the_script(file: str, path: str) -> bool:
    """Whether a file is the script or a module of its own: below its folder, and not installed."""
    module = Path(file)
    folders = (os.path.dirname(path), os.path.dirname(os.path.realpath(path)))
    is_below = any(module.is_relative_to(folder) for folder in folders)
    is_installed = "site-packages" in module.parts or module.is_relative_to(Path(__file__).parent)
    return file == path or (module.suffix == ".py" and is_below and not is_installed)


if __name__ == "__main__":
    sys.exit(main())
