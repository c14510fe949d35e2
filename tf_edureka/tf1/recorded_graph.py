"""Computes a recorded graph of TensorFlow 1 again, from given values of its variables."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from google.protobuf.message import DecodeError

from tf_edureka._tensorflow import tf
from tf_edureka.tf1.float64 import convert_to_float64
from tf_edureka.tf1.graph_nodes import VARIABLES, Unreplayable, parse, placeholder_name
from tf_edureka.tf1.subgraphs import FILLS, RejectionReason, Subgraphs

v1 = tf.compat.v1
Array = npt.NDArray[Any]
_AROUND = ("Graph execution error", "Detected at node", "Node:", "\t [[")
_KEPT = 4  # number of imported subgraphs kept for later calls

__all__ = ["RecordedGraph", "Unreplayable"]


class RecordedGraph:
    """Computes tensors and training steps of a recorded graph, on the CPU.

    It imports the needed nodes into a new graph and session. Control dependencies of the script are
    kept, so ops that a fetched tensor waits for, such as updates of moving averages, run as well.

    Args:
        graph: serialised `GraphDef`.
        dtype: `float32` for the graph as recorded; `float64` to replace float32 by float64 in
            variables, ops and constants (which keep their value).
        threads: number of threads per op and of ops at the same time; None for TensorFlow's
            default. The threads per op are set by the first session of a process: see
            `one_thread`.
        rejection_reason: function that returns why a node must not run, or None if it may; None
            for the default of `Subgraphs`.

    Attributes:
        subgraphs: subgraphs of the graph as recorded.
        float32_nodes: names of the nodes computed so far that stay in float32 with `float64`,
            because TensorFlow has no float64 kernel for them on the CPU.

    Raises:
        Unreplayable: if the graph cannot be read, or has ops that TensorFlow 2 does not have.
    """

    def __init__(
        self,
        graph: bytes,
        *,
        dtype: str = "float32",
        threads: int | None = None,
        rejection_reason: RejectionReason | None = None,
    ) -> None:
        try:
            self.subgraphs = Subgraphs(v1.GraphDef.FromString(graph), rejection_reason)
        except (DecodeError, KeyError) as error:  # KeyError: the input of a node does not exist
            raise Unreplayable(f"the graph cannot be read ({error})") from None
        self.float32_nodes: set[str] = set()
        self._is_double = dtype == "float64"
        self._threads = threads
        self._imported: dict[Any, _Imported] = {}

    def compute(
        self, fetches: Sequence[str], state: Mapping[str, Array], feeds: Mapping[str, Array]
    ) -> list[Array]:
        """Computes tensors.

        Args:
            fetches: names of the tensors, `x`, `x:0` or `x:1`.
            state: values of variables by name, shape of the variable; floats are cast to its dtype.
            feeds: values that replace tensors by name, such as placeholders and outputs of
                iterators, queues and random ops; shape of the tensor; floats are cast to its dtype.

        Returns:
            an array for each of the fetches, with its own shape and dtype.

        Raises:
            Unreplayable: if they cannot be computed from these values.
        """
        return self.run(fetches, (), state, feeds)[0]

    def step(
        self, run: Sequence[str], state: Mapping[str, Array], feeds: Mapping[str, Array]
    ) -> dict[str, Array]:
        """Runs ops, such as the one of a training step.

        Args:
            run: names of the ops.
            state: values of variables by name, shape of the variable; floats are cast to its dtype.
            feeds: values that replace tensors by name, shape of the tensor; floats are cast to its
                dtype.

        Returns:
            the state afterwards by name: arrays with the variable's shape and dtype. Variables that
                these ops do not need are unchanged.

        Raises:
            Unreplayable: if the ops cannot run with these values.
        """
        return self.run((), run, state, feeds)[1]

    def run(
        self,
        fetches: Sequence[str],
        run: Sequence[str],
        state: Mapping[str, Array],
        feeds: Mapping[str, Array],
    ) -> tuple[list[Array], dict[str, Array]]:
        """Computes tensors and runs ops in one `Session.run`.

        Args:
            fetches: names of the tensors, `x`, `x:0` or `x:1`.
            run: names of the ops.
            state: values of variables by name, shape of the variable; floats are cast to its dtype.
            feeds: values that replace tensors by name, shape of the tensor; floats are cast to its
                dtype.

        Returns:
            the fetched arrays, and the state afterwards by name; all with their own shape and
                dtype.
        """
        if not fetches and not run:
            return [], dict(state)
        imported = self._import(tuple(fetches), tuple(run), feeds)
        values = imported.run(state, feeds)
        return values, {**state, **(imported.state(state) if run else {})}

    def _import(
        self, fetches: tuple[str, ...], run: tuple[str, ...], feeds: Iterable[str]
    ) -> "_Imported":
        key = fetches, run, frozenset(feeds)
        if key not in self._imported:
            part = self.subgraphs.extract([*fetches, *run], feeds)
            if self._is_double:
                self.float32_nodes |= convert_to_float64(part)
            if len(self._imported) == _KEPT:
                self._imported.pop(next(iter(self._imported)))
            self._imported[key] = _Imported(part, fetches, run, feeds, threads=self._threads)
        return self._imported[key]


class _Imported:
    """A subgraph imported into a session."""

    def __init__(
        self,
        part: Any,
        fetches: tuple[str, ...],
        run: tuple[str, ...],
        feeds: Iterable[str],
        *,
        threads: int | None,
    ) -> None:
        graph = tf.Graph()
        with graph.as_default():
            try:
                tf.graph_util.import_graph_def(part, name="")
            except ValueError as error:
                raise Unreplayable(f"the graph cannot be imported ({_line(error)})") from None
            self._variables = [
                _Variable(graph.get_tensor_by_name(f"{node.name}:0"), node)
                for node in part.node
                if node.op in VARIABLES
            ]
        names = {node.name for node in part.node}
        self._feeds = {
            name: f"{placeholder_name(name)}:0" for name in feeds if placeholder_name(name) in names
        }
        given = {parse(name): tensor for name, tensor in self._feeds.items()}
        self._fetches = [given.get(parse(name), "{}:{}".format(*parse(name))) for name in fetches]
        self._run = [graph.get_operation_by_name(parse(name)[0]) for name in run]
        fills = [node.name for node in part.node if FILLS.fullmatch(node.op)]
        has_sigmoid = any(node.op == "Sigmoid" for node in part.node)
        self._session = v1.Session(graph=graph, config=_config(threads, fuses=not has_sigmoid))
        try:
            self._session.run([graph.get_operation_by_name(name) for name in fills])
        except tf.errors.OpError as error:
            raise Unreplayable(f"a table cannot be filled ({_line(error)})") from None

    def run(self, state: Mapping[str, Array], feeds: Mapping[str, Array]) -> list[Array]:
        set_to = {one.given: state[one.name_in(state)] for one in self._variables}
        fed = {tensor: feeds[name] for name, tensor in self._feeds.items()}
        try:
            self._session.run([one.set for one in self._variables], set_to)
            values, _ = self._session.run((self._fetches, self._run), fed)
        except (tf.errors.OpError, ValueError, TypeError) as error:
            node = getattr(getattr(error, "node_def", None), "name", "")
            raise Unreplayable(f"the graph cannot be run ({_line(error)})", node) from None
        return [np.asarray(value) for value in values]

    def state(self, before: Mapping[str, Array]) -> dict[str, Array]:
        """The values of the variables, by their names in the state before the run."""
        return dict(self._session.run({one.name_in(before): one.value for one in self._variables}))


class _Variable:
    """The ops that set and read a variable."""

    def __init__(self, handle: tf.Tensor, node: Any) -> None:
        kind = tf.as_dtype(node.attr["dtype"].type)
        # The name of a resource may differ from the name of its node.
        self._names = [node.name, node.attr["shared_name"].s.decode()]
        self.given = v1.placeholder(kind)
        if node.op == "VarHandleOp":
            self.set = tf.raw_ops.AssignVariableOp(resource=handle, value=self.given)
            self.value = tf.raw_ops.ReadVariableOp(resource=handle, dtype=kind)
        else:
            self.set = tf.raw_ops.Assign(ref=handle, value=self.given).op
            self.value = tf.raw_ops.Identity(input=handle)

    def name_in(self, state: Mapping[str, Array]) -> str:
        for name in self._names:
            if name in state:
                return name
        raise Unreplayable(f"the value of the variable {self._names[0]} was not recorded")


def _config(threads: int | None, *, fuses: bool) -> Any:
    config = v1.ConfigProto(device_count={"GPU": 0})
    if not fuses:
        # oneDNN (used on Intel processors) fuses z * sigmoid(z) into one op even if sigmoid(z) is
        # fetched, which is then missing in the graph.
        options = config.graph_options.rewrite_options
        options.remapping = options.OFF
    if threads:
        config.intra_op_parallelism_threads = config.inter_op_parallelism_threads = threads
    return config


def _line(error: Exception) -> str:
    """The first line of an error message without the location that TensorFlow adds."""
    lines = getattr(error, "message", str(error)).splitlines()
    messages = (one for one in lines if one.strip() and not one.startswith(_AROUND))
    return next(messages, type(error).__name__)
