"""A recorded graph computed by one thread, in a process of its own.

TensorFlow has one pool of threads for the ops of a process, as large as its first session asks for.
How an op splits a sum among threads, and so how the sum is rounded, depends on how many there are.
"""

from collections.abc import Mapping, Sequence

from tf_edureka.tf1.child_process import ChildFailedError, ChildProcess
from tf_edureka.tf1.recorded_graph import Array, RecordedGraph, Unreplayable

_graphs: list[RecordedGraph] = []  # of the other process: the one that it computes


class OneThread:
    """As `RecordedGraph` in float32, but by one thread; the process ends with this object.

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
        given = ([*fetches], [*run], dict(state), dict(feeds))
        try:
            answer = self._process.call("tf1.one_thread:computed", self._to_send, given)
        except ChildFailedError as error:
            raise Unreplayable(f"by one thread: {error}") from None
        self._to_send = None
        return answer


def computed(
    graph: bytes | None,
    given: tuple[Sequence[str], Sequence[str], Mapping[str, Array], Mapping[str, Array]],
) -> tuple[list[Array], dict[str, Array]]:
    """What `OneThread.run` has the process do.

    Args:
        graph: as for `OneThread`, in the first call; None in others.
        given: the arguments, as for `OneThread.run`.

    Returns:
        as `RecordedGraph.run`.

    Raises:
        Unreplayable: as `RecordedGraph.run`.
    """
    if graph is not None:
        _graphs[:] = [RecordedGraph(graph, threads=1)]
    if not _graphs:
        raise Unreplayable("the process with one thread has ended")
    return _graphs[0].run(*given)
