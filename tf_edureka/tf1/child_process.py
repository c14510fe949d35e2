"""A child process for calls that may crash or hang: files and graphs of unknown origin.

TensorFlow ends the process on some damaged files, and a loop in a graph may never end.
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
_CODE = "from tf_edureka.tf1 import child_process; child_process.serve()"
_OWN = __name__.partition(".")[0]  # this package; its exceptions are raised again by `call`


class ChildFailedError(Exception):
    """The child process ended or was killed before it answered, or the called function failed.

    Args:
        message: reason, as one sentence.
    """


class ChildProcess:
    """A child process that calls functions of this package.

    It starts with the first call, starts again if it ended, and ends with this object. Module-level
    state that a function sets is still there in the next call, unless the process was restarted in
    between.

    Attributes:
        starts: number of times that a process was started.
    """

    def __init__(self) -> None:
        self.starts = 0
        self._one_at_a_time = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def call(self, function: str, *arguments: Any, seconds: float | None = None) -> Any:
        """Calls a function in the child process.

        Args:
            function: module and name of a function of this package, such as
                `tf1.checkpoint.worker:describe`.
            arguments: arguments of the function; all must be picklable.
            seconds: time limit in seconds, after which the process is killed; None for no limit.

        Returns:
            the result of the function.

        Raises:
            ChildFailedError: if the process ended or was killed, or if the function raised an
                exception that is not of this package.
            InputError: if the function raised it; other exceptions of this package are raised
                again, too.
        """
        with self._one_at_a_time:
            is_raised, answer = self._send(function, arguments, seconds)
        if is_raised:
            raise answer
        return answer

    def _send(self, function: str, arguments: Any, seconds: float | None) -> tuple[bool, Any]:
        process = self.ensure_started()
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, end) if seconds else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            with contextlib.suppress(OSError):  # the read below then fails as well
                pickle.dump((function, arguments), _pipe(process.stdin), pickle.HIGHEST_PROTOCOL)
                _pipe(process.stdin).flush()
            answer: tuple[bool, Any] = pickle.load(_pipe(process.stdout))
            return answer
        except (EOFError, pickle.UnpicklingError, OSError):
            self._process = None
            code = process.wait()
            raise ChildFailedError(
                f"it exceeded the time limit of {seconds:g} s"
                if late.is_set()
                else f"its process was killed by signal {-code}"
                if code < 0
                else f"its process ended with exit code {code}"
            ) from None
        except BaseException:  # such as Ctrl-C: the next call must not read this answer
            self._process = None
            process.kill()
            raise
        finally:
            if timer:
                timer.cancel()

    def ensure_started(self) -> subprocess.Popen[bytes]:
        """Returns the child process; starts it if it is not running."""
        if self._process is None or self._process.poll() is not None:
            paths = [str(_PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])]
            self._process = subprocess.Popen(
                [sys.executable, "-c", _CODE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            )
            weakref.finalize(self, _terminate, self._process)
            self.starts += 1
        return self._process


shared = ChildProcess()  # for all callers that need no process of their own


def serve() -> None:
    """Runs in the child process: reads calls and writes answers until its input ends."""
    runtime.die_with_parent()
    given = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # prints must not mix with the answers
    with contextlib.suppress(EOFError):
        while True:
            function, arguments = pickle.load(given)
            module, _, name = function.partition(":")
            answer: tuple[bool, Any]
            try:
                answer = False, getattr(import_module(f"tf_edureka.{module}"), name)(*arguments)
            except Exception as error:
                is_own = type(error).__module__.partition(".")[0] == _OWN
                message = f"{type(error).__name__}: {error}".splitlines()[0]
                answer = True, error if is_own else ChildFailedError(message)
            pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise OSError("the process has no pipe")
    return pipe


def _terminate(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            _pipe(pipe).close()
    process.kill()
    process.wait()
