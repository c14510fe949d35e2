"""A graph of unknown origin, run by ops that only compute, in a process that may end by it."""

from collections.abc import Mapping, Sequence

from tf_edureka.tf1 import apart
from tf_edureka.tf1.allowed_ops import refused
from tf_edureka.tf1.recorded_graph import Array, RecordedGraph, Unreplayable

SECONDS = 300.0  # that one run may take
Held = tuple[dict[str, RecordedGraph], Mapping[str, Array]]

_held: dict[int, Held] = {}  # of the other process: graphs by precision, and values of variables
_count = iter(range(2**62))
_kept: list[int] = []  # keys of the graphs that the other process holds
_MOST = 2


class ForeignGraph:
    """As `RecordedGraph`, for a graph whose ops are looked at before they are run.

    Args:
        graph: a serialised `GraphDef`.
        state: values of its variables by name, any dtype and shape.
    """

    def __init__(self, graph: bytes, state: Mapping[str, Array]) -> None:
        self._graph, self._state = graph, state
        self._key = next(_count)
        self._held_by = -1
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
        process = apart.shared
        try:
            process.started()
            if self._held_by != process.starts or self._key not in _kept:
                process.call("tf1.foreign_graph:hold", self._key, self._graph, self._state)
                self._held_by = process.starts
                _kept[:] = [*(one for one in _kept if one != self._key), self._key][-_MOST:]
            return process.call(
                "tf1.foreign_graph:computed", self._key, dtype, given, seconds=SECONDS
            )
        except apart.EndedError as error:
            self._ended = f"the graph cannot be run: {error}"
            raise Unreplayable(self._ended) from None


def hold(key: int, graph: bytes, state: Mapping[str, Array]) -> None:
    """Keeps a graph in this process, in place of others.

    Args:
        key: that `computed` is given for it.
        graph: as for `ForeignGraph`.
        state: as for `ForeignGraph`.

    Raises:
        Unreplayable: when it is no graph.
    """
    kinds = ("float32", "float64")
    graphs = {kind: RecordedGraph(graph, dtype=kind, refuses=refused) for kind in kinds}
    _held.pop(key, None)
    _held[key] = graphs, state
    while len(_held) > _MOST:
        _held.pop(next(iter(_held)))


def computed(
    key: int,
    dtype: str,
    given: tuple[Sequence[str], Sequence[str], Mapping[str, Array]],
) -> tuple[list[Array], dict[str, Array]]:
    """What `ForeignGraph.run` has the process do.

    Args:
        key: of the graph.
        dtype: as for `ForeignGraph.run`.
        given: fetches, ops and feeds, as for `ForeignGraph.run`.

    Returns:
        as `ForeignGraph.run`.

    Raises:
        Unreplayable: as `RecordedGraph.run`.
    """
    graphs, state = _held[key]
    fetches, ops, feeds = given
    return graphs[dtype].run(fetches, ops, state, feeds)
