"""The original's random numbers in the layers of a Keras model: dropout masks, noise."""

import contextlib
import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.trace import Array

# Of the ops of TensorFlow 1 that sample, those that a layer's noise comes from.
_UNIFORM = ("RandomUniform", "StatelessRandomUniform", "StatelessRandomUniformV2")
_NORMAL = ("RandomStandardNormal", "StatelessRandomNormal", "StatelessRandomNormalV2")
# Of classes, as word2vec's losses do; each gives the classes and two arrays of expected counts.
_SAMPLER = "_candidate_sampler"


@dataclass(eq=False)
class Replay:
    """What was recorded, and what of it a model has used.

    Attributes:
        ops: the kind of each op by its name, such as `RandomUniform`.
        unused: arrays, any dtype and shape, by the name of their op, that no layer has asked for
            yet, as they were made.
        missing: shapes that a layer asked for and the trace has no numbers for.
    """

    ops: Mapping[str, str]
    unused: dict[str, Array]
    missing: list[tuple[int, ...]] = field(default_factory=list)

    def take(self, kinds: Sequence[str], shape: tuple[int, ...]) -> Array | None:
        """The next array that an op of some kind gave, in some shape.

        Args:
            kinds: of op, any of which will do.
            shape: of the array.

        Returns:
            float, in that shape; None if there is none.
        """
        for name, values in self.unused.items():
            if self.ops.get(name) in kinds and values.shape == shape:
                return self.unused.pop(name)
        self.missing.append(shape)
        return None

    def take_sampled(self, kind: str) -> list[Array]:
        """What the next op of some kind gave that samples classes.

        Args:
            kind: of op, such as `LogUniformCandidateSampler`.

        Returns:
            the classes, whole numbers, then how often the true and these ones are expected, float
            from 0 on, in any shape; nothing if there is no such op.
        """
        for name in self.unused:
            if self.ops.get(name) == kind:
                outputs = (name, f"{name}:1", f"{name}:2")
                return [self.unused.pop(one) for one in outputs if one in self.unused]
        return []


@contextlib.contextmanager
def replayed(
    random: Mapping[str, Array], ops: Mapping[str, str], *, sample_missing: bool = False
) -> Iterator[Replay]:
    """Lets Keras' layers and TensorFlow's samplers take what the original's random ops gave.

    A unit is kept where the uniform number is at least `rate`, and kept ones are scaled by
    `1 / (1 - rate)`: the `tf.nn.dropout` of TensorFlow 1.15.

    Args:
        random: what each random op gave, any dtype and shape, by its name, as they were made.
        ops: the kind of each op, such as `RandomUniform`.
        sample_missing: whether a layer for whose numbers there are none draws them, as Keras does; else it
            drops nothing and adds none.

    Yields:
        what is used of it.
    """
    replay = Replay(ops, dict(random))
    module = importlib.import_module("keras.src.backend").random
    keras_dropout, keras_normal = module.dropout, module.normal

    def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
        shape = tuple(inputs.shape)
        if noise_shape is not None:
            shape = tuple(
                inner if asked is None else int(asked)
                for inner, asked in zip(shape, noise_shape, strict=True)
            )
        uniform = replay.take(_UNIFORM, shape)
        if uniform is None:
            return keras_dropout(inputs, rate, noise_shape, seed) if sample_missing else inputs
        kept = tf.constant(uniform, inputs.dtype) >= rate
        return inputs * (1 / (1 - rate)) * tf.cast(kept, inputs.dtype)

    def normal(
        shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None
    ) -> Any:
        dtype = dtype or keras.config.floatx()
        recorded = replay.take(_NORMAL, tuple(int(size) for size in shape))
        if recorded is None and sample_missing:
            return keras_normal(shape, mean, stddev, dtype, seed)
        return (
            tf.zeros(shape, dtype) + mean if recorded is None else tf.cast(recorded, dtype) * stddev
        )

    with mock.patch.multiple(module, dropout=dropout, normal=normal), _replayed_samplers(replay):
        yield replay


@contextlib.contextmanager
def _replayed_samplers(replay: Replay) -> Iterator[None]:
    """Has TensorFlow's samplers of classes give in the block what was recorded."""
    module = importlib.import_module("tensorflow.python.ops.gen_candidate_sampling_ops")

    def replaying(name: str) -> Callable[..., Any]:
        original = getattr(module, name)
        kind = "".join(part.capitalize() for part in name.split("_"))

        def sampler(*given: Any, **named: Any) -> Any:
            return [*map(tf.constant, replay.take_sampled(kind))] or original(*given, **named)

        return sampler

    names = [name for name in vars(module) if name.endswith(_SAMPLER) and name[0] != "_"]
    samplers: dict[str, Any] = {name: replaying(name) for name in names}
    with mock.patch.multiple(module, **samplers):
        yield
