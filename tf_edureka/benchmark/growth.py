"""How time and memory grow with the images, the network and the batch, beside what is the least."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tf_edureka.benchmark.task import Task
from tf_edureka.benchmark.timing import IMPLEMENTATIONS, Timing, describe_error, time_one
from tf_edureka.data.mnist import Split

# What grows, and to which sizes; images in multiples of those that are there.
SIZES = {
    "images": (1, 2, 4, 8, 16),
    "hidden units": (64, 128, 256, 512, 1024, 2048, 4096),
    "batch size": (10, 30, 100, 300, 1000, 3000, 10_000),
}
# Of longer epochs only so many operations are timed: an epoch of 4096 units has 6,600e9.
MAX_TIMED_FLOPS = 60e9
_TIMED = 3


@dataclass(frozen=True)
class Point:
    """What was measured of one size.

    Attributes:
        what: grows: a name in `SIZES`.
        size: how large it is.
        seconds: of a warm epoch, the least of three; None if it could not be measured.
        least_seconds: that the epoch's arithmetic takes at the machine's highest rate.
        bytes: of memory for the data and the training, beyond the imported framework; None where
            the system does not say, and on GPUs, which it does not see.
        least_bytes: that all ways need.
        fault: why it could not be measured; empty if it could.
    """

    what: str
    size: int
    seconds: float | None
    least_seconds: float
    bytes: int | None
    least_bytes: int
    fault: str = ""


def time_growth(task: Task, rate: float, point_ended: Callable[[str], None]) -> list[Point]:
    """Trains at each of `SIZES`, one after the other, each in a process of its own.

    Args:
        task: what to train at the size of 1, 256 or 100.
        rate: the highest rate of the machine, in operations a second.
        point_ended: called with the size that was measured, once for each that the examples allow.

    Returns:
        what was measured, without batches for which there are not examples enough.
    """
    points = []
    for what, size in sizes(task):
        grown = scaled_task(task, what, size)
        whole = dataclasses.replace(grown, most_steps=None)
        try:
            timing = time_one(IMPLEMENTATIONS[0], grown, _TIMED)
        except Exception as error:  # as when memory is short; the other sizes go on
            timing = Timing(IMPLEMENTATIONS[0], fault=describe_error(error))
        points.append(
            Point(
                what,
                size,
                seconds=None if timing.fault else timing.least * whole.steps / grown.steps,
                least_seconds=whole.flops / rate,
                bytes=timing.training_bytes if task.device == "cpu" else None,
                least_bytes=grown.least_bytes,
                fault=timing.fault,
            )
        )
        point_ended(f"{size} {what}")
    return points


def sizes(task: Task) -> list[tuple[str, int]]:
    """What grows and how large: those of `SIZES` for which `task` has examples enough."""
    examples = len(task.data.train.labels)
    return [
        (what, size)
        for what, those in SIZES.items()
        for size in those
        if what != "batch size" or size <= examples
    ]


def scaled_task(task: Task, what: str, size: int) -> Task:
    """`task` with `what`, a name in `SIZES`, grown to `size`; cut to the steps that are timed."""
    if what == "images":
        train = task.data.train
        images, labels = np.tile(train.images, (size, 1, 1)), np.tile(train.labels, size)
        data = dataclasses.replace(task.data, train=Split(images, labels))
        grown = dataclasses.replace(task, data=data)
    elif what == "hidden units":
        grown = dataclasses.replace(task, hidden_units=(size, size))
    else:
        grown = dataclasses.replace(task, batch_size=size)
    steps = max(2, int(grown.steps * min(1, MAX_TIMED_FLOPS / grown.flops)))
    return dataclasses.replace(grown, most_steps=steps)
