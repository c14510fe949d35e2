"""Runs a graph of unknown origin: only allowed ops, in a child process that it may crash."""

from collections.abc import Mapping, Sequence

from tf_edureka.tf1 import child_process
from tf_edureka.tf1.allowed_ops import rejection_reason
from tf_edureka.tf1.recorded_graph import Array, RecordedGraph, Unreplayable

SECONDS = 300.0  # time limit of one run
Stored = tuple[dict[str, RecordedGraph], Mapping[str, Array]]  # graphs by dtype, and variables

_stored: dict[int, Stored] = {}  # in the child process, by key
_count = iter(range(2**62))
_stored_keys: list[int] = []  # keys of the graphs that the child process holds
_MOST_STORED = 2


class UntrustedGraph:
    """A `RecordedGraph` whose ops are checked against `allowed_ops` before they run.

    Args:
        graph: serialised `GraphDef`.
        state: values of its variables by name, any dtype and shape.
    """

    def __init__(self, graph: bytes, state: Mapping[str, Array]) -> None:
        self._graph, self._state = graph, state
        self._key = next(_count)
        self._stored_in_start = -1
        self._ended = ""

    def run(
        self,
        fetches: Sequence[str],
        feeds: Mapping[str, Array],
        *,
        ops: Sequence[str] = (),
        dtype: str = "float32",
    ) -> tuple[list[Array], dict[str, Array]]:
        """Computes tensors and runs ops in one `Session.run`.

        Args:
            fetches: names of tensors.
            feeds: values of tensors by name, dtype and shape of the tensors.
            ops: names of ops, such as those that apply gradients.
            dtype: `float32` to run the graph unchanged, `float64` to run it in float64.

        Returns:
            the tensors with their own shapes and dtypes, and all variables afterwards by name.

        Raises:
            Unreplayable: if the graph cannot run, needs an op that is not allowed, or exceeds the
                time limit.
        """
        if self._ended:  # it would crash the process again
            raise Unreplayable(self._ended)
        given = [*fetches], [*ops], dict(feeds)
        process = child_process.shared
        try:
            process.ensure_started()
            if self._stored_in_start != process.starts or self._key not in _stored_keys:
                process.call("tf1.untrusted_graph:store", self._key, self._graph, self._state)
                self._stored_in_start = process.starts
                _stored_keys[:] = [*(one for one in _stored_keys if one != self._key), self._key][
                    -_MOST_STORED:
                ]
            return process.call(
                "tf1.untrusted_graph:run_stored", self._key, dtype, given, seconds=SECONDS
            )
        except child_process.ChildFailedError as error:
            self._ended = f"the graph cannot be run: {error}"
            raise Unreplayable(self._ended) from None


def store(key: int, graph: bytes, state: Mapping[str, Array]) -> None:
    """Stores a graph in the child process; removes the oldest ones beyond two.

    Args:
        key: key for later calls of `run_stored`.
        graph: serialised `GraphDef`.
        state: values of its variables by name, any dtype and shape.

    Raises:
        Unreplayable: if the graph cannot be read.
    """
    kinds = ("float32", "float64")
    graphs = {
        kind: RecordedGraph(graph, dtype=kind, rejection_reason=rejection_reason) for kind in kinds
    }
    _stored.pop(key, None)
    _stored[key] = graphs, state
    while len(_stored) > _MOST_STORED:
        _stored.pop(next(iter(_stored)))


def run_stored(
    key: int,
    dtype: str,
    given: tuple[Sequence[str], Sequence[str], Mapping[str, Array]],
) -> tuple[list[Array], dict[str, Array]]:
    """Runs `UntrustedGraph.run` in the child process.

    Args:
        key: key of the stored graph.
        dtype: `float32` or `float64`.
        given: fetches, ops and feeds of `UntrustedGraph.run`, arrays with the shape and dtype of
            their tensors.

    Returns:
        the tensors with their own shapes and dtypes, and all variables afterwards by name.

    Raises:
        Unreplayable: if the graph cannot run.
    """
    graphs, state = _stored[key]
    fetches, ops, feeds = given
    return graphs[dtype].run(fetches, ops, state, feeds)
