"""Finds the ops that write variables, and their inputs."""

import dataclasses
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from tf_edureka.runner.record import graphs, variables
from tf_edureka.runner.record.gradients import GradientCall, applied, is_sparse, parts

_WRITES = re.compile(r"(Resource)?(Sparse)?(Apply|Assign|Scatter|StridedSliceAssign)\w*")
_APPLY = re.compile(r"(?:Resource)?(?:Sparse)?Apply(\w+?)(?:V2)?")
_SCATTER = ("ScatterSub", "ResourceScatterAdd", "ResourceScatterSub")
_GRADIENTS = ("grad", "delta")
_NAMES = {"alpha": "lr"}
_IGNORED = ("indices", "global_step")


@dataclasses.dataclass(eq=False)
class Slices:
    """The sparse gradient that an op receives.

    Attributes:
        values: tensor of the rows.
        indices: tensor of the row numbers.
    """

    values: Any
    indices: Any


@dataclasses.dataclass(eq=False)
class Write:
    """An op that writes a variable.

    Attributes:
        op: the writing op.
        variable: op of the variable.
        kind: kind of optimizer, such as `Momentum`; None if it is not an optimizer's op.
        gradient: gradient input, a tensor or `Slices`; None without one.
        scalars: other scalar inputs, by name.
        slots: ops of other variables that the op writes, by name.
        attributes: attributes of the op that change its result.
    """

    op: Any
    variable: Any
    kind: str | None = None
    gradient: Any = None
    scalars: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    slots: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    attributes: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(eq=False)
class Updates:
    """The updates of one training in a session run.

    Attributes:
        call: call that computed the gradients.
        writes: writing ops, by the op of the weight, in the order of the weights.
        others: other gradient calls whose gradients the same ops apply.
    """

    call: GradientCall
    writes: dict[Any, Write]
    others: tuple[GradientCall, ...] = ()


def writes(closure: graphs.Closure) -> list[Write]:
    """Returns all writes of variables in a run."""
    found = (_write(op) for op in closure.ops if _WRITES.fullmatch(op.type) and len(op.inputs))
    return [write for write in found if write is not None]


def _write(op: Any) -> Write | None:
    variable = graphs.variable_op(op.inputs[0])
    if variable is None:
        return None
    if op.type in _SCATTER:
        rate = _factor(op.inputs[2])
        if rate is not None:
            return Write(op, variable, "GradientDescent", None, {"lr": rate})
    match = _APPLY.fullmatch(op.type)
    if not match:
        return Write(op, variable)
    arguments = [str(one.name) for one in op.op_def.input_arg]
    named = dict(zip(arguments, op.inputs, strict=True))
    del named[op.op_def.input_arg[0].name]
    gradient = next((named.pop(name) for name in _GRADIENTS if name in named), None)
    if gradient is not None and "indices" in named:
        gradient = Slices(gradient, named["indices"])
    slots: dict[str, Any] = {}
    for argument in op.op_def.input_arg:
        if argument.name in named and (argument.is_ref or named[argument.name].dtype == "resource"):
            slots[argument.name] = graphs.variable_op(named.pop(argument.name))
    scalars: dict[str, Any] = {
        _NAMES.get(name, name): tensor for name, tensor in named.items() if name not in _IGNORED
    }
    attributes: dict[str, Any] = {
        one.name: op.get_attr(one.name)
        for one in op.op_def.attr
        if one.type == "bool" and one.name != "use_locking"
    }
    return Write(op, variable, match[1], gradient, scalars, slots, attributes)


def _with_adam_inputs(write: Write, reached: Collection[Any]) -> Write:
    """Completes the write of Adam with a sparse gradient, which uses plain ops.

    Gradient, scalars and slots come from the optimizer's Python object. Other writes are returned
    unchanged.

    Args:
        write: write of a weight.
        reached: ops that depend on the gradients of the loss.
    """
    for one in () if write.kind else applied(write.variable):
        kinds = {kind.__name__ for kind in type(one.optimizer).__mro__}
        if "AdamOptimizer" in kinds and "LazyAdamOptimizer" not in kinds and write.op in reached:
            slots = {name: one.optimizer.get_slot(one.variable, name) for name in ("m", "v")}
            names = {"lr": "_lr_t", **{n: f"_{n}_t" for n in ("beta1", "beta2", "epsilon")}}
            powers = zip(
                ("beta1_power", "beta2_power"), one.optimizer._get_beta_accumulators(), strict=True
            )
            scalars = {
                **{name: getattr(one.optimizer, its) for name, its in names.items()},
                **{name: variables.reading(power) for name, power in powers},
            }
            return dataclasses.replace(
                write,
                kind="Adam",
                gradient=one.gradient,
                scalars={name: tensor for name, tensor in scalars.items() if tensor is not None},
                slots={name: slot.op for name, slot in slots.items() if slot is not None},
                attributes={"use_nesterov": False},
            )
    return write


def _factor(tensor: Any) -> Any:
    """Returns the scalar factor of a product; None if the tensor is not such a product."""
    if tensor.op.type != "Mul":
        return None
    return next((one for one in tensor.op.inputs if one.shape.ndims == 0), None)


def trainings(closure: graphs.Closure, calls: Iterable[GradientCall]) -> list[Updates]:
    """Finds the trainings that a run takes a step of.

    Args:
        closure: ops of the run.
        calls: gradient calls in the graph.
    """
    by_variable: dict[Any, list[Write]] = {}
    for write in writes(closure):
        by_variable.setdefault(write.variable, []).append(write)
    candidates = []
    for call in calls:
        if not any(weight in by_variable for weight in call.weights):
            continue
        taken = [part for one in call.raw.values() for part in parts(one)]
        reached = closure.after(part for part in taken if not closure.is_fed(part))
        found = {
            weight: _best([one for one in by_variable.get(weight, ()) if one.op in reached])
            for weight in call.weights
        }
        written = {
            weight: _with_adam_inputs(write, reached)
            for weight, write in found.items()
            if write is not None
        }
        if written:
            candidates.append((Updates(call, written), reached))
    chosen = [
        one
        for one, reached in candidates
        if not any(  # gradients within another loss, as in meta-learning
            loss.op in reached and _overlap(one, other)
            for other, _ in candidates
            if other is not one
            for loss in other.call.losses
        )
    ]
    if not chosen:
        return _without_gradients(by_variable, calls)
    return _merged(chosen)


def _best(found: list[Write]) -> Write | None:
    return next((one for one in found if one.kind), found[0] if found else None)


def _overlap(one: Updates, other: Updates) -> bool:
    return any(other.writes.get(weight) is write for weight, write in one.writes.items())


def _merged(found: list[Updates]) -> list[Updates]:
    """Merges gradients of several losses into one training if they are applied together."""
    merged: list[Updates] = []
    for one in found:
        first = next((other for other in merged if _overlap(one, other)), None)
        if first is None:
            merged.append(one)
        else:
            first.others += (one.call,)
            first.writes = {**one.writes, **first.writes}
    return merged


def _without_gradients(
    by_variable: Mapping[Any, list[Write]], calls: Iterable[GradientCall]
) -> list[Updates]:
    """Finds trainings whose gradients earlier runs accumulated in variables or accumulators."""
    found: list[Updates] = []
    for call in calls:
        written = {
            weight: write
            for weight in call.weights
            for write in by_variable.get(weight, ())
            if write.kind and write.gradient is not None
        }
        if written and not any(_overlap(Updates(call, written), one) for one in found):
            found.append(Updates(call, written))
    return found


def preference(write: Write) -> tuple[bool, bool]:
    """Returns a sort key: ops of optimizers first, then dense before sparse gradients."""
    return (not write.kind, write.gradient is None or is_sparse(write.gradient))
