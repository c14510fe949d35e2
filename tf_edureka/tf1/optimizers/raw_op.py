"""Base of Keras optimizers whose step is one op of TensorFlow 1, dense or sparse."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf


class RawOpOptimizer(keras.optimizers.Optimizer):
    """Base class of the optimizers; a subclass names its op, slots and constants.

    A sparse gradient (`tf.IndexedSlices`, as for embeddings) moves only its own rows and their
    slots, as in TensorFlow 1. Keras moves all rows, with gradient 0 for the others. If a row occurs
    several times in a batch, Keras sums the squares of its gradients; TensorFlow 1 squares their
    sum. Clipping uses `tf.clip_by_norm` and related functions, which keep sparse gradients sparse.

    Args:
        learning_rate: learning rate of each step, a float or a Keras schedule.
        dtype: precision of rate and constants in TensorFlow 1: `"float32"` if the script
            passed Python numbers, whatever the dtype of the variables.
        numbers: constants of the op, by their argument names in TensorFlow 1's optimizer; also set
            as attributes.
        slots: initial values of the op's slot variables, by the names of the op's arguments.
        keras_arguments: arguments of `keras.optimizers.Optimizer`, such as `clipnorm` or `name`.
    """

    # Name in `tf.raw_ops` without its prefix `Resource` or `ResourceSparse`.
    _op: str
    # Argument names of the op to argument names of the optimizer.
    _scalars: Mapping[str, str]
    # Names of slots in Keras that differ from those in the op.
    _names: Mapping[str, str] = {}
    # Other arguments of the op.
    _options: Mapping[str, object] = {}

    def __init__(
        self,
        learning_rate: Any,
        *,
        dtype: str,
        numbers: Mapping[str, float],
        slots: Mapping[str, float],
        **keras_arguments: Any,
    ) -> None:
        if isinstance(learning_rate, int):
            learning_rate = float(learning_rate)
        super().__init__(learning_rate, **keras_arguments)
        rounded = np.dtype(dtype).type
        self._precision = dtype
        self._number_names = list(numbers)
        for name, value in numbers.items():
            setattr(self, name, float(rounded(value)))
        self._initial_values = dict(slots)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments, for saving."""
        numbers = {name: getattr(self, name) for name in self._number_names}
        return {**super().get_config(), **numbers, "dtype": self._precision}

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Creates the slots of each variable.

        Args:
            variables: variables to train, float32 or float64, any shape.
        """
        if self.built:
            return
        super().build(variables)
        names = [self._names.get(name, name) for name in self._initial_values]
        starts = [_constant(value) for value in self._initial_values.values()]
        made = self.add_optimizer_variables(variables, names, starts)
        self._slots = dict(zip(self._initial_values, made, strict=True))

    def _clip_gradients(self, grads: Sequence[tf.Tensor]) -> Sequence[tf.Tensor]:
        if self.clipnorm:
            return [tf.clip_by_norm(gradient, self.clipnorm) for gradient in grads]
        if self.clipvalue:
            limit = self.clipvalue
            return [tf.clip_by_value(gradient, -limit, limit) for gradient in grads]
        if self.global_clipnorm:
            return tf.clip_by_global_norm(grads, self.global_clipnorm)[0]
        return grads

    def update_step(
        self, gradient: tf.Tensor, variable: keras.Variable, learning_rate: tf.Tensor
    ) -> None:
        """Updates one variable.

        Args:
            gradient: gradient with the variable's shape and dtype, or `tf.IndexedSlices` of it.
            variable: variable to update, float32 or float64, any shape.
            learning_rate: learning rate of the step, a float scalar.
        """
        if isinstance(gradient, tf.IndexedSlices):
            self._sparse_step(gradient, variable, learning_rate)
        else:
            self._run_op("Resource", variable, learning_rate, grad=gradient)

    def _run_op(
        self, kind: str, variable: keras.Variable, learning_rate: tf.Tensor, **gradient: tf.Tensor
    ) -> None:
        rate = tf.cast(tf.cast(learning_rate, self._precision), variable.dtype)
        getattr(tf.raw_ops, kind + self._op)(
            var=variable.handle,
            **{name: slot.handle for name, slot in self._slots_of(variable).items()},
            lr=rate,
            **{name: getattr(self, argument) for name, argument in self._scalars.items()},
            **self._options,
            **gradient,
        )

    def _slots_of(self, variable: keras.Variable) -> dict[str, tf.Variable]:
        index = self._get_variable_index(variable)
        return {name: slots[index].value for name, slots in self._slots.items()}

    def _sparse_step(
        self, gradient: tf.IndexedSlices, variable: keras.Variable, learning_rate: tf.Tensor
    ) -> None:
        if has_sparse_ops(variable):
            gradient = sum_duplicate_rows(gradient)
            parts = {"grad": gradient.values, "indices": gradient.indices}
            self._run_op("ResourceSparse", variable, learning_rate, **parts)
            return
        # The dense op updates all rows; then the rows without a gradient are restored.
        moved = [variable, *self._slots_of(variable).values()]
        before = [tf.identity(each) for each in moved]
        self._run_op("Resource", variable, learning_rate, grad=tf.convert_to_tensor(gradient))
        rows = variable.shape[0]
        has_gradient = tf.math.unsorted_segment_sum(
            tf.ones_like(gradient.indices), gradient.indices, rows
        )
        has_gradient = tf.reshape(has_gradient > 0, [rows] + [1] * (len(variable.shape) - 1))
        for each, old in zip(moved, before, strict=True):
            each.assign(tf.where(has_gradient, each, old))


def _constant(value: float) -> Any:
    # Keras' Constant rounds to float32 whatever the dtype.
    return lambda shape, dtype: np.full(shape, value, dtype)


def sum_duplicate_rows(gradient: tf.IndexedSlices) -> tf.IndexedSlices:
    """Sums the rows of a sparse gradient that have the same index, as TensorFlow 1 does.

    Args:
        gradient: sparse gradient, float32 or float64, any shape.

    Returns:
        a gradient with the dtype and shape of `gradient`, each index once, in the order in which
            they first occur.
    """
    indices, places = tf.unique(gradient.indices)
    values = tf.math.unsorted_segment_sum(gradient.values, places, tf.shape(indices)[0])
    return tf.IndexedSlices(values, indices, gradient.dense_shape)


def has_sparse_ops(variable: keras.Variable) -> bool:
    """True if TensorFlow's sparse update ops can run on a variable: on the CPU and without XLA.

    Args:
        variable: variable to update, any dtype and shape.

    Returns:
        False if a sparse gradient has to be applied by dense ops.
    """
    return "CPU" in variable.device and not _compiled_by_xla()


def _compiled_by_xla() -> bool:
    graph = tf.compat.v1.get_default_graph()
    while graph is not None:
        context = graph._get_control_flow_context()
        while context is not None:
            if context.IsXLAContext():
                return True
            context = context.outer_context
        graph = getattr(graph, "outer_graph", None)
    return False
