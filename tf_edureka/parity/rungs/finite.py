"""Refuses a port that gives NaN or infinity where the original gives numbers."""

import math
from collections.abc import Sequence

import numpy as np

from tf_edureka.errors import InputError
from tf_edureka.parity.model.evaluation import Evaluation
from tf_edureka.parity.rungs.recorded import Recorded


def valid(what: str, ours: float, theirs: float, step: int, of: str = "the port") -> float:
    """What a port gives, if it is a number wherever the original's is one.

    Args:
        what: name of the value for the message, such as `loss`.
        ours: the port's value.
        theirs: the original's value, or one that is finite exactly if that is.
        step: number of the step that both were computed in.
        of: what computed the value, for the message.

    Raises:
        InputError: when it is NaN or infinite where the original's is not.
    """
    if not math.isfinite(ours) and math.isfinite(theirs):
        raise InputError(
            f"{what} of {of}: expected numbers, got NaN or infinity in step {step}, where the "
            "original has none"
        )
    return ours


def check(steps: Sequence[Recorded], seen: Sequence[Evaluation]) -> None:
    """Refuses a model whose layers or loss are NaN or infinite where the original's loss is not.

    Args:
        steps: of the original.
        seen: what the model computed on them.
    """
    for step, one in zip(steps, seen, strict=True):
        theirs = step.step.loss or 0.0
        if not np.isfinite(one.output).all():
            for name, output in one.layers:
                if output.dtype.kind == "f":
                    valid("output", float(output.sum()), theirs, step.step.number, f"layer {name}")
        valid("loss", one.loss, theirs, step.step.number)
