"""TensorFlow 1's seeds of random ops, and the batch order of its MNIST tutorial.

`initializers` samples the numbers of these seeds.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tf_edureka._numbers import whole_number

# Graph seed of TensorFlow 1 if only the op has a seed.
DEFAULT_GRAPH_SEED = 87654321
_LARGEST = 2**31 - 1


def seed_pair(graph_seed: int | None, op_seed: int) -> tuple[int, int]:
    """Returns the two seeds that a random op of TensorFlow 1 uses.

    Both are taken modulo 2**31 - 1. If both are then 0, the op seed is 2**31 - 1, because an op
    with two zeros would seed itself. Source: `tf.get_seed` of TensorFlow 1.15.

    Args:
        graph_seed: argument of `tf.set_random_seed`; None if the script did not call it.
        op_seed: argument `seed` of the op; the result of `default_op_seed` if it had none.

    Returns:
        graph seed and op seed, each from 0 to 2**31 - 1.

    Raises:
        InputError: if a seed is not an integer of at most 64 bits.
    """
    seeds = (DEFAULT_GRAPH_SEED if graph_seed is None else graph_seed, op_seed)
    first, second = (whole_number("seed", seed, -(2**63), 2**63 - 1) % _LARGEST for seed in seeds)
    return (first, second) if (first, second) != (0, 0) else (0, _LARGEST)


def default_op_seed(ops: int) -> int:
    """Returns the op seed that TensorFlow 1.15 gives a random op without one in a seeded graph.

    The op seed is the number of ops in the graph. `tf.random_normal` and similar functions first
    add three ops, for the shape and the two parameters, so the result is `ops + 3`. TensorFlow 2
    counts random ops instead: 0, 1, 2, ... Without any seed the numbers differ in each run.

    Args:
        ops: number of ops in the graph before the call of `tf.random_normal`, `tf.random_uniform`
            or `tf.truncated_normal` (floating-point dtype, static shape); at least 0.

    Example:
        >>> from tf_edureka import tf1
        >>> tf1.default_op_seed(ops=0)  # the first op of the graph
        3
    """
    return ops + 3


def variable_op_seeds(variables: int, ops: int) -> list[int]:
    """Returns the op seeds of `variables` random variables, created in a graph with `ops` ops.

    Each `tf.Variable(tf.random_normal(shape))` adds nine ops to a TensorFlow 1 graph: three
    parameters, the random op, a product and a sum for deviation and mean, the variable, its
    initial assignment and its read. Result i is `ops + 9 i + 3`.

    Example:
        >>> from tf_edureka import tf1
        >>> tf1.variable_op_seeds(3, ops=2)
        [5, 14, 23]
    """
    return [default_op_seed(ops + 9 * i) for i in range(variables)]


def numpy_seed(graph_seed: int | None, seed: int | None = None) -> int | None:
    """Returns the NumPy seed that `read_data_sets` of TensorFlow 1's MNIST tutorial uses.

    Args:
        graph_seed: argument of `tf.set_random_seed`; None if the script did not call it.
        seed: argument `seed` of `read_data_sets`; None for the seed of the graph.

    Returns:
        the seed; None for a new one in each run.
    """
    if seed is not None:
        return seed_pair(graph_seed, seed)[1]
    return None if graph_seed is None else seed_pair(graph_seed, 0)[0]


def batch_order(
    examples: int,
    batch_size: int,
    *,
    graph_seed: int | None,
    seed: int | None = None,
    shuffle: bool = True,
) -> Iterator[npt.NDArray[np.int64]]:
    """Yields the indices of each batch of `next_batch` in TensorFlow 1's MNIST tutorial.

    The examples are shuffled at the start and again whenever they are used up; each shuffle starts
    from the previous order. A batch that reaches beyond the end is filled from the new order.
    Source: `DataSet` of `input_data`; `legacy/input_data.py` shuffles the images themselves.

    Args:
        examples: number of examples, at least 1.
        batch_size: number of examples per batch, from 1 to `examples`.
        graph_seed: argument of `tf.set_random_seed`; None if the script did not call it.
        seed: argument `seed` of `read_data_sets`; None for the seed of the graph.
        shuffle: whether to shuffle; True by default.

    Returns:
        an endless iterator over batches of indices below `examples`: int64, shape (batch_size,).

    Raises:
        InputError: if `examples` or `batch_size` is out of range.

    Example:
        >>> from tf_edureka import tf1
        >>> batches = tf1.batch_order(5, 2, graph_seed=1)
        >>> [next(batches).tolist() for _ in range(3)]  # 5 indices, then the next order
        [[2, 1], [4, 0], [3, 2]]
    """
    examples = whole_number("examples", examples, 1, _LARGEST)
    batch_size = whole_number("batch_size", batch_size, 1, examples)
    return _batches(examples, batch_size, numpy_seed(graph_seed, seed), shuffle)


def _batches(
    examples: int, batch_size: int, seed: int | None, shuffle: bool
) -> Iterator[npt.NDArray[np.int64]]:
    random = np.random.RandomState(seed)  # noqa: NPY002 - replays this generator
    order = np.arange(examples)

    def reshuffled() -> npt.NDArray[np.int64]:
        places = np.arange(examples)
        if shuffle:
            random.shuffle(places)
        return order[places]

    order = reshuffled()
    start = 0
    while True:
        batch = order[start : start + batch_size]
        start += batch_size
        if start > examples:
            order = reshuffled()
            start -= examples
            batch = np.concatenate([batch, order[:start]])
        yield batch
