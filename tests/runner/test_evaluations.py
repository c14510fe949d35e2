"""Which evaluations are kept until it is known that they are the last."""

import numpy as np
import pytest

from tf_edureka.runner.record.evaluations import ChangedError, Evaluation, Evaluations, FedArray


def at(steps, read=("w",)):
    return Evaluation(steps, {"accuracy": 0.5}, {}, {}, {}, frozenset(read))


def kept(evaluations):
    """Steps before the evaluations that are the last ones, and the state of each."""
    found = evaluations.last({"w": "last"}, str)
    return [(one["steps"], one["before"]["w"]) for one in found]


def test_the_last_of_each_kind_in_one_state_is_kept():
    evaluations = Evaluations()
    for plan, steps in (("loss", 5), ("accuracy", 5), ("loss", 5)):
        evaluations.add(plan, at(steps))
    assert kept(evaluations) == [(5, "last"), (5, "last")]


def test_a_state_is_read_once_in_20_steps():
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


def test_what_is_written_ends_only_what_depends_on_it():
    evaluations = Evaluations()
    evaluations.add("loss", at(5))
    evaluations.invalidate(frozenset({"total"}))
    assert kept(evaluations) == [(5, "last")]
    evaluations.invalidate(frozenset({"w"}))
    assert kept(evaluations) == []


@pytest.mark.parametrize("size", [10, 100_000])
def test_what_was_fed_is_as_it_was_fed_or_is_refused(size):
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
