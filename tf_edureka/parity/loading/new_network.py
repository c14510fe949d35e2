"""A Keras model beside an old graph: given values, called, its layers watched."""

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.parity.mapping import Mapping as Found
from tf_edureka.parity.model import inputs
from tf_edureka.parity.model.called_layers import called_layers
from tf_edureka.tf1.checkpoint.content import Array

_DROPS = (keras.layers.Dropout, keras.layers.SpatialDropout1D, keras.layers.SpatialDropout2D)


@dataclass(frozen=True, kw_only=True, eq=False)
class Called:
    """What a model gave.

    Attributes:
        outputs: of it, any dtype and shape.
        layers: each layer that was called, and what it gave, any dtype and shape, in the order of
            the calls.
    """

    outputs: list[Array]
    layers: list[tuple[Any, Array]]


def cause(error: Exception) -> str:
    """What an `error` of Keras says, in a line: first it says where it was."""
    plain = re.sub(r"\x1b\[\d*m", "", str(error))
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    rest = [line for line in lines if not line.startswith("Exception encountered")]
    return (rest or lines or [type(error).__name__])[0]


class NewNetwork:
    """A model, given values and called.

    Args:
        model: built.
    """

    def __init__(self, model: keras.Model) -> None:
        self.model = model
        self.variables = [*model.variables]

    def take(self, values: Mapping[int, Array]) -> None:
        """Assigns values.

        Args:
            values: by place in `model.variables`, of the variable's shape, any dtype.
        """
        for place, value in values.items():
            self.variables[place].assign(value)

    def load(self, found: Found, old: Mapping[str, Array]) -> None:
        """Assigns old values.

        Args:
            found: which of the old variables is which of the model's.
            old: values by name, of the old variable's shape, any dtype.
        """
        self.take(found.to_new(old))

    def call(
        self, feeding: inputs.Feeding, arrays: Mapping[str, Array], *, training: bool
    ) -> Called:
        """Calls the model.

        Args:
            feeding: which of the arrays are its inputs.
            arrays: by name, any dtype and shape.
            training: whether as in training.

        Returns:
            what it gave.
        """
        x = self._inputs(feeding, arrays)
        # The old graph is computed on the CPU; a GPU would add up in another order.
        with tf.device("CPU:0"), self._nothing_dropped(), called_layers() as layers:
            outputs = self.model(x, training=training)
        return Called(outputs=[np.array(one) for one in keras.tree.flatten(outputs)], layers=layers)

    def moves(
        self, feeding: inputs.Feeding, arrays: Mapping[str, Array], *, training: bool
    ) -> dict[int, float]:
        """How far each variable moves the outputs, about, if it changes by its own size.

        Args:
            feeding: as for `call`.
            arrays: as for `call`.
            training: as for `call`.

        Returns:
            by place of the variable, as a share of the outputs' size; those without a gradient are
            left out.
        """
        floats = {
            place: one.value
            for place, one in enumerate(self.variables)
            if one.value.dtype.is_floating
        }
        values = [*floats.values()]
        with tf.device("CPU:0"), self._nothing_dropped(), tf.GradientTape() as tape:
            tape.watch(values)
            outputs = keras.tree.flatten(
                self.model(self._inputs(feeding, arrays), training=training)
            )
            given = [one for one in outputs if one.dtype.is_floating]
            # Signs at random, or a softmax would sum up to 1.
            signs = [tf.sign(tf.random.stateless_normal(one.shape, (0, 1))) for one in given]
            total = sum(
                tf.reduce_sum(a * tf.cast(b, a.dtype)) for a, b in zip(given, signs, strict=True)
            )
        size = float(sum(tf.reduce_sum(tf.abs(one)) for one in given))
        found = {}
        for (place, value), gradient in zip(
            floats.items(), tape.gradient(total, values), strict=True
        ):
            if gradient is not None and size:
                own = np.array(value)
                unit = max(float(np.max(np.abs(own), initial=0.0)), 1.0)
                whole = np.array(tf.convert_to_tensor(gradient))
                found[place] = float(np.linalg.norm(whole)) * unit / size
        return found

    @contextlib.contextmanager
    def _nothing_dropped(self) -> Iterator[None]:
        """Has layers that drop something at random drop nothing, also as in training."""
        layers = [one for one in self.model._flatten_layers() if isinstance(one, _DROPS)]
        rates = [layer.rate for layer in layers]
        try:
            for layer in layers:
                layer.rate = 0.0
            yield
        finally:
            for layer, rate in zip(layers, rates, strict=True):
                layer.rate = rate

    def _inputs(self, feeding: inputs.Feeding, arrays: Mapping[str, Array]) -> Any:
        return inputs.as_tensors(inputs.model_inputs(self.model, feeding, arrays))
