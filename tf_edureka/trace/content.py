"""The records of a trace: variables, trainings, steps and evaluations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A variable of the original graph.

    Attributes:
        name: name without `:0`.
        shape: shape of the value.
        dtype: NumPy name of the dtype, such as `float32`.
        initializer: random op that samples the initial value: `op` (such as `TruncatedNormal`),
            `graph_seed` and `op_seed`; None if the initial value is not random.
        initial: reference of the value after initialisation; None if it was not recorded.
        final: reference of the last value; None if the run was cut off.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    initializer: Mapping[str, Any] | None = None
    initial: str | None = None
    final: str | None = None


@dataclass(frozen=True, kw_only=True)
class Training:
    """A training of the script: a loss, the weights that it trains, and their optimizer.

    Attributes:
        loss: name of the loss tensor.
        weights: names of the trained variables, in the order of the gradients.
        optimizer: type of the update ops without `Apply`, such as `Momentum` for `ApplyMomentum`;
            None if the script updates its weights itself.
        attributes: attributes of the update ops, such as `use_nesterov`.
        hyper: tensors of the optimizer's scalars, by name, such as `lr`: `ExponentialDecay`.
        slots: slot variables by slot and weight: `{"m": {weight: variable}}`.
        clipping: gradient clipping: `kind` (`global_norm`, `norm`, `value` or `other`) and `bound`
            (None if unknown); None without clipping.
        tensors: names of the layers' output tensors in the forward pass, in graph order.
        run: names of the fetched ops that write the weights or variables on which their updates
            depend, such as a step counter.
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
    """A training step; fields that were not recorded are empty.

    Arrays are given as references for `Trace.array`.

    Attributes:
        number: index of the step in its training, counted from 0.
        training: index of the training in the trace.
        hyper: scalars of the optimizer, such as `lr`, by name.
        scalars: scalars that the script fetched, by tensor.
        fingerprints: fingerprints of the fed arrays, by tensor.
        loss: value of the loss; None if it was not recorded.
        inputs: fed arrays and outputs of iterators and queues, by tensor.
        random: outputs of random ops, such as dropout masks and noise, by tensor.
        before: all variables before the step, by name.
        after: all variables after the step, by name.
        raw_gradients: gradients of the loss before clipping, by weight.
        gradients: gradients that the optimizer received, by weight.
        tensors: layer outputs of the forward pass, by tensor.
        statistics: batch mean and variance of batch normalization, by tensor.
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
        """True if the variables before the step are stored, so that it can be recomputed."""
        return bool(self.before)


@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluation:
    """A call of `Session.run` that evaluated the network without a training step.

    Arrays are given as references for `Trace.array`.

    Attributes:
        steps: number of training steps before the evaluation.
        scalars: scalars that the script fetched, by tensor.
        inputs: fed arrays and outputs of iterators and queues, by tensor.
        random: outputs of random ops, by tensor.
        before: variables on which the scalars depend, by name.
    """

    steps: int
    scalars: Mapping[str, float] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    random: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
