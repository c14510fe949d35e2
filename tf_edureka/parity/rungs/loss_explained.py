"""Finds why a model's loss differs although its forward pass is right."""

from collections.abc import Sequence
from typing import Any

from tf_edureka.parity.cause import Cause
from tf_edureka.parity.model import loss_causes, losses
from tf_edureka.parity.model.evaluation import Evaluation
from tf_edureka.parity.noise.tolerances import Tolerances
from tf_edureka.parity.rungs.items import gradient_items, loss_items
from tf_edureka.parity.rungs.recorded import Recorded


def matches(
    steps: Sequence[Recorded],
    seen: Sequence[Evaluation],
    allowed: Sequence[Tolerances],
    *,
    gradients: bool = False,
) -> bool:
    """True if the losses are the original's within their tolerances.

    Args:
        steps: recorded steps of the original.
        seen: results of the model on these steps.
        allowed: tolerances, one for each step.
        gradients: whether the gradients must agree, too.
    """
    items = [*loss_items(steps, [one.loss for one in seen], allowed)]
    if gradients:
        items += gradient_items(steps, [one.gradients for one in seen], allowed)
    return all(one.ratio <= 1 for one in items)


def causes(
    steps: Sequence[Recorded],
    seen: Sequence[Evaluation],
    allowed: Sequence[Tolerances],
    weights: Sequence[str],
    loss: Any,
) -> list[Cause]:
    """Returns the causes that explain a wrong loss.

    Args:
        steps: recorded steps of the original.
        seen: results of the model on these steps.
        allowed: tolerances, one for each step.
        weights: names of the trained weights.
        loss: loss of the compiled model.
    """
    if matches(steps, seen, allowed):  # gradients alone may fail: gates in another order
        return []
    data = [one.data_loss for one in seen]
    goals = [step.loss - (one.loss - one.data_loss) for step, one in zip(steps, seen, strict=True)]
    names = [name for name in weights if name in seen[0].gradients]
    batch = len(seen[0].output)
    for found in (
        loss_causes.penalties(
            [{name: one.gradients[name] for name in names} for one in steps],
            [one.gradients for one in seen],
            [one.state for one in steps],
        ),
        loss_causes.factors(goals, data, batch=batch, outputs=seen[0].output.size / batch),
        loss_causes.labels_and_logits(
            goals, seen, name=losses.name(loss), from_logits=losses.takes_logits(loss)
        ),
    ):
        listed = [*found]
        if listed:
            return listed
    return []
