"""Runs an old script as Python would, with TensorFlow 1's names for `import tensorflow`."""

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
    """Makes this process one of TensorFlow 1, and of a script.

    Args:
        script: What is to be run.
        arguments: Its command line, beginning with its own name as the user wrote it.
        store: The folder of the period packages; None to do without.
        replay_seeds: Whether an op without a seed gets the one that TensorFlow 1.15 gave it.
        figures: As for `screen.prepare_figures`.
        report: Whether to say at the end what the script uses of TensorFlow 1.
        record: What is to be recorded of it; None for nothing.

    Raises:
        InputError: when Python was started in a way that TensorFlow 1.15.5's cannot be, or the
            folder of the record cannot be written.
    """
    screen.prepare_figures(script.stem, figures)
    if not getattr(sys.flags, "safe_path", sys.flags.isolated):
        sys.path[0] = script.folders[0]
    sys.argv = [*arguments]
    process.become_one_of_tensorflow_1(store, replay_seeds=replay_seeds)
    if report:
        atexit.register(_print_report, script)
    if record:
        from tf_edureka.runner.record import recording

        recording.start(record, name=script.name, source=script.source, arguments=arguments[1:])


def run(script: Script, *, needed: str = "", limit: stop.Limit | None = None) -> None:
    """Runs a `script` in this process, which has been prepared for it, and may end by it.

    Args:
        script: What is to be run.
        needed: What to say where it ends for want of the period packages; empty if they are there.
        limit: When to stop it; None to let it run.
    """
    from tf_edureka.runner import modules
    from tf_edureka.runner.record import gradients, recording

    main = sys.modules["__main__"] = types.ModuleType("__main__")
    vars(main).update(script.names)
    callers = [frame.filename for frame in traceback.extract_stack()]
    callers += [wrapped.__file__, gradients.__file__]  # an op of a gradient is made below them
    usual = sys.excepthook  # in Python 3.10 a package that others import may have put one here
    with modules.hidden_frames(*callers):
        try:
            if limit is not None:
                stop.begin(limit)
            exec(script.code, vars(main))
        except BaseException as error:
            recording.ended_by(error)
            if stop.is_by_us(error):
                stop.end()
            hook = getattr(sys, "excepthook", sys.__excepthook__)  # the script may have its own
            is_usual = hook in (usual, sys.__excepthook__)
            sys.excepthook = functools.partial(_print_exception, script, needed, hook, is_usual)
            raise


def _print_exception(
    script: Script,
    needed: str,
    hook: _Hook,
    is_usual: bool,
    kind: type[BaseException],
    error: BaseException,
    trace: types.TracebackType | None,
) -> None:
    """Lets `hook` print what ended the script, without the frames that are not its own.

    What TensorFlow 1 had and nothing has today, what is Python 2, and what the user can mend, is a
    line.
    """
    from tf_edureka.runner import modules

    while trace and trace.tb_frame.f_code.co_filename != script.name:
        trace = trace.tb_next
    sys.last_traceback = trace
    own = [frame for frame in traceback.extract_tb(trace) if script.owns(frame.filename)]
    refused = python2.refusal(error) or modules.refusal(error, needed)
    reason = str(error) if isinstance(error, InputError) else refused
    if not (own and is_usual):
        hook(kind, error.with_traceback(trace), trace)
    elif reason:
        place = python2.place(error) or f"{own[-1].filename}, line {own[-1].lineno}"
        _say(printable(f"error: {place}: {reason}"), sys.stderr)
    else:
        hook(kind, error.with_traceback(trace), trace)
        advice = modules.advice(error)
        if advice:
            _say(f"note: {advice}", sys.stderr)


def _print_report(script: Script) -> None:
    """Prints what the script and the modules beside it use of TensorFlow 1."""
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
                found = f"{name} cannot be read any more ({error.strerror})."
            _say(f"\n{found}", sys.__stderr__)


def _say(text: str, stderr: TextIO | None) -> None:
    if stderr is not None:  # else `print` takes stdout
        print(text, file=stderr)
