"""Runs a script the way Python does, except that `import tensorflow` gives TensorFlow 1."""

import atexit
import functools
import sys
import traceback
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from tf_edureka.errors import InputError, printable
from tf_edureka.runner import process, python2, screen, stop, wrapped
from tf_edureka.runner.record.options import Options
from tf_edureka.runner.source import Script

_Hook = Callable[[type[BaseException], BaseException, types.TracebackType | None], object]


def prepare(
    script: Script,
    arguments: Sequence[str],
    *,
    store: Path | None,
    replay_seeds: bool = True,
    figures: Path | None = None,
    report: bool = False,
    record: Options | None = None,
) -> None:
    """Prepares this process to run a TensorFlow 1 script.

    Args:
        script: script to run.
        arguments: the script's command line; its first item is the script's name as given.
        store: folder of the period packages; None to use `tf.compat.v1` instead.
        replay_seeds: whether ops without a seed get the seeds of TensorFlow 1.15.
        figures: folder to save figures into; None to show them if a screen is available.
        report: whether to print at exit which TensorFlow 1 names the script uses.
        record: options of the recording; None to record nothing.

    Raises:
        InputError: if Python runs with -OO and `store` is given, or if the folder of the recording
            cannot be written.
    """
    screen.prepare_figures(script.stem, figures)
    if not getattr(sys.flags, "safe_path", sys.flags.isolated):
        sys.path[0] = script.folders[0]
    sys.argv = [*arguments]
    process.switch_to_tensorflow_1(store, replay_seeds=replay_seeds)
    if report:
        atexit.register(_print_report, script)
    if record:
        from tf_edureka.runner.record import recording

        recording.start(record, name=script.name, source=script.source, arguments=arguments[1:])


def run(script: Script, *, fetch_advice: str = "", limit: stop.Limit | None = None) -> None:
    """Runs a `script` in this process after `prepare`; an exception of the script propagates.

    Args:
        script: script to run.
        fetch_advice: how to fetch the period packages, for errors caused by their absence; empty if
            they exist.
        limit: limit after which to interrupt the script; None for no limit.
    """
    from tf_edureka.runner import modules
    from tf_edureka.runner.record import gradients, recording

    main = sys.modules["__main__"] = types.ModuleType("__main__")
    vars(main).update(script.names)
    callers = [frame.filename for frame in traceback.extract_stack()]
    callers += [wrapped.__file__, gradients.__file__]  # in the stack of each gradient op
    usual = sys.excepthook  # in Python 3.10 an imported package may have set its own
    with modules.hidden_frames(*callers):
        try:
            if limit is not None:
                stop.start(limit)
            exec(script.code, vars(main))
        except BaseException as error:
            recording.ended_by(error)
            if stop.caused(error):
                stop.exit_process()
            hook = getattr(sys, "excepthook", sys.__excepthook__)  # the script may have its own
            is_usual = hook in (usual, sys.__excepthook__)
            sys.excepthook = functools.partial(
                _print_exception, script, fetch_advice, hook, is_usual
            )
            raise


def _print_exception(
    script: Script,
    fetch_advice: str,
    hook: _Hook,
    is_usual: bool,
    kind: type[BaseException],
    error: BaseException,
    trace: types.TracebackType | None,
) -> None:
    """Lets `hook` print the exception that ended the script, without the runner's frames.

    One line replaces the traceback for an InputError, for Python 2 code, and for a part of
    TensorFlow 1 that no longer exists.
    """
    from tf_edureka.runner import modules

    while trace and trace.tb_frame.f_code.co_filename != script.name:
        trace = trace.tb_next
    sys.last_traceback = trace
    own = [frame for frame in traceback.extract_tb(trace) if script.owns(frame.filename)]
    explanation = python2.explanation(error) or modules.explanation(error, fetch_advice)
    reason = str(error) if isinstance(error, InputError) else explanation
    if not (own and is_usual):
        hook(kind, error.with_traceback(trace), trace)
    elif reason:
        place = python2.location(error) or f"{own[-1].filename}, line {own[-1].lineno}"
        _say(printable(f"error: {place}: {reason}"), sys.stderr)
    else:
        hook(kind, error.with_traceback(trace), trace)
        advice = modules.advice(error)
        if advice:
            _say(f"note: {advice}", sys.stderr)


def _print_report(script: Script) -> None:
    """Prints which TensorFlow 1 names the script and its own modules use."""
    from tf_edureka.runner import report

    _say(f"\n{report.text(printable(Path(script.name).name), script.source)}", sys.__stderr__)
    modules = [module for module in [*sys.modules.values()] if isinstance(module, types.ModuleType)]
    files = [vars(module).get("__file__") for module in modules]
    for file in dict.fromkeys(file for file in files if isinstance(file, str)):
        if file != script.name and script.owns(file):
            name = printable(script.short(file))
            try:
                found = report.text(name, Path(file).read_bytes())
            except OSError as error:
                found = f"{name} can no longer be read ({error.strerror})."
            _say(f"\n{found}", sys.__stderr__)


def _say(text: str, stderr: TextIO | None) -> None:
    if stderr is not None:  # with None `print` would write to stdout
        print(text, file=stderr)
