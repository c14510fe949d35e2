"""A graph of TensorFlow 1, recorded while it trained, computed again from a state that is given."""

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
_KEPT = 4  # imported parts that are kept for the next call

__all__ = ["RecordedGraph", "Unreplayable"]


class RecordedGraph:
    """Computes tensors and steps of a recorded graph, in a graph and a session of its own.

    Only what is needed is imported, with the script's control dependencies: what a fetched tensor
    waits for, such as the moving averages of batch normalization, is computed too. It is computed
    on the CPU.

    Args:
        graph: a serialised `GraphDef`.
        dtype: `float32`: the graph as it was recorded. `float64`: with float64 where it has
            float32, in constants (which keep their value), variables and ops.
        threads: of an op, and how many ops at a time; None: as many as TensorFlow takes. Of an op
            the first session of a process decides, for all that follow: see `one_thread`.
        rejection_reason: as for `Subgraphs`.

    Attributes:
        subgraphs: of the graph as it was recorded.
        float32_nodes: names of the nodes computed so far that stay in float32 with `float64`,
            because TensorFlow has no float64 kernel for them on the CPU.

    Raises:
        Unreplayable: when it is no graph, or one of ops that TensorFlow 2 does not have.
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
        except (
            DecodeError,
            KeyError,
        ) as error:  # KeyError: a node takes from one that is not there
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
            state: values of variables by name, of the variable's shape; float ones are cast.
            feeds: values of tensors by name, of the tensor's shape, of placeholders, iterators,
                queues and random ops; float ones are cast. They take the tensor's place.

        Returns:
            an array for each of the fetches, of its own shape and dtype.

        Raises:
            Unreplayable: when they cannot be computed from that.
        """
        return self.run(fetches, (), state, feeds)[0]

    def step(
        self, run: Sequence[str], state: Mapping[str, Array], feeds: Mapping[str, Array]
    ) -> dict[str, Array]:
        """Runs ops, such as that of a training step.

        Args:
            run: names of the ops.
            state: as for `compute`.
            feeds: as for `compute`.

        Returns:
            the state after it, by name: an array of the variable's shape and dtype each. Variables
            that these ops do not need stay what they are.

        Raises:
            Unreplayable: when they cannot be run from that.
        """
        return self.run((), run, state, feeds)[1]

    def run(
        self,
        fetches: Sequence[str],
        run: Sequence[str],
        state: Mapping[str, Array],
        feeds: Mapping[str, Array],
    ) -> tuple[list[Array], dict[str, Array]]:
        """Computes tensors while ops run, as one `Session.run` does.

        Args:
            fetches: as for `compute`.
            run: as for `step`.
            state: values of variables by name, of the variable's shape; float ones are cast.
            feeds: values of tensors by name, of the tensor's shape; float ones are cast.

        Returns:
            what `compute` and what `step` give, of shapes and dtypes as there.
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
    """A part of the graph in a session."""

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
        """Values of the variables by the names that they had before."""
        return dict(self._session.run({one.name_in(before): one.value for one in self._variables}))


class _Variable:
    """The ops that set and read a variable."""

    def __init__(self, handle: tf.Tensor, node: Any) -> None:
        kind = tf.as_dtype(node.attr["dtype"].type)
        # A resource's name is not always that of its node.
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
        # With oneDNN, as on Intel's processors, z * sigmoid(z) becomes one op even where sigmoid(z)
        # is fetched, which then is not in the graph.
        options = config.graph_options.rewrite_options
        options.remapping = options.OFF
    if threads:
        config.intra_op_parallelism_threads = config.inter_op_parallelism_threads = threads
    return config


def _line(error: Exception) -> str:
    """What an error says, without where TensorFlow met it."""
    lines = getattr(error, "message", str(error)).splitlines()
    said = (one for one in lines if one.strip() and not one.startswith(_AROUND))
    return next(said, type(error).__name__)
