"""`%load_ext tf_edureka.legacy`: makes `import tensorflow` give TensorFlow 1 in IPython."""

import functools
import sys
from typing import Any

from tf_edureka.cli import reporting, store
from tf_edureka.errors import InputError
from tf_edureka.runner import extension


@functools.cache
def load(shell: Any) -> None:
    """Switches the process of an IPython `shell` to TensorFlow 1; reports an error as one line."""
    note = functools.partial(_say, shell)
    try:
        found = store.find(note)
        fetch_advice = "" if found else store.fetch_advice(" may have it")
        extension.prepare(shell, store=found, fetch_advice=fetch_advice)
    except InputError as error:
        if not extension.is_starting(shell):
            from IPython.core.error import UsageError

            raise UsageError(reporting.line(error)) from None
        # So that `import tensorflow` in a cell fails instead of importing TensorFlow 2.
        sys.modules.update({"tensorflow": None, "keras": None})  # type: ignore[dict-item]
        note(f"error: {reporting.line(error)}")


def _say(shell: Any, text: str) -> None:
    """Prints `text` on stderr; while a kernel starts, delays it until the first cell runs."""

    def say(*_: object) -> None:
        print(text, file=sys.stderr, flush=True)
        if waits:
            shell.events.unregister("pre_run_cell", say)

    waits = extension.is_starting(shell)
    if waits:
        shell.events.register("pre_run_cell", say)
    else:
        say()
