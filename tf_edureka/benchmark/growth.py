"""Measures time and memory with more images, units and batch size, next to lower bounds."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tf_edureka.benchmark.task import Task
from tf_edureka.benchmark.timing import IMPLEMENTATIONS, Timing, describe_error, time_one
from tf_edureka.data.mnist import Split

# The quantities that are varied and their sizes; images as multiples of those in the data.
SIZES = {
    "images": (1, 2, 4, 8, 16),
    "hidden units": (64, 128, 256, 512, 1024, 2048, 4096),
    "batch size": (10, 30, 100, 300, 1000, 3000, 10_000),
}
# Of longer epochs only this many operations are timed: an epoch with 4096 units has 6,600e9.
MAX_TIMED_FLOPS = 60e9
_TIMED = 3


@dataclass(frozen=True)
class Point:
    """The measurement of one size.

    Attributes:
        what: quantity that is varied: a name in `SIZES`.
        size: its size.
        seconds: shortest of three epochs in seconds; None if the measurement failed.
        least_seconds: roofline lower bound in seconds: the epoch's arithmetic at the machine's
            highest rate.
        bytes: memory for data and training in bytes, without the imported framework; None on
            systems that do not report it, and on GPUs.
        least_bytes: lower bound of the memory in bytes: examples, weights, gradients and moments.
        fault: reason why the measurement failed; empty if it succeeded.
    """

    what: str
    size: int
    seconds: float | None
    least_seconds: float
    bytes: int | None
    least_bytes: int
    fault: str = ""


def time_growth(task: Task, rate: float, point_ended: Callable[[str], None]) -> list[Point]:
    """Trains at each of `SIZES` in turn, each in its own process.

    Args:
        task: task at the base size: all images once, 256 hidden units, batches of 100.
        rate: highest rate of the machine in floating-point operations per second.
        point_ended: callback after each size, with its name.

    Returns:
        the measurements, without batch sizes above the number of examples.
    """
    points = []
    for what, size in sizes(task):
        grown = scaled_task(task, what, size)
        whole = dataclasses.replace(grown, most_steps=None)
        try:
            timing = time_one(IMPLEMENTATIONS[0], grown, _TIMED)
        except Exception as error:  # for example out of memory; the other sizes are still measured
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
    """Lists the quantities and sizes of `SIZES` for which `task` has enough examples."""
    examples = len(task.data.train.labels)
    return [
        (what, size)
        for what, those in SIZES.items()
        for size in those
        if what != "batch size" or size <= examples
    ]


def scaled_task(task: Task, what: str, size: int) -> Task:
    """Returns `task` with the quantity `what` set to `size`, cut to the steps that are timed."""
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
