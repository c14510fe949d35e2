"""The forward pass: selects the tensors to store and computes their values.

The values are computed in a separate run, from the state before the step and the recorded inputs
and random numbers. Fetching them in the step itself would keep TensorFlow from fusing ops, such as
MatMul, BiasAdd and Tanh, and unfused kernels round differently.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tf_edureka.runner.record import graphs
from tf_edureka.trace import Array

_ACTIVATIONS = {
    *("Relu", "Relu6", "Elu", "Selu", "LeakyRelu", "Tanh", "Sigmoid", "Softmax", "Softplus"),
    *("BiasAdd", "MaxPool", "AvgPool", "MaxPool3D", "AvgPool3D"),
}
_PRODUCTS = {
    *("MatMul", "Conv2D", "Conv2DBackpropInput", "Conv3D", "DepthwiseConv2dNative"),
    *("BatchMatMul", "BatchMatMulV2", "SparseTensorDenseMatMul"),
}
_NORMALIZATIONS = {"FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"}
_SUMS = {"Add", "AddV2"}
_PASS_THROUGH = {"Identity", "Reshape", "Squeeze", "ExpandDims", "StopGradient", "PreventGradient"}
_MAX_BYTES = 32 << 20  # larger tensors are not stored
Run = Callable[[Sequence[Any], Mapping[Any, Any]], list[Any]]


class Forward:
    """The forward pass of a training.

    Args:
        losses: tensors whose sum is the loss.
        inputs: fed tensors, and outputs of iterators, queues and random ops.
        dead: outputs of ops in branches that the run does not take.

    Attributes:
        losses: tensors whose sum is the loss.
        tensors: outputs of the layers, and what is computed from the last ones, in the order of
            creation.
        statistics: batch mean and variance of batch normalization.
        obstacle: name of an op that prevents the computation; None if there is none.
    """

    def __init__(
        self, losses: Sequence[Any], inputs: Iterable[Any], dead: Collection[Any] = ()
    ) -> None:
        inputs = self._inputs = [*inputs]
        self.losses = losses
        whole = graphs.Closure(losses, inputs)
        # A value fed into a branch that is not taken would leave it next to the other branch's.
        self._variables = {
            one: name for one, name in _variable_values(whole).items() if one not in dead
        }
        self._gathered = {one: found for one, found in _gathered(whole).items() if one not in dead}
        cut = [*inputs, *self._variables, *self._gathered, *dead]
        self._closure = graphs.Closure(losses, cut)
        fetched = [indices for _, indices in self._gathered.values()]
        ops = [*self._closure.ops, *graphs.Closure(fetched, cut).ops]
        impure = [op for op in ops if not graphs.is_pure(op)]
        self.obstacle = impure[0].name if impure else None
        self.tensors = [
            op.outputs[0]
            for op in self._layer_outputs()
            if graphs.is_plain(op.outputs[0]) and _is_float(op) and op.outputs[0].shape.rank != 0
        ]
        self.statistics = [
            tensor for tensor in _statistics(self._closure) if graphs.is_plain(tensor)
        ]

    def _layer_outputs(self) -> Iterator[Any]:
        """Yields the last op of each layer, and the ops after the last layers.

        The output of a network may be a sum of several layers.
        """
        reached = self._closure.after(self._inputs)
        learned = self._closure.after([*self._variables, *self._gathered])
        ends, before = set(), set()
        for op in reversed(self._closure.ops):
            is_penalty = "_grad/" in op.name  # of gradients
            if op in reached and self._ends_layer(op) and not is_penalty:
                ends.add(op)
            if any(one in ends or one in before for one in self._closure.consumers[op]):
                before.add(op)
        after = {
            op for op in reached & learned - before if op.outputs and op.type not in _PASS_THROUGH
        }
        yield from (op for op in self._closure.ops if op in ends | after)

    def _ends_layer(self, op: Any) -> bool:
        if op.type in _ACTIVATIONS | _NORMALIZATIONS:
            return True
        if op.type in _SUMS:
            return any(self._is_variable(tensor) for tensor in op.inputs)
        if op.type == "Merge":  # joins the branches of training and inference
            return op.inputs[0].op.type in _NORMALIZATIONS and op.inputs[0].value_index == 0
        if op.type in _PRODUCTS:
            after = self._closure.consumers[op]
            return not (
                len(after) == 1
                and after[0].type in _SUMS | {"BiasAdd"}
                and self._ends_layer(after[0])
            )
        return False

    def _is_variable(self, tensor: Any) -> bool:
        known = {id(one) for one in self._variables}
        while tensor.op.type in ("Identity", "Reshape", "ExpandDims") and id(tensor) not in known:
            tensor = tensor.op.inputs[0]
        return id(tensor) in known

    def compute(
        self, run: Run, known: Mapping[int, Array], state: Mapping[str, Array]
    ) -> tuple[float, dict[Any, Array], dict[Any, Array]]:
        """Computes the forward pass.

        Args:
            run: callable that returns the values of tensors, given the tensors and the feeds.
            known: values of the inputs, and possibly of others, by the id of the tensor.
            state: values of the variables, by name.

        Returns:
            loss, values of the tensors, values of the statistics.
        """
        fed = {tensor: state[name] for tensor, name in self._variables.items()}
        fed |= {tensor: known[id(tensor)] for tensor in self._inputs}
        places = run([indices for _, indices in self._gathered.values()], fed)
        for (tensor, (name, _)), rows in zip(self._gathered.items(), places, strict=True):
            fed[tensor] = state[name][rows]
        fetched = [*dict.fromkeys([*self.losses, *self.tensors, *self.statistics])]
        found = dict(zip(fetched, run(fetched, fed), strict=True))
        small = {one: value for one, value in found.items() if value.nbytes <= _MAX_BYTES}
        return (
            float(sum(np.sum(found[loss], dtype=np.float64) for loss in self.losses)),
            {one: small[one] for one in self.tensors if one in small},
            {one: small[one] for one in self.statistics if one in small},
        )


def _variable_values(closure: graphs.Closure) -> dict[Any, str]:
    """Returns the tensors that read variables, each with the name of its variable."""
    found: dict[Any, str] = {}
    for op in closure.ops:
        if op.type in ("VariableV2", "Variable"):
            found[op.outputs[0]] = op.name
        elif op.type == "ReadVariableOp":
            variable = graphs.variable_op(op.inputs[0])
            if variable is not None:
                found[op.outputs[0]] = variable.name
    return found


def _gathered(closure: graphs.Closure) -> dict[Any, tuple[str, Any]]:
    """Returns the tensors that gather rows of variables, each with variable name and indices."""
    found = {}
    for op in closure.ops:
        if op.type == "ResourceGather" and not op.get_attr("batch_dims"):
            variable = graphs.variable_op(op.inputs[0])
            if variable is not None:
                found[op.outputs[0]] = (variable.name, op.inputs[1])
    return found


def _statistics(closure: graphs.Closure) -> list[Any]:
    found = []
    for op in closure.ops:
        if op.type in _NORMALIZATIONS and op.get_attr("is_training"):
            found += [op.outputs[1], op.outputs[2]]
        elif op.type == "Merge" and op.inputs[0].op.type in _NORMALIZATIONS:
            found += [op.outputs[0]] if op.inputs[0].value_index in (1, 2) else []
        elif op.type == "Squeeze" and "moments" in op.name and op.inputs[0].op.type == "Mean":
            found.append(op.outputs[0])
    return found


def _is_float(op: Any) -> bool:
    return op.outputs[0].dtype.base_dtype.is_floating
