"""The rungs before anything is computed: structure, initial values, batches."""

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
_KS = 2.8  # two samples of one distribution exceed it once in a million
_SPREAD = 0.03
_FEW = 20  # numbers, of which the distribution is not compared


def structure(found: Found, shapes: Mapping[str, tuple[int, ...]]) -> PortRung:
    """Whether each variable of the original has its counterpart.

    Args:
        found: which variable is which.
        shapes: of the old ones, by name.
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
        says = f"the port lacks {missing}; it has in excess {extra}"
        causes.insert(0, Cause(cause, 1.0, says))
    return PortRung(
        rung="structure",
        compared=f"{len(shapes)} variables, by shape, order and name",
        unit="variables without a counterpart",
        measured=float(len(lacking)),
        tolerance=0.0,
        why="0: each variable of the one is a variable of the other",
        causes=tuple(causes),
        first=lacking[0] if lacking else "",
    )


def initial_values(
    trace: Trace,
    names: Iterable[str],
    initial: Mapping[str, Array],
    spreads: Mapping[str, Callable[[], float | None]],
) -> PortRung:
    """The port's own initial values beside the original's: the same, or of the same distribution.

    Args:
        trace: of the original.
        names: of the weights.
        initial: values of the port as it was built, by the old name, float, any shape.
        spreads: by the old name, what gives the standard deviation that the port draws with.

    Returns:
        the rung.
    """
    measured, where, same, drawn, causes = 0.0, "", 0, 0, []
    for name in names:
        variable = trace.variables[name]
        if variable.initial is None or name not in initial:
            continue
        theirs, ours = trace.array(variable.initial), initial[name]
        if np.array_equal(theirs, ours):
            same += 1
            continue
        draws = spreads.get(name, lambda: None)
        if theirs.size == 1 and (variable.initializer or draws()):  # one draw says nothing
            drawn += 1
            continue
        apart, says = _distributions(theirs, ours)
        if apart <= 1:
            apart, says = max((apart, says), _spreads(variable, theirs, draws()))
        drawn += 1
        if apart > measured:
            measured, where = apart, name
        if apart > 1:
            causes.append(_cause_of_start(name, theirs, ours, says))
    if not same + drawn:
        return skipped("initial values", "the trace has none of the variables' initial values")
    return PortRung(
        rung="initial values",
        compared=f"{same} variables bit-identical, {drawn} by their distribution",
        unit="of what chance explains",
        measured=measured,
        tolerance=1.0,
        why="two samples of one distribution differ more once in a million (Kolmogorov-Smirnov); "
        f"standard deviations, where they are known, by {_SPREAD:.0%}; what is constant has to be "
        "the same",
        causes=tuple(causes[:1]),
        first=where if causes else "",
    )


def _spreads(variable: Variable, theirs: Array, ours: float | None) -> tuple[float, str]:
    known = initial_deviations.of_original(variable, theirs)
    if not known or not ours or math.isnan(ours):
        return 0.0, ""
    said = f"the original draws with a standard deviation of {known:.3g}, the port with {ours:.3g}"
    return abs(math.log(ours / known)) / _SPREAD, said


def _cause_of_start(name: str, theirs: Array, ours: Array, says: str) -> Cause:
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
            return Cause("forget_bias", 1.0, f"the forget bias of {name} is another: {says}")
    return Cause("initial_values", 1.0, f"{name}: {says}")


def _distributions(theirs: Array, ours: Array) -> tuple[float, str]:
    """How far two samples are apart, and in words."""
    one, other = (np.sort(np.ravel(array).astype(np.float64)) for array in (theirs, ours))
    said = (
        f"the original's mean is {one.mean():.3g} and its deviation {one.std():.3g}, the port's "
        f"{other.mean():.3g} and {other.std():.3g}"
    )
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        if one.size == 1 and np.ptp(one) == np.ptp(other) == 0:
            return (math.inf if one[0] != other[0] else 0.0), said
        return math.inf, said
    if one.size < _FEW:
        return 0.0, said
    every = np.concatenate([one, other])
    shares = [np.searchsorted(values, every, "right") / values.size for values in (one, other)]
    scale = math.sqrt(one.size * other.size / (one.size + other.size)) / _KS
    return float(np.abs(shares[0] - shares[1]).max() * scale), said


def batches(trace: Trace, training: int, given: Iterable[Any] | None) -> PortRung:
    """The port's own batches beside what the original was fed, step by step.

    Args:
        trace: of the original.
        training: which of its trainings.
        given: the port's, step by step: an array, a tuple or dict of them; None if it has none.
    """
    if given is None:
        return skipped("batches", "the port gives none; a function `batches` beside `build` would")
    mine = [one for one in trace.steps if one.training == training]
    steps = [one for one in mine if _arrays_of(one.fingerprints)]
    if not steps:
        return skipped(
            "batches", "no arrays were fed to the original, as where a dataset gives them"
        )
    theirs = [sorted(_arrays_of(one.fingerprints)) for one in steps]
    ours = [
        [_fingerprint(array, wanted) for array in _arrays(batch)]
        for wanted, batch in zip(theirs, _first(given, len(theirs)), strict=False)
    ]
    unlike = [i for i, wanted in enumerate(theirs) if i >= len(ours) or not _holds(wanted, ours[i])]
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
        first=f"step {steps[unlike[0]].number}" if unlike else "",
    )


def _first(given: Iterable[Any], count: int) -> Iterator[Any]:
    try:
        for _, batch in zip(range(count), given, strict=False):
            yield batch
    except Exception as error:
        raise InputError(f"batches: raises {type(error).__name__}: {error}") from error


def _fingerprint(array: Array, wanted: Sequence[str]) -> str:
    """The fingerprint of an array, in the dtype of what was fed where that has the same values."""
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
    """Fingerprints of arrays; those of single numbers are settings, such as a rate."""
    return [one for one in fingerprints.values() if one.split(" ")[1] not in ("", "1")]


def _holds(wanted: Sequence[str], ours: Sequence[str]) -> bool:
    """Whether the port's batch is among what was fed; what it has no use for may be missing."""
    return bool(ours) and set(ours) <= set(wanted)


def _how_batches_differ(
    theirs: Sequence[Sequence[str]], ours: Sequence[Sequence[str]], unlike: Sequence[int]
) -> str:
    first = unlike[0]
    if first >= len(ours):
        return f"the port has {len(ours)} batches, the original {len(theirs)}"
    for shift in (*range(-3, 0), *range(1, 4)):
        rest = range(first, min(len(theirs), len(ours)))
        moved = [_holds(theirs[i + shift], ours[i]) for i in rest if 0 <= i + shift < len(theirs)]
        if len(moved) > 1 and all(moved):
            what = "dropped" if shift > 0 else "put in"
            return f"from step {first} on the port is {abs(shift)} batches off: one was {what}"
    if len(unlike) == 1:
        return f"batch {first} alone is another"
    return f"{len(unlike)} of {len(theirs)} batches differ, the first one in step {first}"
