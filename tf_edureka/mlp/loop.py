"""The training loop, for one network and for several that are trained together."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from tf_edureka.mlp.batches import parts_of_epoch
from tf_edureka.mlp.epoch import CompiledEpoch
from tf_edureka.runs.progress import Numbers, TrainingProgress


def run_epochs(
    compiled: CompiledEpoch,
    progress: TrainingProgress,
    orders: Iterator[npt.NDArray[np.int32]],
    *,
    seed: int,
    test_images: int,
    on_start: Callable[[int], object] = lambda _: None,
    on_end: Callable[[int, Numbers, Numbers], bool],
) -> None:
    """Trains and tests epoch by epoch, and saves the state, until the training ends.

    It ends after the last epoch, after a cost that is not finite, or if a callback asks for it.

    Args:
        compiled: network or networks in the state of `progress`.
        progress: position in the training; receives the costs, accuracies and times.
        orders: examples of each batch of the remaining epochs: int32, shape (steps, batch_size) or
            (steps, networks, batch_size).
        seed: first number of the seed of the distortions.
        test_images: number of test images.
        on_start: called before each epoch with its number, from 0.
        on_end: called after each epoch with its number, cost and accuracy; the training ends if it
            returns True. Several networks have arrays: float64, shape (networks,).
    """
    stop = False
    while not stop and progress.should_continue():
        epoch = progress.epoch
        progress.begin_epoch()
        on_start(epoch)
        if not progress.step:
            compiled.reset_metrics()
        if _train_steps(compiled, progress, next(orders), seed):
            return
        cost = np.mean(progress.running_cost, axis=0, dtype=np.float64)
        accuracy = compiled.test() / test_images
        progress.complete_epoch(cost, accuracy)
        stop = on_end(epoch, cost, accuracy)
        stop = compiled.any_stops(progress.save_if_due(compiled.state) or stop)


def _train_steps(
    compiled: CompiledEpoch, progress: TrainingProgress, order: npt.NDArray[np.int32], seed: int
) -> bool:
    """Takes the remaining steps of the current epoch; True if the training should stop."""
    steps, *_, batch_size = order.shape
    for first, end in parts_of_epoch(steps, compiled.model.count_params(), batch_size):
        if end <= progress.step:
            continue
        first = max(first, progress.step)  # another version may have divided the epoch differently
        costs = compiled.train(order[first:end], (seed, progress.epoch * steps + first))
        progress.add_steps(costs)
        if end < steps and compiled.any_stops(progress.save_if_due(compiled.state)):
            return True
    return False
