"""A session run of the script, and what to record of it."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tf_edureka.runner.record.plan import Plan
from tf_edureka.runner.record.schedule import Mode
from tf_edureka.trace import Array, Fingerprint

Run = Callable[[Sequence[Any], Mapping[Any, Any]], list[Any]]


@dataclasses.dataclass(eq=False)
class ScriptRun:
    """A session run of the script that takes training steps or evaluates the trained network.

    Attributes:
        session: session of the run.
        plan: plan of the run.
        fetches: tensors that the script fetches.
        fed: values that the script feeds, in the order of the plan's tensors.
        run: callable that runs further fetches in the same session.
    """

    session: Any
    plan: Plan
    fetches: Sequence[Any]
    fed: Sequence[Any]
    run: Run


@dataclasses.dataclass(eq=False)
class Capture:
    """What to record of a run, known before it starts.

    Attributes:
        modes: amount to store, one entry for each training.
        fed: fed values as arrays.
        fingerprints: fingerprints of the fed values, by name.
        extra: tensors to fetch in addition to the script's.
        version: version of the variables after the run.
        before: values of the variables before the run, by name.
        references: trace references of the values in `before`, by name.
        dead: outputs of random ops and of reads in branches that the run does not take.
    """

    modes: list[Mode]
    fed: list[Array]
    fingerprints: dict[str, Fingerprint]
    extra: list[Any]
    version: int
    before: Mapping[str, Array]
    references: Mapping[str, str]
    dead: frozenset[Any]
