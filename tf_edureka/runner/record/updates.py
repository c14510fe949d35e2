"""Which ops write a variable, and what they are given."""

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
    """A sparse gradient as an op got it.

    Attributes:
        values: a tensor.
        indices: a tensor.
    """

    values: Any
    indices: Any


@dataclasses.dataclass(eq=False)
class Write:
    """An op that writes a variable.

    Attributes:
        op: itself.
        variable: op of the variable.
        kind: of optimizer, such as `Momentum`; None if it is none of an optimizer's.
        gradient: that it is given, a tensor or `Slices`; None if there is no such input.
        scalars: other inputs that are numbers, by name.
        slots: ops of other variables that it writes, by name.
        attributes: of the op that change what it computes.
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
    """A training that a session run takes a step of.

    Attributes:
        call: of its gradients.
        writes: by the op of the weight, in the order of the weights.
        others: notes of other gradients that the same ops apply.
    """

    call: GradientCall
    writes: dict[Any, Write]
    others: tuple[GradientCall, ...] = ()


def writes(closure: graphs.Closure) -> list[Write]:
    """All that is written in a run."""
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
    """A `write` as it is; Adam's of a sparse gradient, in plain ops, by what Adam was told.

    Args:
        write: of a weight.
        reached: what the gradients of the loss reach.
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
    """The number that a tensor is a product with; None if it is no such product."""
    if tensor.op.type != "Mul":
        return None
    return next((one for one in tensor.op.inputs if one.shape.ndims == 0), None)


def trainings(closure: graphs.Closure, calls: Iterable[GradientCall]) -> list[Updates]:
    """What is trained in a run.

    Args:
        closure: of the run.
        calls: gradients that were taken in its graph.
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
        if not any(  # its gradients are part of another loss, as in meta-learning
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
    """Where gradients of several losses are applied together, one training is made of them."""
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
    """Trainings whose gradients other runs have summed up in variables or accumulators."""
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
    """What sorts ops that write weights: those of an optimizer first, and dense gradients."""
    return (not write.kind, write.gradient is None or is_sparse(write.gradient))
