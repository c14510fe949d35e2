"""The ladder: the legacy path against the modern one, and both against real TensorFlow 1.15.5."""

from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass

from tf_edureka import runtime
from tf_edureka._numbers import whole_number
from tf_edureka.config import MlpConfig
from tf_edureka.data.mnist import Mnist
from tf_edureka.parity.article.checks import Rung
from tf_edureka.parity.article.judge import judge
from tf_edureka.parity.article.measure import measure
from tf_edureka.parity.article.reference import Reference
from tf_edureka.results import MlpResult


@dataclass(frozen=True)
class Ladder:
    """All rungs, and the trainings that they were measured on.

    Attributes:
        rungs: from the initial values to whole epochs.
        legacy: what the legacy path gave.
        modern: what the modern path gave.
    """

    rungs: tuple[Rung, ...]
    legacy: MlpResult
    _: KW_ONLY
    modern: MlpResult

    @property
    def passed(self) -> bool:
        """Whether all rungs hold."""
        return all(rung.passed for rung in self.rungs)


def climb(
    config: MlpConfig,
    data: Mnist,
    *,
    steps: int,
    reference: Reference | None = None,
    on_epoch: Callable[[str], None] = lambda what: None,
) -> Ladder:
    """Compares both paths, rung by rung, from the initial values to whole epochs.

    Args:
        config: of the article's recipe.
        data: what both train and are tested on.
        steps: of the first epoch, for the rung of many steps.
        reference: the numbers of TensorFlow 1.15.5 for this configuration and MNIST, if there are.
        on_epoch: called with the name of what has just trained for one more epoch; there are
            `3 * config.epochs + 5` of them.

    Returns:
        the ladder.

    Raises:
        InputError: when the recipe is another, the batch size exceeds the examples, or there are
            not so many steps.
    """
    most = config.steps_per_epoch(len(data.train.labels))
    steps = whole_number("steps", steps, 1, most)
    with runtime.tf32(False):
        measured = measure(config, data, on_epoch=on_epoch)
    rungs = judge(measured, steps=steps, reference=reference)
    return Ladder(rungs, measured.legacy, modern=measured.modern)


def reasons(rungs: Iterable[Rung]) -> list[str]:
    """What is compared and why the tolerances are what they are, each reason once.

    Args:
        rungs: of a ladder.
    """
    named: dict[str, dict[str, str]] = {}
    for rung in rungs:
        named.setdefault(rung.why, {}).setdefault(rung.rung, rung.compared)
    return [
        f"{', '.join(names)} ({next(iter(names.values()))}): {why}" for why, names in named.items()
    ]
