"""Replays the original's random numbers in a Keras model: dropout masks, noise, classes."""

import contextlib
import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.trace import Array

# Op types of TensorFlow 1 that dropout and noise layers use.
_UNIFORM = ("RandomUniform", "StatelessRandomUniform", "StatelessRandomUniformV2")
_NORMAL = ("RandomStandardNormal", "StatelessRandomNormal", "StatelessRandomNormalV2")
# Ops that sample classes, as for word2vec's losses. They return the classes and two arrays of
# expected counts.
_SAMPLER = "_candidate_sampler"


@dataclass(eq=False)
class Replay:
    """The recorded random numbers, and which of them a model has used.

    Attributes:
        ops: op type of each random op by its name, such as `RandomUniform`.
        unused: outputs of random ops that no layer has used yet, any dtype and shape, by the op's
            name, in the order of the ops.
        missing: shapes that a layer asked for and that were not recorded.
    """

    ops: Mapping[str, str]
    unused: dict[str, Array]
    missing: list[tuple[int, ...]] = field(default_factory=list)

    def take(self, kinds: Sequence[str], shape: tuple[int, ...]) -> Array | None:
        """Returns the next unused array of one of some op types, and marks it used.

        Args:
            kinds: accepted op types.
            shape: shape of the array.

        Returns:
            float, in that shape; None if there is none.
        """
        for name, values in self.unused.items():
            if self.ops.get(name) in kinds and values.shape == shape:
                return self.unused.pop(name)
        self.missing.append(shape)
        return None

    def take_sampled(self, kind: str) -> list[Array]:
        """Returns the outputs of the next unused op that samples classes, and marks them used.

        Args:
            kind: op type, such as `LogUniformCandidateSampler`.

        Returns:
            the sampled classes as integers, then the expected counts of the true and of the sampled
            classes, float, at least 0, in any shape; empty if there is no such op.
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
    """Makes Keras' layers and TensorFlow's class samplers use the recorded random numbers.

    A unit is kept where the uniform number is at least `rate`, and kept units are scaled by
    `1 / (1 - rate)`, as in `tf.nn.dropout` of TensorFlow 1.15.

    Args:
        random: outputs of the random ops by name, any dtype and shape, in the order of the ops.
        ops: op type of each random op by name, such as `RandomUniform`.
        sample_missing: whether a layer without recorded numbers samples its own; with False it
            drops nothing and adds no noise.

    Yields:
        the record of which numbers were used.
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
    """Makes TensorFlow's class samplers return the recorded classes inside the block."""
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
