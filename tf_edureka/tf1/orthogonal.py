"""TensorFlow 1's orthogonal initializer, with the numbers of its seeds."""

import math
from collections.abc import Sequence
from typing import Any

from tf_edureka._keras import keras
from tf_edureka._tensorflow import tf
from tf_edureka.errors import InputError
from tf_edureka.tf1.scaled_initializers import Seeded


@keras.saving.register_keras_serializable("tf_edureka")
class Orthogonal(Seeded):
    """Orthogonal matrix with the numbers of `tf.orthogonal_initializer` in TensorFlow 1.

    `w = gain Q` with Q R = A, A sampled from N(0, 1) and the diagonal of R made positive

    The rounding of the decomposition depends on the versions of LAPACK and Eigen. The values differ
    from those of TensorFlow 1.15.5 by a few units in the last place of the largest value.
    `keras.initializers.Orthogonal` has the same distribution, and other numbers per seed.

    Args:
        graph_seed: argument of `tf.set_random_seed`; None if the script did not call it.
        op_seed: argument `seed` of the op; the result of `default_op_seed` if it had none.
        gain: factor of the orthogonal matrix; 1 by default.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import tf1
        >>> q = tf1.Orthogonal(graph_seed=7, op_seed=15)((3, 3)).numpy()
        >>> np.allclose(q.T @ q, np.eye(3), atol=1e-5)
        True
    """

    def __init__(self, graph_seed: int | None, op_seed: int, *, gain: float = 1.0) -> None:
        super().__init__(graph_seed, op_seed)
        self.gain = gain

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> tf.Tensor:
        """Samples the values.

        Args:
            shape: shape of the result, at least two dimensions; all but the last are flattened.
            dtype: `"float32"` (default) or `"float64"`; each has its own random numbers.

        Returns:
            the values in that dtype and shape; the same in each call.

        Raises:
            InputError: if the shape has fewer than two dimensions.
        """
        if len(shape) < 2:
            raise InputError(f"shape: expected at least two dimensions, got {tuple(shape)}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        with tf.init_scope(), tf.device("CPU:0"):
            q, r = tf.linalg.qr(self._normal(tall, dtype, 1.0), full_matrices=False)
            q *= tf.sign(tf.linalg.diag_part(r))
            if rows < columns:
                q = tf.transpose(q)
            return self.gain * tf.reshape(q, shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments, for saving."""
        return {**super().get_config(), "gain": self.gain}
