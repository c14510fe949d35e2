"""Notes the gradients that a script requests and applies."""

import dataclasses
import importlib
from collections.abc import Callable, Sequence
from typing import Any

from tf_edureka.runner.record import graphs
from tf_edureka.runner.wrapped import wrap

_ATTRIBUTE = "_tf_edureka_gradients"
_APPLIED = "_tf_edureka_applied"


@dataclasses.dataclass(eq=False)
class GradientCall:
    """A call that computed the gradients of a loss with respect to variables.

    Attributes:
        losses: tensors; the loss is the sum of all their values.
        weights: ops of the variables, in the script's order.
        raw: gradient of each weight, a tensor or `IndexedSlices`, by the op of the weight.
        optimizer: optimizer that made the call; None if not known.
    """

    losses: Sequence[Any]
    weights: tuple[Any, ...]
    raw: dict[Any, Any]
    optimizer: Any = None


def calls(graph: Any) -> list[GradientCall]:
    """Returns the gradient calls in a `graph`, in the order in which they were made."""
    return getattr(graph, _ATTRIBUTE, [])


@dataclasses.dataclass(eq=False)
class Applied:
    """A gradient passed to `apply_gradients` of a TensorFlow 1 optimizer.

    Attributes:
        gradient: tensor or `IndexedSlices`.
        optimizer: optimizer of `tf.train`.
        variable: variable of TensorFlow.
    """

    gradient: Any
    optimizer: Any
    variable: Any


def applied(weight: Any) -> list[Applied]:
    """Returns the gradients applied to a `weight`, the op of a variable, the last one first."""
    found: dict[Any, list[Applied]] = getattr(weight.graph, _APPLIED, {})
    return found.get(weight, [])


def install(failed: Callable[[Exception], None]) -> list[Callable[[], None]]:
    """Starts noting gradients.

    Args:
        failed: callable for an error of the recorder, which must not end the script.

    Returns:
        functions that restore TensorFlow.
    """
    from tf_edureka.runner.record import optimizers

    def noting(original: Any, ys: Any, xs: Any, *given: Any, **named: Any) -> Any:
        found = original(ys, xs, *given, **named)
        try:
            call = _gradient_call(ys, xs, found)
            if call is not None:
                call.optimizer = optimizers.calling_optimizer()
                graph = call.losses[0].graph
                setattr(graph, _ATTRIBUTE, [*calls(graph), call])
        except Exception as error:
            failed(error)
        return found

    def applying(
        original: Any, optimizer: Any, grads_and_vars: Any, *given: Any, **named: Any
    ) -> Any:
        pairs = [*grads_and_vars]
        try:
            for gradient, variable in pairs:
                _note_applied(Applied(gradient, optimizer, variable))
        except Exception as error:
            failed(error)
        return original(optimizer, pairs, *given, **named)

    gradients_util = importlib.import_module("tensorflow.python.ops.gradients_util")
    optimizer_module = importlib.import_module("tensorflow.python.training.optimizer")
    return [
        wrap(gradients_util, "_GradientsHelper", noting),
        wrap(optimizer_module.Optimizer, "apply_gradients", applying),
    ]


def _note_applied(one: Applied) -> None:
    weight = variable_op_of(one.variable)
    if weight is None or not is_gradient(one.gradient):
        return
    if not hasattr(weight.graph, _APPLIED):
        setattr(weight.graph, _APPLIED, {})
    getattr(weight.graph, _APPLIED).setdefault(weight, []).insert(0, one)


def _gradient_call(ys: Any, xs: Any, found: Sequence[Any]) -> GradientCall | None:
    raw: dict[Any, Any] = {}
    for x, gradient in zip(flat(xs), found, strict=True):
        op = variable_op_of(x)
        if op is not None and gradient is not None and is_gradient(gradient):
            raw[op] = gradient
    losses = [y for y in map(as_tensor, flat(ys)) if y is not None]
    return GradientCall(losses, tuple(raw), raw) if raw and losses else None


def flat(given: Any) -> list[Any]:
    """Returns one argument or several as a list."""
    return [*given] if isinstance(given, list | tuple) else [given]


def as_tensor(given: Any) -> Any:
    """Returns the tensor that an object is or stands for; None if there is none."""
    if hasattr(given, "consumers"):
        return given
    element = getattr(given, "_as_graph_element", lambda: None)()
    return element if hasattr(element, "consumers") else None


def variable_op_of(given: Any) -> Any:
    """Returns the op of a variable, given the variable or a tensor of its value; else None."""
    if not hasattr(given, "consumers"):
        op = getattr(given, "op", None)
        if op is not None and getattr(op, "type", None) in graphs.VARIABLES:
            return op
        given = as_tensor(given)
    return None if given is None else graphs.variable_op(given)


def is_gradient(given: Any) -> bool:
    """True for a tensor or `IndexedSlices`."""
    return is_sparse(given) or hasattr(given, "consumers")


def is_sparse(given: Any) -> bool:
    """True for `IndexedSlices`."""
    return hasattr(given, "indices") and hasattr(given, "values")


def parts(gradient: Any) -> tuple[Any, ...]:
    """Returns the tensors of a gradient: itself, or indices and values."""
    return (gradient.indices, gradient.values) if is_sparse(gradient) else (gradient,)
