"""A process of its own for what may end it: files and graphs of unknown origin.

TensorFlow ends the process on some damaged files, and a loop in a graph need not end.
"""

import contextlib
import os
import pickle
import subprocess
import sys
import threading
import weakref
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from tf_edureka import runtime

_PACKAGES = Path(__file__).parents[2]
_CODE = "from tf_edureka.tf1 import apart; apart.serve()"
_OWN = __name__.partition(".")[0]  # this package, whose exceptions are raised here as well


class EndedError(Exception):
    """The other process has ended instead of answering, or what it called failed.

    Args:
        message: why, in words.
    """


class Apart:
    """A process that calls functions; it ends with this object, and is started again if it ended.

    What a function keeps in its module it finds there in the next call, unless the process was
    started anew between.

    Attributes:
        starts: how often a process was started.
    """

    def __init__(self) -> None:
        self.starts = 0
        self._one_at_a_time = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def call(self, function: str, *arguments: Any, seconds: float | None = None) -> Any:
        """Calls a function there.

        Args:
            function: of the package, such as `tf1.checkpoint.opened:describe`.
            arguments: that can be pickled.
            seconds: after which the process is ended; None to wait.

        Returns:
            what it returns.

        Raises:
            EndedError: when the process has ended, or was ended, or the function raises another
                exception.
            InputError: when the function raises it, and so with other exceptions of the package.
        """
        with self._one_at_a_time:
            is_raised, answer = self._asked(function, arguments, seconds)
        if is_raised:
            raise answer
        return answer

    def _asked(self, function: str, arguments: Any, seconds: float | None) -> tuple[bool, Any]:
        process = self.started()
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, end) if seconds else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            with contextlib.suppress(OSError):  # then there is no answer either
                pickle.dump((function, arguments), _pipe(process.stdin), pickle.HIGHEST_PROTOCOL)
                _pipe(process.stdin).flush()
            answer: tuple[bool, Any] = pickle.load(_pipe(process.stdout))
            return answer
        except (EOFError, pickle.UnpicklingError, OSError):
            self._process = None
            code = process.wait()
            raise EndedError(
                f"it took more than {seconds:g} s"
                if late.is_set()
                else f"its process was ended by signal {-code}"
                if code < 0
                else f"its process ended with exit code {code}"
            ) from None
        except BaseException:  # Ctrl-C: or the next call would get the answer to this one
            self._process = None
            process.kill()
            raise
        finally:
            if timer:
                timer.cancel()

    def started(self) -> subprocess.Popen[bytes]:
        """The process; it is started if there is none."""
        if self._process is None or self._process.poll() is not None:
            paths = [str(_PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])]
            self._process = subprocess.Popen(
                [sys.executable, "-c", _CODE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            )
            weakref.finalize(self, _end, self._process)
            self.starts += 1
        return self._process


shared = Apart()  # for all that need not be alone in a process


def serve() -> None:
    """What the process does: takes calls and answers them, until its input ends."""
    runtime.die_with_parent()
    given = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing else is to be written among the answers
    with contextlib.suppress(EOFError):
        while True:
            function, arguments = pickle.load(given)
            module, _, name = function.partition(":")
            answer: tuple[bool, Any]
            try:
                answer = False, getattr(import_module(f"tf_edureka.{module}"), name)(*arguments)
            except Exception as error:
                is_own = type(error).__module__.partition(".")[0] == _OWN
                said = f"{type(error).__name__}: {error}".splitlines()[0]
                answer = True, error if is_own else EndedError(said)
            pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise OSError("the process has no pipe")
    return pipe


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            _pipe(pipe).close()
    process.kill()
    process.wait()
