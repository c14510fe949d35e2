"""What a trace holds, as its files have it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A variable of the old graph.

    Attributes:
        name: of it, without `:0`.
        shape: of its value.
        dtype: NumPy's name of it, such as `float32`.
        initializer: of what draws its initial value: `op` (`TruncatedNormal`, ...), `graph_seed`,
            `op_seed`; None where nothing is drawn.
        initial: reference of its value after initialisation; None if there was none to see.
        final: reference of its last value; None if the run did not end by itself.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    initializer: Mapping[str, Any] | None = None
    initial: str | None = None
    final: str | None = None


@dataclass(frozen=True, kw_only=True)
class Training:
    """One thing that the script trains: a loss, the weights under it, and their optimizer.

    Attributes:
        loss: the tensor that the gradients are of.
        weights: names of the variables that are trained, in the order of the gradients.
        optimizer: kind of the ops that apply the gradients, such as `Momentum` of
            `ApplyMomentum`; `GradientDescent`; None where the script computes its steps itself.
        attributes: of these ops, such as `use_nesterov`.
        hyper: names and tensors of the scalars that they take, such as `lr`: `ExponentialDecay`.
        slots: by name of the slot, the slot's variable of each weight: `{"m": {weight: variable}}`.
        clipping: what lies between the gradients and these ops: kind (`global_norm`, `norm`,
            `value`, or `other`) and its bound, None if not known; None where nothing does.
        tensors: names of those of the forward pass that ends of layers give, as they were made.
        run: names of the ops that the script asked for and that write the weights, or what their
            updates depend on, such as a count of steps.
    """

    loss: str
    weights: tuple[str, ...]
    optimizer: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    hyper: Mapping[str, str] = field(default_factory=dict)
    slots: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    clipping: Mapping[str, Any] | None = None
    tensors: tuple[str, ...] = ()
    run: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Step:
    """A training step; what is stored of a recorded one alone is empty for the others.

    Attributes:
        number: of it among the steps of its training, from 0.
        training: place of its training among those of the trace.
        hyper: the scalars that the optimizer took: `lr` and others, by name.
        scalars: what the script fetched, by tensor.
        fingerprints: of what was fed, by tensor.
        loss: value of the loss; None where it was not recorded.
        inputs: what was fed, and what iterators and queues gave, by tensor.
        random: what random ops gave, by tensor: masks, noise.
        before: all variables before the step.
        after: all variables after it.
        raw_gradients: of the loss, by weight.
        gradients: as the optimizer got them, by weight.
        tensors: of the forward pass.
        statistics: mean and variance of the batch, by tensor, of batch normalization.
    """

    number: int
    training: int = 0
    hyper: Mapping[str, float] = field(default_factory=dict)
    scalars: Mapping[str, float] = field(default_factory=dict)
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    loss: float | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    random: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    raw_gradients: Mapping[str, Any] = field(default_factory=dict)
    gradients: Mapping[str, Any] = field(default_factory=dict)
    tensors: Mapping[str, str] = field(default_factory=dict)
    statistics: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_recorded(self) -> bool:
        """Whether the state before it is stored, so that the step can be taken again."""
        return bool(self.before)


@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluation:
    """A run that evaluated what is trained, and took no training step.

    Attributes:
        steps: training steps that had been taken.
        scalars: what the script fetched, by tensor.
        inputs: what was fed, and what iterators and queues gave, by tensor.
        random: what random ops gave, by tensor.
        before: the variables that it depends on.
    """

    steps: int
    scalars: Mapping[str, float] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    random: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
