import dataclasses

import numpy as np
import pytest

from tf_edureka.errors import InputError
from tf_edureka.runs.state import TrainingState


def state(**changes) -> TrainingState:
    """The state after two epochs of three steps."""
    whole = TrainingState(
        (np.arange(3),),
        np.array([0.5, 1.5]),
        accuracy=np.array([0.0, 0.1]),
        epoch_seconds=np.array([2.0, 1.0]),
        step_cost=np.float32([0, 0.5, 1]),
        running_cost=np.zeros(0),
        running_seconds=np.array(0.0),
        training={},
    )
    return dataclasses.replace(whole, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"cost": [1.0, 2.0]},
        {"cost": None},
        {"accuracy": np.ones(3)},
        {"epoch_seconds": np.float32(1)},
        {"step_cost": np.zeros(3, int)},
        {"running_cost": np.zeros((0, 1))},
        {"running_seconds": 0.0},
        {"variables": [np.zeros(3)]},
        {"variables": (1.0,)},
        {"variables": 5},
        {"training": None},
        {"running_cost": np.zeros(())},
        {"cost": np.ones((2, 3))},
        {"cost": np.array([np.inf, 1])},
        {"step_cost": np.array([1, 2, np.nan])},
        {"accuracy": np.array([0, 1.1])},
        {"epoch_seconds": np.array([-1.0, 1])},
    ],
    ids=str,
)
def test_state_with_wrong_types_or_impossible_numbers_is_rejected(changes):
    with pytest.raises(InputError, match="state: expected"):
        state(**changes)


def several(**changes) -> TrainingState:
    """The state of two networks after two epochs of three steps."""
    pairs = {"cost": np.ones((2, 2)), "accuracy": np.ones((2, 2))}
    steps = {"step_cost": np.ones((3, 2)), "running_cost": np.zeros((0, 2))}
    return state(**pairs | steps | changes)


def test_one_of_several_networks_may_have_nan_costs():
    broken = several(
        cost=np.array([[np.nan, 1], [np.nan, 1]]), step_cost=np.full((3, 2), [1, np.nan])
    )
    assert (broken.epoch, broken.networks) == (2, (2,))


@pytest.mark.parametrize(
    "changes",
    [
        {"accuracy": np.ones((2, 3))},
        {"accuracy": np.ones(2)},
        {"running_cost": np.zeros(0)},
        {"cost": np.array([[np.nan, np.inf], [1, 1]])},
        {"step_cost": np.full((3, 2), np.nan)},
        {"cost": np.ones((2, 2, 1))},
    ],
    ids=str,
)
def test_state_of_several_networks_that_cannot_be_is_rejected(changes):
    with pytest.raises(InputError, match="state: expected"):
        several(**changes)
