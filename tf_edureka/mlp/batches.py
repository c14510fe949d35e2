"""Which examples make up the batches of each epoch, and the parts in which an epoch is trained."""

import itertools
import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tf_edureka._numbers import whole_number
from tf_edureka.config import MlpConfig
from tf_edureka.tf1 import seeds


def epoch_orders(config: MlpConfig, examples: int) -> Iterator[npt.NDArray[np.int32]]:
    """Which examples make up the batches of each epoch.

    Source: the article called `next_batch` as often as the batch fits into the examples, whatever
    was left of them. Its recipe has the very order of TensorFlow 1.15 under
    `tf.set_random_seed(config.seed)`, the tuned one that of `epoch_order`.

    Args:
        config: recipe, batch size and seed.
        examples: how many there are to train on.

    Returns:
        an iterator without end over the epochs: int32, shape (steps, batch_size), indices under
        `examples`.

    Raises:
        InputError: when the batch size exceeds the examples.
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
    """Which examples make up each batch of an epoch.

    Depends on nothing but its arguments, so any epoch can be repeated on its own.

    Source: `next_batch` of the article shuffled anew in each epoch. It carried what did not fill
    a batch into the next epoch; here that is left out.

    Args:
        examples: how many there are to train on.
        batch_size: examples per step.
        seed: of the training.
        epoch: its number from 0.

    Returns:
        int32, shape (steps, batch_size): indices under `examples`, none of them twice.

    Raises:
        InputError: when the batch size is not one from 1 to all examples, or seed or epoch is
            negative or no whole number.
    """
    steps = examples // whole_number("batch_size", batch_size, 1, examples)
    stream = whole_number("seed", seed, 0, 2**63 - 1), whole_number("epoch", epoch, 0, 2**63 - 1)
    order = np.random.default_rng(stream).permutation(examples)[: steps * batch_size]
    return order.reshape(steps, batch_size).astype(np.int32)


def parts_of_epoch(steps: int, parameters: int, batch_size: int) -> list[tuple[int, int]]:
    """Which steps of an epoch are taken in one call, so that no call takes very long.

    Between two calls a training can save its state. The parts depend on the training alone and not
    on how fast the machine is: so a training that goes on after a kill makes the very calls that
    another makes, by the same programs, and comes to the same bits.

    A step takes about `6 parameters batch_size` floating-point operations, and the optimizer's pass
    over the weights about as long as 20 more examples. A slow core does 20 GFLOP a second.

    Args:
        steps: of the epoch.
        parameters: weights of the network.
        batch_size: examples per step.

    Returns:
        first step and end of each part: the whole epoch for the article's network and batches; of
        longer epochs as much as takes ten seconds on a slow core.
    """
    seconds = steps * (1e-4 + 6 * parameters * (batch_size + 20) / 20e9)
    parts = min(steps, math.ceil(seconds / 10))
    return list(itertools.pairwise(steps * part // parts for part in range(parts + 1)))
