"""TensorFlow 1's seeds: those that a random op gets, and the tutorial's batches.

`initializers` draws the numbers that follow from them.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tf_edureka._numbers import whole_number

# What TensorFlow 1 took for the graph's seed where only the op has one.
DEFAULT_GRAPH_SEED = 87654321
_LARGEST = 2**31 - 1


def seed_pair(graph_seed: int | None, op_seed: int) -> tuple[int, int]:
    """The two seeds from which a random op draws.

    Source: `tf.get_seed` of TensorFlow 1.15: both modulo 2**31 - 1, and not both 0, which would
    have meant that the op seeds itself.

    Args:
        graph_seed: what `tf.set_random_seed` was given; None if it was not called.
        op_seed: what the op was given, or `default_op_seed`.

    Returns:
        graph seed and op seed, each from 0 to 2**31 - 1.

    Raises:
        InputError: when one is no whole number of 64 bits.
    """
    seeds = (DEFAULT_GRAPH_SEED if graph_seed is None else graph_seed, op_seed)
    first, second = (whole_number("seed", seed, -(2**63), 2**63 - 1) % _LARGEST for seed in seeds)
    return (first, second) if (first, second) != (0, 0) else (0, _LARGEST)


def default_op_seed(ops: int) -> int:
    """The op seed that TensorFlow 1.15 gave a random op without one, if the graph had a seed.

    Without either seed it drew anew in each run. The op seed was the number of ops in the graph,
    and an op such as `tf.random_normal` first adds three: its shape and its two parameters.
    TensorFlow 2 counts random ops instead: 0, 1, 2, ...

    Args:
        ops: how many ops the graph holds when `tf.random_normal`, `tf.random_uniform` or
            `tf.truncated_normal` is called, of a floating-point type and with a shape known then.
    """
    return ops + 3


def variable_op_seeds(variables: int, ops: int) -> list[int]:
    """The op seeds of so many `variables`, made when the graph holds so many `ops`.

    Each `tf.Variable(tf.random_normal(shape))` adds nine ops to a TensorFlow 1 graph: three
    parameters, the draw, the product and the sum that give it its deviation and mean, the variable,
    its first assignment and its reading.
    """
    return [default_op_seed(ops + 9 * i) for i in range(variables)]


def numpy_seed(graph_seed: int | None, seed: int | None = None) -> int | None:
    """What `read_data_sets` of TensorFlow 1's MNIST tutorial seeded NumPy with.

    Args:
        graph_seed: what `tf.set_random_seed` was given; None if it was not called.
        seed: what `read_data_sets` was given as its own; None for the graph's.

    Returns:
        the seed; None for a new one each time.
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
    """Which examples `next_batch` of TensorFlow 1's MNIST tutorial gives, batch by batch.

    The examples are shuffled at the start and again each time that they are used up. A batch that
    reaches beyond the end is filled from the beginning of the new order.

    Source: `DataSet` of `input_data`, which shuffled what it had shuffled before.
    `legacy/input_data.py` does so with the images themselves.

    Args:
        examples: how many there are.
        batch_size: how many to a batch, at most all.
        graph_seed: as in `numpy_seed`.
        seed: as in `numpy_seed`.
        shuffle: whether to shuffle at all.

    Returns:
        an iterator without end over the batches: int64, shape (batch_size,), indices under
        `examples`.

    Raises:
        InputError: when there is no example, or the batch size is not one from 1 to all.
    """
    examples = whole_number("examples", examples, 1, _LARGEST)
    batch_size = whole_number("batch_size", batch_size, 1, examples)
    return _batches(examples, batch_size, numpy_seed(graph_seed, seed), shuffle)


def _batches(
    examples: int, batch_size: int, seed: int | None, shuffle: bool
) -> Iterator[npt.NDArray[np.int64]]:
    random = np.random.RandomState(seed)  # noqa: NPY002 - its stream is what is replayed
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
