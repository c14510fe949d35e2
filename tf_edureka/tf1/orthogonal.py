"""TensorFlow 1's orthogonal initializer, by the seeds of its draw."""

import math
from collections.abc import Sequence
from typing import Any

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.errors import InputError
from tf_edureka.tf1.scaled_initializers import Seeded


@keras.saving.register_keras_serializable("tf_edureka")
class Orthogonal(Seeded):
    """`tf.orthogonal_initializer(gain)`: Q of the QR of a normal draw, R's diagonal positive.

    LAPACK and Eigen round otherwise from one version to the next: the values are those of
    TensorFlow 1.15.5 but for some units in the last place of the largest.

    Args:
        graph_seed: what `tf.set_random_seed` was given; None if only the op had a seed.
        op_seed: its `seed`, or what `default_op_seed` says where it was given none.
        gain: what it is multiplied by.
    """

    def __init__(self, graph_seed: int | None, op_seed: int, *, gain: float = 1.0) -> None:
        super().__init__(graph_seed, op_seed)
        self.gain = gain

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> tf.Tensor:
        """Draws the values.

        Args:
            shape: of the values, two dimensions at least.
            dtype: float32 (the default) or float64, in which TensorFlow 1 drew others.

        Returns:
            in that dtype and shape.

        Raises:
            InputError: when the shape has fewer dimensions.
        """
        if len(shape) < 2:
            raise InputError(f"shape: expected two dimensions at least, got {tuple(shape)}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        with tf.init_scope(), tf.device("CPU:0"):
            q, r = tf.linalg.qr(self._normal(tall, dtype, 1.0), full_matrices=False)
            q *= tf.sign(tf.linalg.diag_part(r))
            if rows < columns:
                q = tf.transpose(q)
            return self.gain * tf.reshape(q, shape)

    def get_config(self) -> dict[str, Any]:
        """What makes the same initializer again."""
        return {**super().get_config(), "gain": self.gain}
