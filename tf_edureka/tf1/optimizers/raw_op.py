"""A Keras optimizer whose step is one op of TensorFlow 1, for dense and for sparse gradients."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf


class RawOpOptimizer(keras.optimizers.Optimizer):
    """What the optimizers share; each says by which op, with what slots and numbers.

    A sparse gradient (`tf.IndexedSlices`, as embeddings have) moves only the rows that it names,
    and only their slots, as in TensorFlow 1. Keras moves all rows, with 0 as gradient of the rest;
    and of a row that comes several times in a batch it adds up the squares of the gradients, where
    TensorFlow 1 squared their sum. Clipped are gradients by TensorFlow's functions of these names,
    which leave sparse ones sparse.

    Args:
        learning_rate: of every step, or a Keras schedule.
        dtype: in which TensorFlow 1 kept rate and numbers: float32 where they were Python numbers,
            whatever the variables were.
        numbers: the op's scalars, by the names that TensorFlow 1's optimizer had for them, by which
            they are attributes, too.
        slots: the op's variables and what each starts from, by the names that the op has for them.
        keras_arguments: of `keras.optimizers.Optimizer`, such as `clipnorm` or `name`.
    """

    # Of `tf.raw_ops`, without the `Resource` or `ResourceSparse` before it.
    _op: str
    # By the names that the op has for its scalars those of the arguments.
    _scalars: Mapping[str, str]
    # Names of slots in Keras, where they are not those of the op.
    _names: Mapping[str, str] = {}
    # What the op takes beside slots and numbers.
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
        """What makes the same optimizer again."""
        numbers = {name: getattr(self, name) for name in self._number_names}
        return {**super().get_config(), **numbers, "dtype": self._precision}

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Makes the slots of each variable.

        Args:
            variables: those to train, float32 or float64, of any shapes.
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
        """Moves one variable.

        Args:
            gradient: in the variable's shape and dtype, or `tf.IndexedSlices` of it.
            variable: one that it was built with, float32 or float64, of any shape.
            learning_rate: of the step, a float scalar.
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
        # The same by the dense op, then all other rows are as they were before.
        moved = [variable, *self._slots_of(variable).values()]
        before = [tf.identity(each) for each in moved]
        self._run_op("Resource", variable, learning_rate, grad=tf.convert_to_tensor(gradient))
        rows = variable.shape[0]
        named = tf.math.unsorted_segment_sum(tf.ones_like(gradient.indices), gradient.indices, rows)
        named = tf.reshape(named > 0, [rows] + [1] * (len(variable.shape) - 1))
        for each, old in zip(moved, before, strict=True):
            each.assign(tf.where(named, each, old))


def _constant(value: float) -> Any:
    # Keras' Constant goes through float32 whatever the dtype.
    return lambda shape, dtype: np.full(shape, value, dtype)


def sum_duplicate_rows(gradient: tf.IndexedSlices) -> tf.IndexedSlices:
    """The same gradient with each index once: TensorFlow 1 added up first what a row got.

    Args:
        gradient: float32 or float64, of any shape.

    Returns:
        as `gradient`, in its dtype and shape, its indices in the order in which each is first seen.
    """
    indices, places = tf.unique(gradient.indices)
    values = tf.math.unsorted_segment_sum(gradient.values, places, tf.shape(indices)[0])
    return tf.IndexedSlices(values, indices, gradient.dense_shape)


def has_sparse_ops(variable: keras.Variable) -> bool:
    """Whether TensorFlow's sparse ops run where this variable is: neither on a GPU nor under XLA.

    Args:
        variable: of any dtype and shape.

    Returns:
        False where a sparse gradient has to be applied by dense ops.
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
