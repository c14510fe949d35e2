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
        what: it is.
        ours: of the port.
        theirs: of the original.
        step: in which both are.
        of: what gave it.

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
