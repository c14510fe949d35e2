"""The last evaluations, which are kept until the session ends."""

import numpy as np
import pytest

from tf_edureka.runner.record.evaluations import ChangedError, Evaluation, Evaluations, FedArray


def at(steps, read=("w",)):
    return Evaluation(steps, {"accuracy": 0.5}, {}, {}, {}, frozenset(read))


def kept(evaluations):
    """The number of steps before each of the last evaluations, and its state."""
    found = evaluations.last({"w": "last"}, str)
    return [(one["steps"], one["before"]["w"]) for one in found]


def test_last_evaluation_of_each_plan_is_kept():
    evaluations = Evaluations()
    for plan, steps in (("loss", 5), ("accuracy", 5), ("loss", 5)):
        evaluations.add(plan, at(steps))
    assert kept(evaluations) == [(5, "last"), (5, "last")]


def test_state_is_read_once_in_20_steps():
    evaluations, read = Evaluations(), []

    def state_at(steps):
        return lambda names: read.append(steps) or dict.fromkeys(names, f"of {steps}")

    for steps in range(1, 52):
        evaluations.add("loss", at(steps))
        evaluations.before_step(state_at(steps))
    assert read == [1, 21, 41]
    assert kept(evaluations) == [(41, "of 41")]
    evaluations.add("loss", at(52))
    assert kept(evaluations) == [(52, "last")]


def test_writes_drop_only_dependent_evaluations():
    evaluations = Evaluations()
    evaluations.add("loss", at(5))
    evaluations.invalidate(frozenset({"total"}))
    assert kept(evaluations) == [(5, "last")]
    evaluations.invalidate(frozenset({"w"}))
    assert kept(evaluations) == []


@pytest.mark.parametrize("size", [10, 100_000])
def test_modified_fed_arrays_are_copied_or_rejected(size):
    given = np.arange(float(size))
    fed = FedArray("x", given)
    assert np.array_equal(fed.get(), given)
    given += 1
    if size == 10:  # it was copied
        assert fed.get()[0] == 0
    else:
        with pytest.raises(
            ChangedError, match="the script has modified the array that it fed to x"
        ):
            fed.get()
