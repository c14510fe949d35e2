"""Explains how a port's optimizer differs, by changing the original's until it does the same."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tf_edureka.parity.cause import Cause
from tf_edureka.parity.optimizer.changes import Change, forms, scalars
from tf_edureka.parity.optimizer.other_optimizers import other_optimizers
from tf_edureka.parity.optimizer.rates import clippings, decays, frozen, rates
from tf_edureka.parity.optimizer.segment import Segment
from tf_edureka.parity.optimizer.simulation import Doubles
from tf_edureka.parity.optimizer.trial import Trial, Tried
from tf_edureka.trace import Array

NAMED, GUESSED, CERTAIN = 0.9, 0.5, 0.999
_LONGEST = 150  # steps on which causes are tried
_NUMBERS = 400_000  # entries times steps, for single causes
_FEWER = 100_000  # entries times steps, for pairs of causes
_PAIRS = 150
_CLASS_TARGETS = ("form", "start")  # changes that come with another optimizer class
_MARGIN = 0.01  # a cause may explain this much less than the best one


@dataclass(frozen=True, kw_only=True, eq=False)
class Verdict:
    """The comparison of a port's optimizer with the original's, from the same gradients.

    Attributes:
        measured: largest difference of a weight, divided by its tolerance.
        first_step: number of the first step with a difference above the tolerance; None if there is
            none.
        weight: name of the weight that differs most in that step; None if none does.
        rate: the original's learning rate in the step before and in that step; None if not known.
        causes: probable causes, the most probable first; empty for a right port.
        note: reason why the segment ends before the gradients do; empty if it does not.
    """

    measured: float
    first_step: int | None
    weight: str | None
    rate: tuple[float | None, float | None]
    causes: Sequence[Cause]
    note: str = ""

    @property
    def passed(self) -> bool:
        """True if all differences are within the tolerance."""
        return self.first_step is None


def diagnose(segment: Segment, path: Iterable[Mapping[str, Array]]) -> Verdict:
    """Compares a port's optimizer with the original's and finds the causes of a difference.

    Args:
        segment: consecutive steps of the original.
        path: the port's weights after each of these steps, float arrays by name in the original's
            shapes, computed from the original's weights before the first step and its raw
            gradients.

    Returns:
        the comparison, with all numbers as float.

    Raises:
        InputError: if a weight or a step is missing, or a shape differs.
    """
    port = segment.sampled(path)
    limits = segment.tolerance()
    with np.errstate(invalid="ignore"):
        off = np.abs(port - segment.expected) / limits
    off[~np.isfinite(off)] = np.inf
    wrong = np.flatnonzero((off > 1).any(axis=1))
    if not len(wrong):
        return Verdict(
            measured=float(np.max(off, initial=0.0)),
            first_step=None,
            weight=None,
            rate=(None, None),
            causes=(),
            note=segment.note,
        )
    first = int(wrong[0])
    number = segment.numbers[first]
    finite = int(np.append(np.isfinite(port).all(axis=1), False).argmin())
    return Verdict(
        measured=float(off.max()),
        first_step=number,
        weight=segment.training.weights[segment.sample.owner[int(np.argmax(off[first]))]],
        rate=(segment.rates.get(number - 1), segment.rates.get(number)),
        causes=_causes(segment, port, limits, first, finite),
        note=segment.note,
    )


def _causes(
    segment: Segment, port: Doubles, limits: Doubles, first: int, finite: int
) -> list[Cause]:
    """Returns the causes, the most probable first."""
    if segment.original is None or not finite or first >= finite:
        return []
    begin = max(0, first - 20) if first + 20 > _LONGEST else 0
    end = min(finite, begin + _LONGEST)
    part = segment.part(begin, end)
    thin, kept = part.thinned(_NUMBERS // (end - begin))
    port_part, allowed = port[begin:end, kept], limits[begin:end, kept]
    trial = _trial(thin, port_part, allowed)
    singles = [*frozen(thin, port_part), *forms(thin), *scalars(thin), *rates(thin, port_part)]
    tried = [trial.best((c,)) for c in (*singles, *clippings(thin), *decays(thin))]
    if not _is_certain(tried):
        tried += [trial.best((change,)) for change in other_optimizers(thin)]
    if not _is_certain(tried):
        thinner, fewer = thin.thinned(_FEWER // (end - begin))
        small = _trial(thinner, port_part[:, fewer], allowed[:, fewer])
        pool = [*forms(thinner), *scalars(thinner), *rates(thinner, port_part[:, fewer])]
        tried += list(_pairs(small, [*pool, *clippings(thinner), *decays(thinner)]))
    return _to_causes(sorted(tried, key=lambda one: one.key))


def _trial(segment: Segment, port: Doubles, limits: Doubles) -> Trial:
    if segment.original is None:
        raise ValueError("the original's update rule is not known")
    return Trial(
        setup=segment.original,
        base=segment.original.run().astype(np.float64),
        deviation=port - segment.expected,
        limits=limits,
    )


def _is_certain(tried: Sequence[Tried]) -> bool:
    return any(one.explains >= CERTAIN for one in tried)


def _pairs(trial: Trial, changes: Sequence[Change]) -> Iterator[Tried]:
    """Tries pairs of changes until one is certain, starting with those that explain most alone.

    A change of the optimizer's form is paired first with every other change: another class also has
    other defaults, and its form alone may explain little.
    """
    alone = sorted((trial.best((change,), 3) for change in changes), key=lambda one: one.left)
    forms = [one.changes[0].target in _CLASS_TARGETS for one in alone]
    ranks = [0 if is_form else rank for rank, is_form in enumerate(forms)]
    pairs = itertools.combinations(range(len(alone)), 2)
    for i, j in sorted(pairs, key=lambda pair: ranks[pair[0]] + ranks[pair[1]])[:_PAIRS]:
        starts = 4 if forms[i] or forms[j] else 1
        # The form goes first: it sets scalars, which the other change may then replace.
        pair = tuple(
            _from_best_value(alone[k], starts) for k in sorted((i, j), key=lambda k: not forms[k])
        )
        if pair[0].target == pair[1].target:
            continue
        tried = trial.best(pair, 3)
        yield tried
        if tried.explains >= CERTAIN:
            return


def _from_best_value(one: Tried, starts: int) -> Change:
    """Returns the change with its fitted value as first start, before `starts` others."""
    (change,), (value,) = one.changes, one.values
    return replace(change, values=(value, *change.values[:starts])) if change.is_fitted else change


def _to_causes(tried: Sequence[Tried]) -> list[Cause]:
    """Returns the causes that explain enough, each word once."""
    least = max(NAMED, tried[0].explains - _MARGIN) if tried else NAMED
    enough = [one for one in tried if one.explains >= least]
    chosen = enough or [one for one in tried[:1] if one.explains >= GUESSED]
    causes: dict[str, Cause] = {}
    for one in chosen:
        sentences = [
            change.says.format(value=f"{value:.6g}")
            for change, value in zip(one.changes, one.values, strict=True)
        ]
        for change in one.changes:
            cause = Cause(change.cause, round(one.explains, 4), "; and ".join(sentences))
            causes.setdefault(change.cause, cause)
    return list(causes.values())
