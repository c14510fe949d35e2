"""Rejects a port that returns NaN or infinity where the original is finite."""

import math
from collections.abc import Sequence

import numpy as np

from tf_edureka.errors import InputError
from tf_edureka.parity.model.evaluation import Evaluation
from tf_edureka.parity.rungs.recorded import Recorded


def valid(what: str, ours: float, theirs: float, step: int, source: str = "the port") -> float:
    """Returns the port's value after checking that it is finite wherever the original's is.

    Args:
        what: name of the value for the message, such as `loss`.
        ours: value of the port.
        theirs: value of the original, or any number that is finite exactly if that value is.
        step: number of the step in which both were computed.
        source: name of the part that computed the value, for the message.

    Raises:
        InputError: if the port's value is NaN or infinite and the original's is finite.
    """
    if not math.isfinite(ours) and math.isfinite(theirs):
        raise InputError(
            f"{what} of {source}: expected finite values, got NaN or infinity in step {step}, "
            "where the original is finite"
        )
    return ours


def check(steps: Sequence[Recorded], seen: Sequence[Evaluation]) -> None:
    """Rejects a model whose layers or loss are not finite where the original's loss is.

    Args:
        steps: recorded steps of the original.
        seen: results of the model on these steps.

    Raises:
        InputError: if an output or the loss is NaN or infinite.
    """
    for step, one in zip(steps, seen, strict=True):
        theirs = step.step.loss or 0.0
        if not np.isfinite(one.output).all():
            for name, output in one.layers:
                if output.dtype.kind == "f":
                    valid("output", float(output.sum()), theirs, step.step.number, f"layer {name}")
        valid("loss", one.loss, theirs, step.step.number)
