"""A Keras model that is given values and called, while the outputs of its layers are recorded."""

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
class ModelOutputs:
    """The outputs of a model and of its layers.

    Attributes:
        outputs: outputs of the model, any dtype and shape.
        layers: each called layer with its output, any dtype and shape, in the order of the calls.
    """

    outputs: list[Array]
    layers: list[tuple[Any, Array]]


def first_line(error: Exception) -> str:
    """Returns the first line of a Keras `error` after the one that names the layer."""
    plain = re.sub(r"\x1b\[\d*m", "", str(error))
    lines = [line.strip() for line in plain.splitlines() if line.strip()]
    rest = [line for line in lines if not line.startswith("Exception encountered")]
    return (rest or lines or [type(error).__name__])[0]


class NewNetwork:
    """A model that is given values and called.

    Args:
        model: built Keras model.
    """

    def __init__(self, model: keras.Model) -> None:
        self.model = model
        self.variables = [*model.variables]

    def assign(self, values: Mapping[int, Array]) -> None:
        """Assigns values to variables.

        Args:
            values: values by position in `model.variables`, of the variable's shape, any dtype.
        """
        for place, value in values.items():
            self.variables[place].assign(value)

    def assign_old(self, found: Found, old: Mapping[str, Array]) -> None:
        """Assigns the values of original variables, converted by a mapping.

        Args:
            found: mapping of the original variables to the model's.
            old: values by name, of the original variable's shape, any dtype.
        """
        self.assign(found.to_new(old))

    def call(
        self, feeding: inputs.Feeding, arrays: Mapping[str, Array], *, training: bool
    ) -> ModelOutputs:
        """Calls the model.

        Args:
            feeding: names of the arrays that are its inputs.
            arrays: values by name, any dtype and shape.
            training: True for training mode, without dropout.

        Returns:
            the outputs of the model and of its layers.
        """
        x = self._inputs(feeding, arrays)
        # The original graph is run on the CPU; a GPU would sum in another order.
        with tf.device("CPU:0"), self._dropout_off(), called_layers() as layers:
            outputs = self.model(x, training=training)
        return ModelOutputs(
            outputs=[np.array(one) for one in keras.tree.flatten(outputs)], layers=layers
        )

    def sensitivities(
        self, feeding: inputs.Feeding, arrays: Mapping[str, Array], *, training: bool
    ) -> dict[int, float]:
        """Estimates how much each variable affects the outputs, from the gradient.

        Args:
            feeding: names of the arrays that are its inputs.
            arrays: values by name, any dtype and shape.
            training: True for training mode, without dropout.

        Returns:
            relative change of the outputs for a change of the variable by its own size, by position
            of the variable; variables without a gradient are omitted.
        """
        floats = {
            place: one.value
            for place, one in enumerate(self.variables)
            if one.value.dtype.is_floating
        }
        values = [*floats.values()]
        with tf.device("CPU:0"), self._dropout_off(), tf.GradientTape() as tape:
            tape.watch(values)
            outputs = keras.tree.flatten(
                self.model(self._inputs(feeding, arrays), training=training)
            )
            given = [one for one in outputs if one.dtype.is_floating]
            # Random signs, since a softmax sums to 1 for all weights.
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
    def _dropout_off(self) -> Iterator[None]:
        """Sets the rate of all dropout layers to 0, so that training mode drops nothing."""
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
