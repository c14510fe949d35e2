"""A run of the script's, and what is to be written down of it."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tf_edureka.runner.record.plan import Plan
from tf_edureka.runner.record.schedule import Mode
from tf_edureka.trace import Array, Fingerprint

Run = Callable[[Sequence[Any], Mapping[Any, Any]], list[Any]]


@dataclasses.dataclass(eq=False)
class ScriptRun:
    """A run of the script's, which takes training steps, or evaluates what is trained.

    Attributes:
        session: that it runs in.
        plan: of it.
        fetches: tensors that the script asks for.
        fed: the values that it feeds, in the order of the plan's tensors.
        run: takes another run in the same session.
    """

    session: Any
    plan: Plan
    fetches: Sequence[Any]
    fed: Sequence[Any]
    run: Run


@dataclasses.dataclass(eq=False)
class Capture:
    """What is to be written down of a run.

    Attributes:
        modes: how much, by training.
        fed: what is fed, as NumPy stores it.
        fingerprints: of the same, by name.
        extra: tensors to be fetched besides those of the script.
        version: of the variables, with what this run changes.
        before: values of the variables before it.
        references: of the same.
        dead: outputs of random ops and of reads that the run will not run.
    """

    modes: list[Mode]
    fed: list[Array]
    fingerprints: dict[str, Fingerprint]
    extra: list[Any]
    version: int
    before: Mapping[str, Array]
    references: Mapping[str, str]
    dead: frozenset[Any]
