"""The network in an original graph: the sources that it is fed, and the tensors it computes."""

import functools
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tf_edureka._tensorflow import tf
from tf_edureka.parity.loading import sources, updates
from tf_edureka.parity.loading.updates import Update
from tf_edureka.parity.loading.walk import Walk
from tf_edureka.tf1.checkpoint import Checkpoint, graphs
from tf_edureka.tf1.checkpoint.content import Array
from tf_edureka.tf1.graph_nodes import Unreplayable, parse
from tf_edureka.tf1.subgraphs import Subgraphs
from tf_edureka.tf1.untrusted_graph import UntrustedGraph

_MOST_FAILURES = 20
_ACTIVATIONS = (
    *("Elu", "Exp", "LeakyRelu", "LogSoftmax", "Relu", "Relu6", "Selu", "Sigmoid", "Softmax"),
    *("Softplus", "Softsign", "Tanh"),
)
_SIZE = "sizes/"


class OldNetwork:
    """The forward pass of a checkpoint's graph.

    Args:
        checkpoint: checkpoint that includes a graph.

    Attributes:
        graph: the `GraphDef`.
        nodes: nodes of the graph by name.
        state: values of the graph's variables by the names of their nodes.
        sources: tensors that can be fed.
        walk: dependencies of the graph's nodes on the sources.

    Raises:
        Unreplayable: if the graph cannot be read.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.graph = tf.compat.v1.GraphDef.FromString(checkpoint.graph or b"")
        try:
            parts = Subgraphs(self.graph)
        except KeyError as error:
            raise Unreplayable(f"the graph has no {error}, the input of a node") from None
        self.nodes = parts.nodes
        self.state = graphs.state(self.graph, checkpoint)
        self.sources = [*sources.of_graph(self.graph, self.nodes)]
        self._saved = graphs.saved_as(self.graph)
        weights = {one.name for one in checkpoint.entries} & {*self.nodes}
        weights |= {node.name for node in graphs.variables(self.graph)}
        fed = [one.name for one in self.sources]
        self.walk = Walk(self.graph, self.nodes, parts.depths, fed, weights, self.state)
        self._tensors = [
            name
            for node in self.graph.node
            if self.walk.is_forward(node)
            for name, kind in sources.outputs(node)
            if tf.as_dtype(kind).is_floating
        ]
        self._untrusted = UntrustedGraph(_with_sizes(self.graph, self._tensors), self.state)
        self.loss_activation = functools.cache(self.walk.loss_activation)

    def saved_as(self, variable: str) -> tuple[str, str]:
        """Returns the name in the checkpoint, and the slice of it, for a `variable`'s node."""
        return self._saved.get(variable, (variable, ""))

    @functools.cached_property
    def updates(self) -> list[Update]:
        """The ops of the graph that apply gradients."""
        return updates.find(self.nodes)

    def slot_names(self) -> set[str]:
        """Returns the names in the checkpoint of the slots of the graph's optimizers."""
        slots = (one.slots.values() for one in self.updates)
        return {self.saved_as(node)[0] for nodes in slots for node in nodes}

    def tensors(self, fed: Iterable[str]) -> list[str]:
        """Returns the names of the float tensors that depend on weights and on no other sources.

        Args:
            fed: names of the allowed sources.
        """
        given = {*fed}
        return [name for name in self._tensors if self.sources_of([name]) <= given]

    def sources_of(self, tensors: Iterable[str]) -> set[str]:
        """Returns the names of the sources that some `tensors` are computed from."""
        return {one for name in tensors for one in self.walk.fed_by(parse(name)[0]) or frozenset()}

    def activations_after(self, tensor: str, fed: Iterable[str]) -> list[str]:
        """Returns the activations that the graph applies directly to a tensor.

        A port may lack them at its end. An activation that a loss computes does not count.

        Args:
            tensor: name of the tensor.
            fed: names of the sources that the activation may depend on.

        Returns:
            name and op of each activation, such as `steer (Tanh)`.
        """
        if self.loss_activation(tensor):
            return []
        here, given = parse(tensor)[0], {*fed}
        return [
            f"{node.name} ({node.op})"
            for node in self.graph.node
            if any(parse(one)[0] == here for one in node.input)
            and self.walk.is_forward(node)
            and self.sources_of([node.name]) <= given
            and node.op in _ACTIVATIONS
        ]

    def sizes(self, names: Sequence[str], feeds: Mapping[str, Array]) -> dict[str, int]:
        """Returns the numbers of entries of the tensors that can be computed.

        Args:
            names: names of the tensors.
            feeds: value of each source by name, in its dtype and shape.

        Returns:
            number of entries by name.

        Raises:
            Unreplayable: if too many ops fail.
        """
        asked = {name: f"{_SIZE}{self._tensors.index(name)}" for name in names}
        for _ in range(_MOST_FAILURES):
            try:
                values, _ = self._untrusted.run([*asked.values()], feeds)
            except Unreplayable as error:
                after = self.walk.downstream(error.node) if error.node else set()
                left = {n: of for n, of in asked.items() if parse(n)[0] not in after}
                if len(left) == len(asked) or not left:
                    raise
                asked = left
            else:
                return {name: int(one) for name, one in zip(asked, values, strict=True)}
        raise Unreplayable("too many of the graph's ops fail on random inputs")

    def run(
        self, names: Sequence[str], feeds: Mapping[str, Array], *, dtype: str = "float32"
    ) -> dict[str, Array]:
        """Computes tensors.

        Args:
            names: names of the tensors.
            feeds: value of each source by name, in its dtype and shape.
            dtype: precision of the computation: `float32` or `float64`.

        Returns:
            the tensors by name, any shape; those of floats in `dtype`.

        Raises:
            Unreplayable: if they cannot be computed.
        """
        values, _ = self._untrusted.run(names, feeds, dtype=dtype)
        return dict(zip(names, values, strict=True))

    def apply_gradients(
        self, applying: Sequence[Update], gradients: Mapping[str, Array], rate: float
    ) -> tuple[dict[str, float], dict[str, Array]]:
        """Runs the ops that apply gradients, with given gradients.

        Args:
            applying: these ops, of one optimizer.
            gradients: gradient of each op by its name, in the shape and dtype of its variable.
            rate: float32 value for a learning rate that the original program fed.

        Returns:
            the optimizer's scalars by the op's names for them, and all variables afterwards by the
            names of their nodes, in their dtypes and shapes.

        Raises:
            Unreplayable: if the ops cannot be run.
        """
        alone = tf.compat.v1.GraphDef.FromString(self.graph.SerializeToString())
        for node in alone.node:
            # Remove control dependencies that need inputs, such as updates of moving averages.
            node.input[:] = [
                one
                for one in node.input
                if not (one.startswith("^") and self.walk.fed_by(one[1:]) != frozenset())
            ]
        graph = UntrustedGraph(alone.SerializeToString(), self.state)
        names = applying[0].scalars
        rates = {
            one.name: np.array(rate, one.dtype)
            for one in self.sources
            if one.is_placeholder and not one.shape and one.dtype.startswith("float")
        }
        values, _ = graph.run([*names.values()], rates)
        feeds = {**rates, **{one.gradient: gradients[one.op] for one in applying}}
        _, after = graph.run([], feeds, ops=[one.op for one in applying])
        return {n: float(v) for n, v in zip(names, values, strict=True)}, after


def _with_sizes(graph: tf.compat.v1.GraphDef, tensors: Sequence[str]) -> bytes:
    """The graph with additional ops that compute the numbers of entries of tensors."""
    sizes = tf.compat.v1.GraphDef()
    nodes = {node.name: node for node in graph.node}
    for place, name in enumerate(tensors):
        node = sizes.node.add(name=f"{_SIZE}{place}", op="Size", input=[name])
        kinds = dict(sources.outputs(nodes[parse(name)[0]]))
        node.attr["T"].type = kinds[name]
        node.attr["out_type"].type = tf.int64.as_datatype_enum
    return bytes(graph.SerializeToString() + sizes.SerializeToString())
