"""The rungs that need no computation: structure, initial values, batches."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tf_edureka.errors import InputError
from tf_edureka.parity.cause import Cause
from tf_edureka.parity.certificate.port_ladder import PortRung
from tf_edureka.parity.mapping import Mapping as Found
from tf_edureka.parity.model import initial_deviations
from tf_edureka.parity.rungs.items import skipped
from tf_edureka.trace import Array, Fingerprint, Trace, Variable

_OF_NORMALIZATION = re.compile("gamma|beta|moving|scale|offset|mean|variance", re.IGNORECASE)
_KS = 2.8  # critical value: samples of one distribution exceed it once in a million
_SPREAD = 0.03
_FEW = 20  # too few numbers to compare their distribution


def structure(found: Found, shapes: Mapping[str, tuple[int, ...]]) -> PortRung:
    """Checks that each variable of the original has a counterpart in the port.

    Args:
        found: mapping between the variables of original and port.
        shapes: shapes of the original variables, by name.
    """
    lacking = [*found.missing, *found.extra]
    causes = [
        Cause("variables", 1.0, f"{', '.join(link.paths)}: {link.how}")
        for link in found.links
        if "another computation" in link.how
    ]
    lacking += [cause.says for cause in causes]
    if found.missing or found.extra:
        missing = ", ".join(f"{name} {shapes.get(name, '')}" for name in found.missing) or "nothing"
        extra = ", ".join(found.extra) or "nothing"
        is_bias = (
            found.missing
            and not found.extra
            and all(
                len(shapes.get(name, ())) == 1 and not _OF_NORMALIZATION.search(name)
                for name in found.missing
            )
        )
        is_extra_bias = not found.missing and all("bias" in name for name in found.extra)
        cause = "missing_bias" if is_bias or is_extra_bias else "variables"
        says = f"the port lacks {missing}; its additional variables: {extra}"
        causes.insert(0, Cause(cause, 1.0, says))
    return PortRung(
        rung="structure",
        compared=f"{len(shapes)} variables, by shape, order and name",
        unit="unmatched variables",
        measured=float(len(lacking)),
        tolerance=0.0,
        why="0: the variables must correspond one to one",
        causes=tuple(causes),
        first=_place(found, lacking),
    )


def _place(found: Found, lacking: Sequence[str]) -> str:
    """The first variable without a counterpart; without any, the first invalid mapping."""
    is_variable = found.missing or found.extra
    return f"{'variable ' if is_variable else ''}{lacking[0]}" if lacking else ""


def initial_values(
    trace: Trace,
    names: Iterable[str],
    initial: Mapping[str, Array],
    spreads: Mapping[str, Callable[[], float | None]],
) -> PortRung:
    """Compares initial values: they must be bit-identical or samples of the same distribution.

    Args:
        trace: recorded run.
        names: names of the weights.
        initial: initial values of the port, by original name, float, any shape.
        spreads: functions that return the standard deviation of the port's initializer, by original
            name.

    Returns:
        the rung.
    """
    measured, where, same, sampled, causes = 0.0, "", 0, 0, []
    for name in names:
        variable = trace.variables[name]
        if variable.initial is None or name not in initial:
            continue
        theirs, ours = trace.array(variable.initial), initial[name]
        if np.array_equal(theirs, ours):
            same += 1
            continue
        port_spread = spreads.get(name, lambda: None)
        if theirs.size == 1 and (variable.initializer or port_spread()):  # one sample says nothing
            sampled += 1
            continue
        gap, says = _compare_distributions(theirs, ours)
        if gap <= 1:
            gap, says = max((gap, says), _compare_spreads(variable, theirs, port_spread()))
        sampled += 1
        if gap > measured:
            measured, where = gap, name
        if gap > 1:
            causes.append(_initial_value_cause(name, theirs, ours, says))
    if not same + sampled:
        return skipped("initial values", "the trace has no initial values of these variables")
    return PortRung(
        rung="initial values",
        compared=f"{same} variables bit-identical, {sampled} compared by distribution",
        unit="times the chance limit",
        measured=measured,
        tolerance=1.0,
        why="1 is the difference that two samples of one distribution exceed once in a million "
        f"(Kolmogorov-Smirnov); known standard deviations may differ by {_SPREAD:.0%}; constants "
        "must be equal",
        causes=tuple(causes[:1]),
        first=f"largest difference in {where}" if causes else "",
    )


def _compare_spreads(variable: Variable, theirs: Array, ours: float | None) -> tuple[float, str]:
    known = initial_deviations.of_original(variable, theirs)
    if not known or not ours or math.isnan(ours):
        return 0.0, ""
    description = (
        f"the original samples with standard deviation {known:.3g}, the port with {ours:.3g}"
    )
    return abs(math.log(ours / known)) / _SPREAD, description


def _initial_value_cause(name: str, theirs: Array, ours: Array, says: str) -> Cause:
    units = theirs.shape[-1] // 4 if theirs.ndim == 1 else 0
    if units and np.ptp(ours) != np.ptp(theirs):
        blocks = (
            [set(np.unique(part)) for part in np.split(ours - theirs, 4)]
            if (theirs.shape[-1] % 4 == 0)
            else []
        )
        if (
            sum(block != {0.0} for block in blocks) == 1
            and abs(float((ours - theirs).sum())) == units
        ):
            return Cause("forget_bias", 1.0, f"the forget bias in {name} differs: {says}")
    return Cause("initial_values", 1.0, f"{name}: {says}")


def _compare_distributions(theirs: Array, ours: Array) -> tuple[float, str]:
    """Difference of two samples over the chance limit, and its description."""
    one, other = (np.sort(np.ravel(array).astype(np.float64)) for array in (theirs, ours))
    description = (
        f"mean and standard deviation are {one.mean():.3g} and {one.std():.3g} in the original, "
        f"{other.mean():.3g} and {other.std():.3g} in the port"
    )
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        if one.size == 1 and np.ptp(one) == np.ptp(other) == 0:
            return (math.inf if one[0] != other[0] else 0.0), description
        return math.inf, description
    if one.size < _FEW:
        return 0.0, description
    every = np.concatenate([one, other])
    shares = [np.searchsorted(values, every, "right") / values.size for values in (one, other)]
    scale = math.sqrt(one.size * other.size / (one.size + other.size)) / _KS
    return float(np.abs(shares[0] - shares[1]).max() * scale), description


def batches(trace: Trace, training: int, given: Iterable[Any] | None) -> PortRung:
    """Compares the port's own batches with what the original was fed, step by step.

    Args:
        trace: recorded run.
        training: index of the training in the trace.
        given: batches of the port, step by step: an array, or a tuple or dict of arrays; None if
            the port has none.
    """
    if given is None:
        return skipped(
            "batches",
            "the port has none; to compare them, define a function `batches` next to `build`",
        )
    mine = [one for one in trace.steps if one.training == training]
    steps = [one for one in mine if _arrays_of(one.fingerprints)]
    if not steps:
        return skipped(
            "batches", "no arrays were fed to the original (its inputs may come from a dataset)"
        )
    theirs = [sorted(_arrays_of(one.fingerprints)) for one in steps]
    ours = [
        [_fingerprint(array, wanted) for array in _arrays(batch)]
        for wanted, batch in zip(theirs, _take(given, len(theirs)), strict=False)
    ]
    unlike = [
        i for i, wanted in enumerate(theirs) if i >= len(ours) or not _was_fed(wanted, ours[i])
    ]
    causes = []
    if unlike:
        causes.append(Cause("batches", 1.0, _how_batches_differ(theirs, ours, unlike)))
    return PortRung(
        rung="batches",
        compared=f"fingerprints of {len(steps)} batches",
        unit="batches",
        measured=float(len(unlike)),
        tolerance=0.0,
        why="0: the same examples in the same order",
        causes=tuple(causes),
        first=f"first difference in step {steps[unlike[0]].number}" if unlike else "",
    )


def _take(given: Iterable[Any], count: int) -> Iterator[Any]:
    try:
        for _, batch in zip(range(count), given, strict=False):
            yield batch
    except Exception as error:
        raise InputError(f"batches: raises {type(error).__name__}: {error}") from error


def _fingerprint(array: Array, wanted: Sequence[str]) -> str:
    """The fingerprint of an array, cast to the dtype that was fed if no value changes."""
    for one in wanted:
        dtype = one.split(" ")[0]
        if array.dtype.kind in "iub" and dtype.startswith(("int", "uint")):
            cast = array.astype(dtype)
            if np.array_equal(cast, array) and str(Fingerprint(cast)) == one:
                return one
    return str(Fingerprint(array))


def _arrays(batch: Any) -> list[Array]:
    values = batch.values() if isinstance(batch, Mapping) else batch
    several = [*values] if isinstance(values, Sequence | type({}.values())) else [values]
    try:
        return [np.asarray(one) for one in several]
    except (TypeError, ValueError) as error:
        got = f"{type(batch).__name__} ({error})"
        raise InputError(f"batches: expected arrays, got {got}") from None


def _arrays_of(fingerprints: Mapping[str, str]) -> list[str]:
    """Fingerprints of arrays; single numbers are settings, such as a learning rate."""
    return [one for one in fingerprints.values() if one.split(" ")[1] not in ("", "1")]


def _was_fed(wanted: Sequence[str], ours: Sequence[str]) -> bool:
    """True if all arrays of the port's batch were fed; the port may use fewer arrays."""
    return bool(ours) and set(ours) <= set(wanted)


def _how_batches_differ(
    theirs: Sequence[Sequence[str]], ours: Sequence[Sequence[str]], unlike: Sequence[int]
) -> str:
    first = unlike[0]
    if first >= len(ours):
        return f"the port has {len(ours)} batches, the original has {len(theirs)}"
    for shift in (*range(-3, 0), *range(1, 4)):
        rest = range(first, min(len(theirs), len(ours)))
        moved = [_was_fed(theirs[i + shift], ours[i]) for i in rest if 0 <= i + shift < len(theirs)]
        if len(moved) > 1 and all(moved):
            what = "dropped" if shift > 0 else "inserted"
            return (
                f"from step {first} on the port is off by {abs(shift)} batches: {abs(shift)} {what}"
            )
    if len(unlike) == 1:
        return f"only batch {first} differs"
    return f"{len(unlike)} of {len(theirs)} batches differ, the first one in step {first}"
