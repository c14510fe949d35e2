"""Runs an old script as Python would, with TensorFlow 1's names for `import tensorflow`."""

import atexit
import builtins
import functools
import importlib.util
import os
import sys
import traceback
import types
from collections.abc import Callable, Sequence
from pathlib import Path

import tf_edureka
from tf_edureka import runtime
from tf_edureka.errors import InputError
from tf_edureka.runner import screen


def run(
    script: str,
    arguments: Sequence[str],
    *,
    replay_seeds: bool = True,
    figures: Path | None = None,
    report: bool = False,
) -> int:
    """Runs a script; makes this process one of TensorFlow 1, and of the script.

    Args:
        script: Path of the script, as the user wrote it.
        arguments: What the script is given on its command line.
        replay_seeds: Whether an op without a seed gets the one that TensorFlow 1.15 gave it.
        figures: As for `screen.prepare_figures`.
        report: Whether to say at the end what the script uses of TensorFlow 1.

    Returns:
        The exit code 0. What the script ends with otherwise, it ends this process with.
    """
    path = os.path.abspath(script)
    program = _compiled(path)
    screen.prepare_figures(Path(path).stem, figures)
    sys.path[0] = os.path.dirname(os.path.realpath(path))
    sys.argv = [script, *arguments]
    if importlib.util.find_spec("tf_keras"):
        os.environ["TF_USE_LEGACY_KERAS"] = "1"  # read when TensorFlow is imported
    os.environ["KERAS_BACKEND"] = "tensorflow"  # of a script that imports Keras by itself
    with runtime.quiet_import(freeze=True):
        import tensorflow as tf

        from tf_edureka.runner import modules, op_seeds

        runtime.help_tensorflow_find_cuda()
        tf.config.experimental.enable_tensor_float_32_execution(False)  # 1.15 had none
        tf.config.list_physical_devices()  # which says on stderr what it does not find
        modules.install(replay_seeds=replay_seeds)
    sys.excepthook = functools.partial(_print_exception, sys.excepthook, path)
    if report:
        atexit.register(_print_report, path)
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    module.__dict__.update(__builtins__=builtins, __cached__=None, __file__=path)
    callers = [frame.filename for frame in traceback.extract_stack()]
    with modules.HiddenFrames(*callers, op_seeds.__file__):
        exec(program, module.__dict__)
    return 0


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


def _print_exception(
    original: Callable[[type[BaseException], BaseException, types.TracebackType | None], object],
    path: str,
    kind: type[BaseException],
    error: BaseException,
    trace: types.TracebackType | None,
) -> None:
    """Prints what ended the script: as Python does, without the frames that are not its own.

    What TensorFlow 1 had and nothing has today, and what the user can mend, is a line.
    """
    from tf_edureka.runner import modules

    frames = traceback.extract_tb(trace)
    own = [frame for frame in frames if is_of_the_script(frame.filename, path)]
    reason = str(error) if isinstance(error, InputError) else modules.refusal(error)
    if reason and own:
        print(f"error: {own[-1].filename}, line {own[-1].lineno}: {reason}", file=sys.stderr)
        return
    while trace and trace.tb_frame.f_code.co_filename != path:
        trace = trace.tb_next
    original(kind, error.with_traceback(trace), trace)


def _print_report(path: str) -> None:
    """Prints what the script and the modules beside it use of TensorFlow 1."""
    from tf_edureka.runner import report

    files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
    imported = [file for file in files if is_of_the_script(file, path)]
    for file in dict.fromkeys([path, *imported]):
        print(f"\n{report.text(Path(file))}", file=sys.stderr)


def is_of_the_script(file: str, path: str) -> bool:
    """Whether `file` is the script at `path` or a module of its own.

    Those lie below its folder and are not installed.
    """
    module = Path(file)
    folders = (os.path.dirname(path), os.path.dirname(os.path.realpath(path)))
    is_below = any(module.is_relative_to(folder) for folder in folders)
    ours = Path(tf_edureka.__file__).parent
    is_installed = "site-packages" in module.parts or module.is_relative_to(ours)
    return file == path or (module.suffix == ".py" and is_below and not is_installed)
