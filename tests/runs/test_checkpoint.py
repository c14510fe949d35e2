import dataclasses
import json
import random
import re

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as npst

from tf_edureka.config import Distortion, MlpConfig
from tf_edureka.errors import InputError, InputWarning
from tf_edureka.runs.checkpoint import Checkpoints, from_bytes, to_bytes
from tf_edureka.runs.folder import RunFolder
from tf_edureka.runs.state import TrainingState, differences

CONDITIONS = {"config": {"epochs": 9, "seed": 1}, "data_sha256": "ab" * 32, "machine": {"cores": 2}}


def state(epoch: int, step: int = 0) -> TrainingState:
    """Of a training that has come so far."""
    weights = (np.full((2, 3), epoch + step / 10, np.float32), np.array([epoch], np.int64))
    return TrainingState(
        weights,
        np.arange(epoch) + 0.5,
        accuracy=np.arange(epoch) + 0.1,
        epoch_seconds=np.arange(epoch) + 2.0,
        step_cost=np.float32([1, 2]),
        running_cost=np.arange(step, dtype=np.float32),
        running_seconds=np.array(0.25),
        training={"epochs": 9, "hidden_units": [256, 256]},
    )


def equal(one: TrainingState, other: TrainingState) -> bool:
    """Whether two states are the same to the bit, types included."""
    pairs = [*zip(one.variables, other.variables, strict=True)]
    names = [field.name for field in dataclasses.fields(one)]
    arrays = [name for name in names if name not in ("variables", "training")]
    pairs += [(getattr(one, name), getattr(other, name)) for name in arrays]
    return one.training == other.training and all(
        (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes()) for a, b in pairs
    )


@pytest.fixture
def folder(tmp_path):
    return RunFolder(tmp_path, ())


def checkpoints(folder, **changes) -> Checkpoints:
    return Checkpoints(folder, CONDITIONS | changes)


def names(folder) -> list[str]:
    """The beginnings of the checkpoints' names, which say how far the training had come."""
    return sorted(path.name[:-21] for path in folder.path.iterdir())


def newest(folder):
    return max(folder.path.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]))


def test_the_last_two_are_kept_and_the_last_one_is_read(folder):
    writer = checkpoints(folder)
    for epoch in range(1, 12):
        writer.save(state(epoch))
    assert names(folder) == ["checkpoint-10-0", "checkpoint-11-0"]
    assert equal(checkpoints(folder).latest(), state(11))


def test_one_of_the_middle_of_an_epoch_is_later_than_that_epochs_beginning(folder):
    writer = checkpoints(folder)
    writer.save(state(3))
    writer.save(state(3, step=20))
    assert equal(checkpoints(folder).latest(), state(3, step=20))


def test_a_folder_without_checkpoints_or_none_at_all_has_none(folder, tmp_path):
    (tmp_path / "checkpoint-1-0-mine.npz").write_text("not ours")
    assert checkpoints(folder).latest() is None
    assert checkpoints(RunFolder(tmp_path / "none", ())).latest() is None


def test_any_byte_changed_any_length_cut_makes_the_one_before_be_used(folder, recwarn):
    writer = checkpoints(folder)
    writer.save(state(1))
    writer.save(state(2))
    path = newest(folder)
    whole = path.read_bytes()
    dice = random.Random(1)
    damages = [whole[:cut] for cut in (0, *dice.sample(range(len(whole)), 20), len(whole) - 1)]
    damages += [
        whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :]
        for place in (0, *dice.sample(range(len(whole)), 50), len(whole) - 1)
    ]
    for damage in damages:
        path.write_bytes(damage)
        with pytest.warns(InputWarning, match=f"{re.escape(path.name)} is damaged, "):
            assert equal(checkpoints(folder).latest(), state(1))
    path.unlink()
    assert equal(checkpoints(folder).latest(), state(1))
    assert not recwarn


def test_a_damaged_one_gives_way_to_the_next_that_is_written(folder):
    writer = checkpoints(folder)
    writer.save(state(1))
    writer.save(state(2))
    newest(folder).write_bytes(b"")
    resumed = checkpoints(folder)
    with pytest.warns(InputWarning, match="is damaged"):
        assert resumed.latest().epoch == 1
    resumed.save(state(2))
    assert names(folder) == ["checkpoint-1-0", "checkpoint-2-0"]
    assert equal(checkpoints(folder).latest(), state(2))


def test_where_all_are_damaged_each_is_named(folder, recwarn):
    writer = checkpoints(folder)
    for epoch in (1, 2):
        writer.save(state(epoch))
    for path in folder.path.iterdir():
        path.write_bytes(b"")
    faults = r"but checkpoint-2-.* is damaged.*checkpoint-1-.* is damaged"
    with pytest.raises(InputError, match=faults):
        checkpoints(folder).latest()
    assert not recwarn  # the error says it all


def test_who_trained_before_is_kept_through_all_resumptions(folder):
    first = checkpoints(folder, command="a", machine={"cores": 2})
    first.save(state(1))
    second = checkpoints(folder, command="b", machine={"cores": 4})
    with pytest.warns(InputWarning, match="cores 2 there, 4 here"):
        second.latest()
    second.save(state(3))
    third = checkpoints(folder, command="c", machine={"cores": 4})
    third.latest()
    assert third.earlier == [
        {"epochs": 1, "command": "a", "machine": {"cores": 2}},
        {"epochs": 3, "command": "b", "machine": {"cores": 4}},
    ]


def test_one_of_another_configuration_or_data_is_refused_by_what_differs(folder):
    checkpoints(folder).save(state(1))
    other = {"epochs": 12, "seed": 1}
    with pytest.raises(InputError, match="epochs 9 there, 12 here"):
        checkpoints(folder, config=other).latest()
    with pytest.raises(InputError, match=r"examples, .*abababababababab\.\.\. there, cdcd"):
        checkpoints(folder, data_sha256="cd" * 32).latest()


def test_one_of_another_version_is_refused_by_the_settings_that_only_one_of_them_has(folder):
    checkpoints(folder).save(state(1))
    here = {"epochs": 9, "seed": 1, "limit": None}
    with pytest.raises(InputError, match=r"of another version \(limit\)"):
        checkpoints(folder, config=here).latest()


def test_another_machine_is_warned_of_and_the_training_goes_on(folder):
    checkpoints(folder).save(state(1))
    with pytest.warns(InputWarning, match="cores 2 there, 8 here"):
        assert checkpoints(folder, machine={"cores": 8}).latest().epoch == 1


class Code:
    """Runs something when it is unpickled."""

    def __reduce__(self):
        return (print, ("run",))


@pytest.mark.parametrize(
    "content",
    [
        b"an archive of tomorrow",
        to_bytes(state(1), {"config": {}, "data_sha256": ""}),
        to_bytes(state(1), []),
        to_bytes(state(1), CONDITIONS | {"machine": [2]}),
        to_bytes(dataclasses.replace(state(1), training=[1]), CONDITIONS),
        to_bytes(dataclasses.replace(state(1), cost=np.zeros(2)), CONDITIONS),
        to_bytes(dataclasses.replace(state(1), running_cost=np.zeros((2, 2))), CONDITIONS),
        to_bytes(dataclasses.replace(state(1), running_seconds=np.zeros(2)), CONDITIONS),
        to_bytes(dataclasses.replace(state(1), variables=(np.array([Code()]),)), CONDITIONS),
    ],
    ids=[
        *(
            "text",
            "no machine",
            "a list",
            "another machine",
            "no training",
            "a cost too many",
            "a table",
        ),
        *("a list of seconds", "code"),
    ],
)
def test_one_of_another_version_or_with_code_is_refused(content, capsys):
    with pytest.raises(InputError, match="as this version of tf_edureka writes them"):
        from_bytes("here", content)
    assert capsys.readouterr().out == ""


def test_one_that_cannot_be_read_is_named_and_the_one_before_used(folder):
    checkpoints(folder).save(state(1))
    (folder.path / f"checkpoint-2-0-{'ab' * 8}.npz").mkdir()
    with pytest.warns(InputWarning, match=r"cannot be read \(Is a directory\)"):
        assert checkpoints(folder).latest().epoch == 1


def test_a_run_that_replaces_another_deletes_its_checkpoints_before_it_writes_any(folder):
    for epoch in (7, 8):
        checkpoints(folder).save(state(epoch))
    seen, write = [], folder.write
    folder.write = lambda name: seen.append(names(folder)) or write(name)
    checkpoints(folder, config={"seed": 2}).save(state(1))
    assert (seen, names(folder)) == ([[]], ["checkpoint-1-0"])


def test_what_cannot_be_written_leaves_the_ones_before(folder, monkeypatch):
    writer = checkpoints(folder)
    writer.save(state(1))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match="No space left"):
        writer.save(state(2))
    assert names(folder) == ["checkpoint-1-0"]
    assert equal(checkpoints(folder).latest(), state(1))


arrays = npst.arrays(
    st.sampled_from([np.float32, np.float64, np.int64, np.uint32]),
    npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)


def lists(count: int):
    return npst.arrays(np.float64, (count,))


# Three of one length, two of their own, a number.
columns = st.integers(0, 4).flatmap(
    lambda epochs: st.fixed_dictionaries(
        {
            **dict.fromkeys(("cost", "accuracy", "epoch_seconds"), lists(epochs)),
            "step_cost": lists(2),
            "running_cost": lists(3),
            "running_seconds": npst.arrays(np.float64, ()),
        }
    )
)


@given(variables=st.lists(arrays, max_size=4), columns=columns)
def test_any_state_comes_back_to_the_bit(variables, columns):
    before = TrainingState(tuple(variables), **columns, training={"seed": 1})
    after, conditions = from_bytes("here", to_bytes(before, CONDITIONS))
    assert equal(before, after)
    assert conditions == CONDITIONS


configs = st.builds(
    MlpConfig.tuned,
    learning_rate=st.floats(1e-37, 1e37),
    label_smoothing=st.floats(0, 0.99),
    distortion=st.none() | st.builds(Distortion, turn=st.floats(0, 180)),
    hidden_units=st.lists(st.integers(1, 10**6), min_size=1, max_size=3).map(tuple),
    epochs=st.integers(1, 10**6),
    seed=st.integers(0, 2**31 - 1),
)


@given(one=configs, other=configs)
def test_configurations_are_told_apart_after_a_way_through_json_too(one, other):
    there, here = (json.loads(json.dumps(dataclasses.asdict(config))) for config in (one, other))
    assert (differences(there, here) == []) == (one == other)
    assert differences(there, there) == []


def test_differences_are_named_at_any_depth():
    there = {"epochs": 15, "distortion": {"turn": 15.0, "shift": 2.0}, "only": 1}
    here = {"epochs": 15, "distortion": {"turn": 10.0, "shift": 2.0}, "new": True}
    assert differences({"limit": None}, {}) == ["limit null there, nothing here"]  # not the same
    assert differences(there, here) == [
        "distortion turn 15.0 there, 10.0 here",
        "only 1 there, nothing here",
        "new nothing there, true here",
    ]
