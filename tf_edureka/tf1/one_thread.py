"""A recorded graph computed by one thread, in a child process.

TensorFlow has one thread pool per process; its size is set by the first session. An op splits a sum
among the threads, so the rounding of the sum depends on their number.
"""

from collections.abc import Mapping, Sequence

from tf_edureka.tf1.child_process import ChildFailedError, ChildProcess
from tf_edureka.tf1.recorded_graph import Array, RecordedGraph, Unreplayable

_graphs: list[RecordedGraph] = []  # in the child process: the graph that it computes


class OneThread:
    """A `RecordedGraph` in float32 that uses one thread.

    It runs in a child process, which ends with this object.

    Args:
        graph: a serialised `GraphDef`.
    """

    def __init__(self, graph: bytes) -> None:
        self._process = ChildProcess()
        self._to_send: bytes | None = graph

    def run(
        self,
        fetches: Sequence[str],
        run: Sequence[str],
        state: Mapping[str, Array],
        feeds: Mapping[str, Array],
    ) -> tuple[list[Array], dict[str, Array]]:
        """Computes tensors and runs ops in one `Session.run`.

        Args:
            fetches: names of tensors, `x`, `x:0` or `x:1`.
            run: names of ops, such as that of a training step.
            state: values of the variables by name, dtype and shape of the variables.
            feeds: values of tensors by name, dtype and shape of the tensors.

        Returns:
            the fetched tensors, and the state afterwards by name; all with their own shape and
                dtype.

        Raises:
            Unreplayable: if they cannot be computed, or the child process ended.
        """
        given = ([*fetches], [*run], dict(state), dict(feeds))
        try:
            answer = self._process.call("tf1.one_thread:computed", self._to_send, given)
        except ChildFailedError as error:
            raise Unreplayable(f"in the process with one thread: {error}") from None
        self._to_send = None
        return answer


def computed(
    graph: bytes | None,
    given: tuple[Sequence[str], Sequence[str], Mapping[str, Array], Mapping[str, Array]],
) -> tuple[list[Array], dict[str, Array]]:
    """Runs `OneThread.run` in the child process.

    Args:
        graph: serialised `GraphDef` in the first call; None in later calls.
        given: arguments of `OneThread.run`: arrays with the shape and dtype of their tensors.

    Returns:
        the fetched tensors, and the state afterwards by name; all with their own shape and dtype.

    Raises:
        Unreplayable: if they cannot be computed, or the process was restarted without the graph.
    """
    if graph is not None:
        _graphs[:] = [RecordedGraph(graph, threads=1)]
    if not _graphs:
        raise Unreplayable("the process with one thread has ended")
    return _graphs[0].run(*given)
