"""A graph of unknown origin, run by ops that only compute, in a process that may end by it."""

from collections.abc import Mapping, Sequence

from tf_edureka.tf1 import child_process
from tf_edureka.tf1.allowed_ops import rejection_reason
from tf_edureka.tf1.recorded_graph import Array, RecordedGraph, Unreplayable

SECONDS = 300.0  # that one run may take
Stored = tuple[dict[str, RecordedGraph], Mapping[str, Array]]

_stored: dict[
    int, Stored
] = {}  # of the other process: graphs by precision, and values of variables
_count = iter(range(2**62))
_stored_keys: list[int] = []  # keys of the graphs that the other process holds
_MOST_STORED = 2


class UntrustedGraph:
    """As `RecordedGraph`, for a graph whose ops are looked at before they are run.

    Args:
        graph: a serialised `GraphDef`.
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
        """Computes tensors while ops run, as one `Session.run` does.

        Args:
            fetches: names of tensors.
            feeds: values of tensors by name, of the tensor's dtype and shape.
            ops: names of ops, such as those that apply gradients.
            dtype: `float32` as it is, or `float64`.

        Returns:
            the tensors, of their shapes and dtypes; and all variables after it, by name.

        Raises:
            Unreplayable: when it cannot be run, an op of it may not be, or it does not end.
        """
        if self._ended:  # it would end the process again
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
    """Keeps a graph in this process, in place of others.

    Args:
        key: that `run_stored` is given for it.
        graph: as for `UntrustedGraph`.
        state: as for `UntrustedGraph`.

    Raises:
        Unreplayable: when it is no graph.
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
    """What `UntrustedGraph.run` has the process do.

    Args:
        key: of the graph.
        dtype: as for `UntrustedGraph.run`.
        given: fetches, ops and feeds, as for `UntrustedGraph.run`.

    Returns:
        as `UntrustedGraph.run`.

    Raises:
        Unreplayable: as `RecordedGraph.run`.
    """
    graphs, state = _stored[key]
    fetches, ops, feeds = given
    return graphs[dtype].run(fetches, ops, state, feeds)
