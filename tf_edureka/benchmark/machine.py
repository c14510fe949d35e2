"""Measures the highest arithmetic rates of the machine with TensorFlow."""

import time
from collections.abc import Callable

from tf_edureka._tensorflow import tf

_CHAINS, _DEPTH, _REPEATS = 8, 64, 50


class Machine:
    """Measures the highest rate of multiply-adds, and that of a large matrix product.

    Args:
        device: device to measure, `"cpu"` or `"gpu"`; the latter is given more work.
    """

    def __init__(self, device: str) -> None:
        numbers, side = (2**24, 8192) if device == "gpu" else (2**18, 2048)
        self._numbers, self._side = tf.random.uniform((numbers,)), side
        self._matrix = tf.random.normal((side, side))
        self.peaks()  # compiles

    def peaks(self) -> dict[str, float]:
        """Measures both rates once.

        Returns:
            the rates `"multiply_add"` and `"matrix_product"` in floating-point operations per
            second.
        """
        chains = 2 * len(self._numbers) * _CHAINS * _DEPTH * _REPEATS
        return {
            "multiply_add": chains / _seconds(lambda: _chains(self._numbers, 0.5, 0.25)),
            "matrix_product": 2 * self._side**3 / _seconds(lambda: _product(self._matrix)),
        }


@tf.function(jit_compile=True, autograph=False)
def _chains(numbers: tf.Tensor, factor: tf.Tensor, term: tf.Tensor) -> tf.Tensor:
    # Enough independent chains for a core to start two operations per cycle, with a latency of four
    # cycles each. Memory traffic is negligible.
    def body(i: tf.Tensor, numbers: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        chains = [numbers + float(chain) for chain in range(_CHAINS)]
        for _ in range(_DEPTH):
            chains = [values * factor + term for values in chains]
        return i + 1, tf.add_n(chains) * 1e-3

    return tf.while_loop(lambda i, _: i < _REPEATS, body, (0, numbers))[1]


@tf.function(autograph=False)
def _product(matrix: tf.Tensor) -> tf.Tensor:
    return tf.matmul(matrix, matrix)


def _seconds(compute: Callable[[], tf.Tensor]) -> float:
    """Returns the shortest time of three runs."""
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        compute()[..., :1].numpy()  # only a part of the result, so that copying is not timed
        taken.append(time.perf_counter() - began)
    return min(taken)
