"""The article's ladder: legacy against modern path, and both against TensorFlow 1.15.5."""

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
    """All rungs of the article's ladder, with the two trainings that were compared.

    Attributes:
        rungs: comparisons, from the structure to whole epochs.
        legacy: result of the legacy path.
        modern: result of the modern path.
    """

    rungs: tuple[Rung, ...]
    legacy: MlpResult
    _: KW_ONLY
    modern: MlpResult

    @property
    def passed(self) -> bool:
        """True if all rungs hold."""
        return all(rung.passed for rung in self.rungs)


def climb(
    config: MlpConfig,
    data: Mnist,
    *,
    steps: int,
    reference: Reference | None = None,
    on_epoch: Callable[[str], None] = lambda what: None,
) -> Ladder:
    """Compares the legacy and the modern path of the article's network, rung by rung.

    Trains the network seven times: with the legacy and the modern path, with and without XLA, in
    float32 and float64.

    Args:
        config: configuration with the article's recipe.
        data: training and test digits.
        steps: number of steps of the first epoch to compare one by one, for the rung of many steps.
        reference: recorded results of TensorFlow 1.15.5 for this configuration and MNIST; None to
            compare only the two paths.
        on_epoch: callback after each epoch, called with the name of the training; it is called
            `3 * config.epochs + 5` times.

    Returns:
        the ladder.

    Raises:
        InputError: if the recipe is not the article's, the batch size exceeds the number of
            examples, or the first epoch has fewer steps.

    Example:
        Runs seven trainings:

        >>> from tf_edureka import MlpConfig, load_mnist, parity
        >>> digits = load_mnist()  # doctest: +SKIP
        >>> ladder = parity.climb(MlpConfig.article(), digits, steps=10)  # doctest: +SKIP
        >>> ladder.passed  # doctest: +SKIP
        True
    """
    most = config.steps_per_epoch(len(data.train.labels))
    steps = whole_number("steps", steps, 1, most)
    with runtime.tf32(False):
        measured = measure(config, data, on_epoch=on_epoch)
    rungs = judge(measured, steps=steps, reference=reference)
    return Ladder(rungs, measured.legacy, modern=measured.modern)


def reasons(rungs: Iterable[Rung]) -> list[str]:
    """Returns what was compared and the reasons for the tolerances, each reason once.

    Args:
        rungs: rungs of a ladder.

    Example:
        >>> from tf_edureka import parity
        >>> rung = parity.Rung("first step", "legacy, modern", compared="cost", unit="ulps",
        ...                    measured=1.0, tolerance=8.0, why="sums in another order")
        >>> parity.reasons([rung])
        ['first step (cost): sums in another order']
    """
    compared_by_reason: dict[str, dict[str, str]] = {}
    for rung in rungs:
        compared_by_reason.setdefault(rung.why, {}).setdefault(rung.rung, rung.compared)
    return [
        f"{', '.join(compared)} ({next(iter(compared.values()))}): {why}"
        for why, compared in compared_by_reason.items()
    ]
