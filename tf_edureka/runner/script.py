"""Runs an old script as Python would, with TensorFlow 1's names for `import tensorflow`."""

import atexit
import functools
import importlib.util
import os
import sys
import traceback
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from tf_edureka import runtime
from tf_edureka.errors import InputError, printable
from tf_edureka.runner import screen
from tf_edureka.runner.source import Script

_Hook = Callable[[type[BaseException], BaseException, types.TracebackType | None], object]


def prepare(
    script: Script,
    arguments: Sequence[str],
    *,
    replay_seeds: bool = True,
    figures: Path | None = None,
    report: bool = False,
) -> None:
    """Makes this process one of TensorFlow 1, and of a script.

    Args:
        script: What is to be run.
        arguments: Its command line, beginning with its own name as the user wrote it.
        replay_seeds: Whether an op without a seed gets the one that TensorFlow 1.15 gave it.
        figures: As for `screen.prepare_figures`.
        report: Whether to say at the end what the script uses of TensorFlow 1.

    Raises:
        InputError: when Python was started in a way that TensorFlow 1's part of Keras cannot be.
    """
    has_keras = importlib.util.find_spec("tf_keras") is not None
    if has_keras and sys.flags.optimize > 1:
        raise InputError(
            "expected Python with docstrings, which tf_keras reads, got one that was started with "
            "-OO; use -O"
        )
    screen.prepare_figures(script.stem, figures)
    if not getattr(sys.flags, "safe_path", sys.flags.isolated):
        sys.path[0] = script.folders[0]
    sys.argv = [*arguments]
    if has_keras:
        os.environ["TF_USE_LEGACY_KERAS"] = "1"  # read when TensorFlow is imported
    os.environ["KERAS_BACKEND"] = "tensorflow"  # of a script that imports Keras by itself
    # Or a session takes all of a GPU's memory, and other programs have none.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    with runtime.quiet_import(freeze=True):
        import tensorflow as tf

        from tf_edureka.runner import modules

        runtime.help_tensorflow_find_cuda()
        tf.config.experimental.enable_tensor_float_32_execution(False)  # 1.15 had none
        tf.config.list_physical_devices()  # which says on stderr what it does not find
        modules.install(replay_seeds=replay_seeds)
    if report:
        atexit.register(_print_report, script)


def run(script: Script) -> None:
    """Runs a `script` in this process, which has been prepared for it, and may end by it."""
    from tf_edureka.runner import modules, op_seeds

    sys.modules["__main__"] = script.module
    callers = [frame.filename for frame in traceback.extract_stack()]
    with modules.HiddenFrames(*callers, op_seeds.__file__):
        try:
            exec(script.code, vars(script.module))
        except BaseException:
            hook = getattr(sys, "excepthook", sys.__excepthook__)  # the script may have its own
            sys.excepthook = functools.partial(_print_exception, script, hook)
            raise


def _print_exception(
    script: Script,
    hook: _Hook,
    kind: type[BaseException],
    error: BaseException,
    trace: types.TracebackType | None,
) -> None:
    """Lets `hook` print what ended the script, without the frames that are not its own.

    What TensorFlow 1 had and nothing has today, and what the user can mend, is a line.
    """
    from tf_edureka.runner import modules

    while trace and trace.tb_frame.f_code.co_filename != script.name:
        trace = trace.tb_next
    sys.last_traceback = trace
    own = [frame for frame in traceback.extract_tb(trace) if script.owns(frame.filename)]
    reason = str(error) if isinstance(error, InputError) else modules.refusal(error)
    if reason and own and hook is sys.__excepthook__:
        place = f"{own[-1].filename}, line {own[-1].lineno}"
        _say(printable(f"error: {place}: {reason}"), sys.stderr)
    else:
        hook(kind, error.with_traceback(trace), trace)


def _print_report(script: Script) -> None:
    """Prints what the script and the modules beside it use of TensorFlow 1."""
    from tf_edureka.runner import report

    _say(f"\n{report.text(printable(Path(script.name).name), script.source)}", sys.__stderr__)
    modules = [module for module in [*sys.modules.values()] if isinstance(module, types.ModuleType)]
    files = [vars(module).get("__file__") for module in modules]
    for file in dict.fromkeys(file for file in files if isinstance(file, str)):
        if file != script.name and script.owns(file):
            try:
                found = report.text(printable(Path(file).name), Path(file).read_bytes())
            except OSError as error:
                found = f"{printable(Path(file).name)} cannot be read any more ({error.strerror})."
            _say(f"\n{found}", sys.__stderr__)


def _say(text: str, stderr: TextIO | None) -> None:
    if stderr is not None:  # else `print` takes stdout
        print(text, file=stderr)
