"""The order of the training examples in each epoch, and the division of an epoch into calls."""

import itertools
import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tf_edureka._numbers import whole_number
from tf_edureka.config import MlpConfig
from tf_edureka.tf1 import seeds


def epoch_orders(config: MlpConfig, examples: int) -> Iterator[npt.NDArray[np.int32]]:
    """Yields the examples of every batch, epoch by epoch.

    Source: the article called `next_batch` once for each full batch and ignored the remainder. The
    recipe `article` has the same order as TensorFlow 1.15 under `tf.set_random_seed(config.seed)`;
    the recipe `tuned` has the order of `epoch_order`.

    Args:
        config: configuration with the recipe, batch size and seed.
        examples: number of training examples.

    Returns:
        an endless iterator over the epochs: indices of the examples, below `examples`: int32, shape
        (steps, batch_size).

    Raises:
        InputError: if the batch size exceeds the number of examples.

    Example:
        >>> from tf_edureka import MlpConfig, mlp
        >>> orders = mlp.epoch_orders(MlpConfig.tuned(batch_size=3), examples=10)
        >>> first, second = next(orders), next(orders)
        >>> first.shape  # 3 steps of 3 examples; the tenth example is left out
        (3, 3)
        >>> bool((first == second).all())  # each epoch is shuffled again
        False
    """
    steps = config.steps_per_epoch(examples)
    if config.recipe == "article":
        batches = seeds.batch_order(examples, config.batch_size, graph_seed=config.seed)
        return (
            np.stack(list(itertools.islice(batches, steps))).astype(np.int32)
            for _ in itertools.count()
        )
    return (
        epoch_order(examples, config.batch_size, config.seed, epoch) for epoch in itertools.count()
    )


def epoch_order(examples: int, batch_size: int, seed: int, epoch: int) -> npt.NDArray[np.int32]:
    """Returns the examples of each batch in one epoch.

    The result depends only on the arguments, so any epoch can be reproduced on its own.

    Source: the article's `next_batch` reshuffled the examples for each epoch. It carried the
    remainder into the next epoch; here the remainder is dropped.

    Args:
        examples: number of training examples.
        batch_size: examples per step.
        seed: seed of the training.
        epoch: number of the epoch, from 0.

    Returns:
        indices below `examples`, none repeated: int32, shape (steps, batch_size).

    Raises:
        InputError: if the batch size is not between 1 and the number of examples, or seed or epoch
            is negative or not a whole number.
    """
    steps = examples // whole_number("batch_size", batch_size, 1, examples)
    stream = whole_number("seed", seed, 0, 2**63 - 1), whole_number("epoch", epoch, 0, 2**63 - 1)
    order = np.random.default_rng(stream).permutation(examples)[: steps * batch_size]
    return order.reshape(steps, batch_size).astype(np.int32)


def parts_of_epoch(steps: int, parameters: int, batch_size: int) -> list[tuple[int, int]]:
    """Divides an epoch into calls, so that no single call takes very long.

    A training can save its state between two calls. The parts depend only on the training, not on
    the speed of the machine. A resumed training therefore makes the same calls with the same
    compiled programs as an uninterrupted one, and its results are bit-identical. Where possible all
    parts have the same length, since each length needs its own compiled program.

    A step takes about `6 parameters batch_size` floating-point operations; the optimizer's pass
    over the weights takes about as long as 20 more examples. A slow core does 20 GFLOP per second.

    Args:
        steps: number of steps in the epoch.
        parameters: number of weights in the network.
        batch_size: examples per step.

    Returns:
        first step and end of each part: the whole epoch for the article's network and batches;
        otherwise at most as many steps as a slow core does in ten seconds.
    """
    seconds = steps * (1e-4 + 6 * parameters * (batch_size + 20) / 20e9)
    fewest = min(steps, math.ceil(seconds / 10))
    parts = next((n for n in range(fewest, 2 * fewest) if steps % n == 0), fewest)
    return list(itertools.pairwise(steps * part // parts for part in range(parts + 1)))
