"""A recorded graph computed by one thread, in a process of its own.

TensorFlow has one pool of threads for the ops of a process, as large as its first session asks for.
How an op splits a sum among threads, and so how the sum is rounded, depends on how many there are.
"""

import contextlib
import os
import pickle
import subprocess
import sys
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from tf_edureka.tf1.recorded_graph import Array, RecordedGraph, Unreplayable

_PACKAGES = Path(__file__).parents[2]
_CODE = "from tf_edureka.tf1 import one_thread; one_thread.serve()"


class OneThread:
    """As `RecordedGraph` in float32, but by one thread; the process ends with this object.

    Args:
        graph: a serialised `GraphDef`.
    """

    def __init__(self, graph: bytes) -> None:
        paths = [str(_PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CODE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        weakref.finalize(self, _end, self._process)
        self._send(graph)

    def run(
        self,
        fetches: Sequence[str],
        run: Sequence[str],
        state: Mapping[str, Array],
        feeds: Mapping[str, Array],
    ) -> tuple[list[Array], dict[str, Array]]:
        """As `RecordedGraph.run`.

        Args:
            fetches: as for `RecordedGraph.compute`.
            run: as for `RecordedGraph.step`.
            state: as for `RecordedGraph.run`.
            feeds: as for `RecordedGraph.run`.

        Returns:
            as `RecordedGraph.run`.

        Raises:
            Unreplayable: as there, or when the process has ended.
        """
        self._send((fetches, run, dict(state), dict(feeds)))
        try:
            answer = pickle.load(_pipe(self._process.stdout))
        except (EOFError, pickle.UnpicklingError):
            raise Unreplayable("the process with one thread has ended") from None
        if isinstance(answer, str):
            raise Unreplayable(answer)
        return answer

    def _send(self, what: Any) -> None:
        pipe = _pipe(self._process.stdin)
        with contextlib.suppress(OSError):  # then there is no answer either
            pickle.dump(what, pipe, pickle.HIGHEST_PROTOCOL)
            pipe.flush()


def serve() -> None:
    """What the process does: takes a graph, then what to run, and answers, until its input ends."""
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    with contextlib.suppress(EOFError):
        content = pickle.load(given)
        graph = None
        while True:
            asked = pickle.load(given)
            try:
                graph = graph or RecordedGraph(content, threads=1)
                answer: Any = graph.run(*asked)
            except Unreplayable as error:
                answer = str(error)
            pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise Unreplayable("the process with one thread has no pipe")
    return pipe


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            _pipe(pipe).close()
    process.wait()
