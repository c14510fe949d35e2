import dataclasses
import functools

import numpy as np
import pytest

from tf_edureka.errors import InputError
from tf_edureka.runs import progress
from tf_edureka.runs.state import TrainingState

TrainingProgress = functools.partial(progress.TrainingProgress, training={"epochs": 9}, steps=3)


def trained(progress, epochs, steps=3):
    for epoch in range(epochs):
        progress.begin_epoch()
        progress.add_steps(np.float32([epoch, epoch + 0.5, epoch + 1])[:steps])
        progress.complete_epoch(epoch + 0.5, epoch / 10)
    return progress


def test_training_resumes_from_its_state():
    whole = trained(TrainingProgress(), 2)
    whole.add_steps(np.float32([7]))
    state = whole.state([np.arange(3)])
    assert (state.epoch, state.step) == (2, 1)
    assert state.running_cost.dtype == np.float32
    resumed = TrainingProgress(state)
    assert (resumed.epoch, resumed.step) == (2, 1)
    resumed.add_steps(np.float32([8, 9]))
    resumed.complete_epoch(8.0, 0.3)
    result = resumed.result([])
    assert result.cost.tolist() == [0.5, 1.5, 8.0]
    assert result.accuracy.tolist() == [0.0, 0.1, 0.3]
    assert result.step_cost.tolist() == [0, 0.5, 1]
    assert (result.epoch_seconds[:2] == state.epoch_seconds).all()
    assert result.epoch_seconds[2] >= state.running_seconds


def test_training_of_several_networks_resumes_from_its_state():
    several = functools.partial(TrainingProgress, networks=(2,))
    running = several()
    assert running.state([]).running_cost.shape == (0, 2)
    running.add_steps(np.float32([[1, 2], [3, 4], [5, 6]]))
    running.complete_epoch(np.array([3.0, 4.0]), np.array([0.1, 0.2]))
    running.add_steps(np.float32([[7, 8]]))
    state = running.state([])
    assert (state.epoch, state.step, state.networks) == (1, 1, (2,))
    resumed = several(state)
    assert resumed.running_cost.tolist() == [[7, 8]]
    resumed.complete_epoch(np.array([7.0, np.nan]), np.array([0.3, 0.4]))
    assert resumed.should_continue()  # one network's cost is finite
    result = several(resumed.state([])).result([])
    np.testing.assert_array_equal(result.cost, [[3, 4], [7, np.nan]])
    assert result.accuracy.tolist() == [[0.1, 0.2], [0.3, 0.4]]
    assert result.step_cost.tolist() == [[1, 2], [3, 4], [5, 6]]
    resumed.complete_epoch(np.full(2, np.nan), np.array([0.3, 0.4]))
    assert not resumed.should_continue()
    with pytest.raises(InputError, match=r"each epoch in the shape \(3,\), got \(2,\)"):
        TrainingProgress(state, networks=(3,))


def test_training_without_epochs_has_a_result():
    result = TrainingProgress().result([])
    assert (len(result.cost), len(result.step_cost)) == (0, 0)
    assert result.to_json()["cost"] == []


def test_state_is_saved_after_each_epoch_and_at_intervals_within_one(monkeypatch):
    saved = []
    running = TrainingProgress(save=lambda state: saved.append((state.epoch, state.step)))
    running.add_steps([1.0])
    running.save_if_due(list)
    trained(running, 1).save_if_due(list)
    running.add_steps([1.0])
    running.save_if_due(list)
    assert saved == [(1, 0)]
    monkeypatch.setattr("tf_edureka.runs.progress.SECONDS_BETWEEN", 0.0)
    running.save_if_due(list)
    assert saved == [(1, 0), (1, 1)]


def test_time_is_counted_by_epoch_and_since_the_last_save(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("time.perf_counter", lambda: clock[0])
    saved = []
    running = TrainingProgress(save=lambda state: saved.append(float(state.running_seconds)))
    running.begin_epoch()
    for _ in range(6):
        clock[0] += 4
        running.add_steps([1.0])
        running.save_if_due(list)
    assert saved == [12, 24]  # out of 4, 8, ..., 24: at least ten seconds apart
    resumed = TrainingProgress(running.state([]), steps=9)
    clock[0] += 1000  # between the two processes
    resumed.begin_epoch()
    clock[0] += 3
    resumed.complete_epoch(1.0, 0.5)
    clock[0] += 50  # after the epoch
    resumed.begin_epoch()
    clock[0] += 5
    resumed.complete_epoch(1.0, 0.5)
    assert resumed.result([]).epoch_seconds.tolist() == [27, 5]


@pytest.mark.parametrize(("answer", "stops"), [(None, False), (False, False), (True, True)])
def test_save_callback_can_stop_the_training(answer, stops):
    assert trained(TrainingProgress(save=lambda _: answer), 1).save_if_due(list) is stops


def test_training_ends_after_all_epochs_or_a_nan_cost():
    assert TrainingProgress(training={"epochs": 1}).should_continue()
    assert not trained(TrainingProgress(training={"epochs": 2}), 2).should_continue()
    broken = trained(TrainingProgress(), 1)
    broken.complete_epoch(float("nan"), 0.1)
    assert not broken.should_continue()
    assert not TrainingProgress(broken.state([])).should_continue()


@pytest.mark.parametrize("start", ["x", [1], 5])
def test_start_that_is_not_a_state_is_rejected(start):
    with pytest.raises(InputError, match="start: expected a state passed to save=..., got"):
        TrainingProgress(start)


def state_of(epochs: int, steps: int = 0, **changes) -> TrainingState:
    made = trained(TrainingProgress(), epochs)
    made.add_steps(np.float32([1] * steps))
    return dataclasses.replace(made.state([np.arange(3)]), **changes)


@pytest.mark.parametrize(
    ("epochs", "steps", "changes"),
    [
        (10, 0, {}),
        (9, 1, {}),
        (2, 3, {}),
        (0, 3, {}),
        (2, 0, {"step_cost": np.zeros(4)}),
        (0, 0, {"step_cost": np.zeros(3)}),
        (1, 1, {"cost": np.array([np.nan])}),
    ],
    ids=[
        *("an epoch too many", "a step after the last", "all steps", "all of the first"),
        *("more steps in the first", "steps of one that was not", "steps after NaN"),
    ],
)
def test_state_at_an_impossible_position_is_rejected(epochs, steps, changes):
    with pytest.raises(InputError, match="start: expected a state within 9 epochs of 3 steps, got"):
        TrainingProgress(state_of(epochs, steps, **changes))
