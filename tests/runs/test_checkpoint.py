import dataclasses
import hashlib
import io
import json
import math
import os
import random
import re
import struct
import warnings
import zipfile

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as npst

from tf_edureka.config import Distortion, MlpConfig
from tf_edureka.errors import InputError, InputWarning
from tf_edureka.runs import checkpoint
from tf_edureka.runs.checkpoint import Checkpoints, from_bytes, to_bytes
from tf_edureka.runs.folder import RunFolder
from tf_edureka.runs.state import TrainingState, differences

CONDITIONS = {"config": {"epochs": 9, "seed": 1}, "data_sha256": "ab" * 32, "machine": {"cores": 2}}


def state(epoch: int, step: int = 0) -> TrainingState:
    """The state of a training after some epochs and steps."""
    weights = (np.full((2, 3), epoch + step / 10, np.float32), np.array([epoch], np.int64))
    return TrainingState(
        weights,
        np.arange(epoch) + 0.5,
        accuracy=np.arange(epoch) / 100,
        epoch_seconds=np.arange(epoch) + 2.0,
        step_cost=np.float32([1, 2]),
        running_cost=np.arange(step, dtype=np.float32),
        running_seconds=np.array(0.25),
        training={"epochs": 9, "hidden_units": [256, 256]},
    )


def equal(one: TrainingState, other: TrainingState) -> bool:
    """True if two states are bit-identical, types included."""
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
    return Checkpoints(folder, CONDITIONS | changes, weights=6)


def names(folder) -> list[str]:
    """The starts of the checkpoints' names, which contain the training's position."""
    return sorted(path.name[:-21] for path in folder.path.iterdir())


def newest(folder):
    return max(folder.path.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]))


def test_the_last_two_are_kept_and_the_last_one_is_read(folder):
    writer = checkpoints(folder)
    for epoch in range(1, 12):
        writer.save(state(epoch))
    assert names(folder) == ["checkpoint-10-0", "checkpoint-11-0"]
    assert equal(checkpoints(folder).latest(), state(11))


def test_checkpoint_within_an_epoch_is_newer_than_that_at_its_start(folder):
    writer = checkpoints(folder)
    writer.save(state(3))
    writer.save(state(3, step=20))
    assert equal(checkpoints(folder).latest(), state(3, step=20))


def test_folder_without_checkpoints_and_missing_folder_have_none(folder, tmp_path):
    (tmp_path / "checkpoint-1-0-mine.npz").write_text("not ours")
    assert checkpoints(folder).latest() is None
    assert checkpoints(RunFolder(tmp_path / "none", ())).latest() is None


def test_any_changed_byte_or_truncation_makes_the_previous_checkpoint_used(folder, recwarn):
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
        with pytest.warns(InputWarning, match=f"{re.escape(path.name)} is damaged: "):
            assert equal(checkpoints(folder).latest(), state(1))
    path.unlink()
    assert equal(checkpoints(folder).latest(), state(1))
    assert not recwarn


def test_damaged_checkpoint_is_deleted_by_the_next_save(folder):
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


def test_if_all_are_damaged_each_is_named(folder, recwarn):
    writer = checkpoints(folder)
    for epoch in (1, 2):
        writer.save(state(epoch))
    for path in folder.path.iterdir():
        path.write_bytes(b"")
    faults = r"but checkpoint-2-.* is damaged.*checkpoint-1-.* is damaged"
    with pytest.raises(InputError, match=faults):
        checkpoints(folder).latest()
    assert not recwarn  # no warning besides the error


def test_record_of_earlier_processes_survives_all_resumptions(folder):
    first = checkpoints(folder, command="a", machine={"cores": 2})
    first.save(state(1))
    second = checkpoints(folder, command="b", machine={"cores": 4})
    with pytest.warns(InputWarning, match=r"cores 2 \(here 4\)"):
        second.latest()
    second.save(state(3))
    third = checkpoints(folder, command="c", machine={"cores": 4})
    third.latest()
    assert third.earlier == [
        {"epochs": 1, "command": "a", "machine": {"cores": 2}},
        {"epochs": 3, "command": "b", "machine": {"cores": 4}},
    ]


def test_checkpoint_of_another_configuration_or_data_is_rejected_with_the_differences(folder):
    checkpoints(folder).save(state(1))
    other = {"epochs": 12, "seed": 1}
    with pytest.raises(InputError, match=r"epochs 9 \(here 12\)"):
        checkpoints(folder, config=other).latest()
    with pytest.raises(InputError, match=r"examples: SHA-256 abababababababab\.\.\. \(here cdcd"):
        checkpoints(folder, data_sha256="cd" * 32).latest()


def test_checkpoint_of_another_version_is_rejected_with_the_unmatched_settings(folder):
    checkpoints(folder).save(state(1))
    here = {"epochs": 9, "seed": 1, "limit": None}
    with pytest.raises(InputError, match=r"of another version \(limit\)"):
        checkpoints(folder, config=here).latest()


def test_another_machine_gives_a_warning_and_the_training_resumes(folder):
    checkpoints(folder).save(state(1))
    with pytest.warns(InputWarning, match=r"cores 2 \(here 8\)"):
        assert checkpoints(folder, machine={"cores": 8}).latest().epoch == 1


class Code:
    """Runs code when it is unpickled."""

    def __reduce__(self):
        return (print, ("run",))


def archive(write=np.savez, **changes) -> bytes:
    """A checkpoint with some arrays replaced, as an attacker can write it."""
    with np.load(io.BytesIO(to_bytes(state(1), CONDITIONS))) as whole:
        arrays = dict(whole) | changes
    file = io.BytesIO()
    write(file, **{name: array for name, array in arrays.items() if array is not None})
    return file.getvalue()


def said(**changes) -> dict[str, np.ndarray]:
    return {"conditions": np.array(json.dumps(CONDITIONS | changes))}


def with_member(content: bytes) -> bytes:
    """A checkpoint with this content in place of a variable."""
    file = io.BytesIO(archive(variable_1=None))
    with zipfile.ZipFile(file, "a") as changed:
        changed.writestr("variable_1.npy", content)
    return file.getvalue()


def rewritten(times: int = 1, **options) -> bytes:
    """A checkpoint with each file `times` times, and unused space at its end."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive())) as whole,
        zipfile.ZipFile(file, "w", **options) as made,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        made.comment = bytes(50_000)
        for name in whole.namelist() * times:
            made.writestr(name, whole.read(name))
    return file.getvalue()


def npy(shape: object, more: bytes = b"") -> bytes:
    """A .npy file whose header announces a float32 array."""
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text.encode() + more


def encrypted(content: bytes) -> bytes:
    changed = bytearray(content)
    for begin, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        for found in re.finditer(re.escape(begin), content):
            changed[found.start() + flags] |= 1
    return bytes(changed)


def listed_twice(content: bytes) -> bytes:
    """The archive with its list of files twice, the second time with other names."""
    first, end = content.find(b"PK\1\2"), content.find(b"PK\5\6")
    files = content[first:end] + content[first:end].replace(b".npy", b".npz")
    count = files.count(b"PK\1\2")
    last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(files), first, 0)
    return content[:first] + files + last


HALVES = np.full(5, 0.5)
FORGED = {
    "text": b"an archive of tomorrow",
    "nothing": b"",
    "code": archive(variable_0=np.array([Code()])),
    "no machine": archive(conditions=np.array(json.dumps(CONDITIONS | {"machine": None}))),
    "conditions in a list": archive(conditions=np.array("[]")),
    "a machine in a list": archive(**said(machine=[2])),
    "a training in a list": archive(training=np.array("[1]")),
    "a command that is a number": archive(**said(command=5)),
    "earlier ones that are none": archive(**said(earlier="abc")),
    "earlier ones that are numbers": archive(**said(earlier=[5])),
    "a digest that is a number": archive(**said(data_sha256=5)),
    "a number that is not finite": archive(**said(machine={"cores": math.inf})),
    "a number too large": archive(conditions=np.array('{"config": {"epochs": 1e400}}')),
    "brackets": archive(conditions=np.array("[" * 100_000)),
    "braces": archive(training=np.array('{"a":' * 100_000)),
    "a list deep in lists": archive(training=np.array(f'{{"a": {"[" * 50}{"]" * 50}}}')),
    "a long text": archive(training=np.array(f'{{"a": "{"x" * 2**22}"}}')),
    "conditions of no text": archive(conditions=np.array(5)),
    "a cost too many": archive(cost=np.zeros(2)),
    "a table of costs": archive(running_cost=np.zeros((2, 2))),
    "a list of seconds": archive(running_seconds=np.zeros(2)),
    "costs in words": archive(cost=np.array(["1"])),
    "complex costs": archive(cost=np.array([1j])),
    "costs of the other byte order": archive(cost=np.array([1], ">f8")),
    "costs with names": archive(cost=np.zeros(1, [("a", "f8")])),
    "dates": archive(epoch_seconds=np.zeros(1, "M8[s]")),
    "no costs": archive(cost=None),
    "another array": archive(other=HALVES),
    "costs that are no numbers": archive(
        cost=HALVES * np.nan, accuracy=HALVES, epoch_seconds=HALVES
    ),
    "an accuracy above 1": archive(accuracy=np.array([1.5])),
    "a NaN accuracy": archive(accuracy=np.array([np.nan])),
    "negative seconds": archive(epoch_seconds=np.array([-1.0])),
    "a clock without a number": archive(running_seconds=np.array(np.inf)),
    "a variable that is missing": archive(variable_0=None),
    "a bomb": archive(np.savez_compressed, variable_0=np.zeros(10**6)),
    "encrypted": encrypted(archive()),
    "packed": rewritten(compression=zipfile.ZIP_BZIP2),
    "names twice": rewritten(times=2),
    "contents twice": listed_twice(archive()),
    "a million files": b"PK\1\2" * 10**6 + archive(),
    "an array of 4 TB": with_member(npy((10**6, 10**6), b"abcd")),
    "an array of many dimensions": with_member(npy((1,) * 99, b"abcd")),
    "an array of negative size": with_member(npy((-1, -1), b"abcd")),
    "an array that ends early": with_member(npy((2,), b"abcd")),
    "an array that goes on": with_member(npy((1,), b"abcdefgh")),
    "a header in Python 2": with_member(npy("(1L,)", b"abcd")),
    "a header of brackets": with_member(npy("(" * 5000, b"abcd")),
    "an array of tomorrow": with_member(b"\x93NUMPY\x09\0"),
    "no array": with_member(b"cos\nsystem\n(S'true'\ntR."),
}


def test_repacked_checkpoint_is_accepted(recwarn):
    assert equal(from_bytes("here", rewritten())[0], state(1))


@pytest.mark.parametrize("content", FORGED.values(), ids=FORGED)
def test_forged_or_foreign_checkpoint_is_rejected_in_one_line(content, capsys, recwarn):
    with pytest.raises(InputError, match="a checkpoint of this version of tf_edureka") as refused:
        from_bytes("here", content)
    assert len(str(refused.value)) < 400
    assert capsys.readouterr().out == ""
    assert not recwarn


def test_forged_checkpoint_is_rejected_under_the_right_name_too(folder):
    content = to_bytes(state(1), CONDITIONS)
    for position in ("1-1", "2-0"):
        name = f"checkpoint-{position}-{hashlib.sha256(content).hexdigest()[:16]}.npz"
        (folder.path / name).write_bytes(content)
        with pytest.raises(InputError, match="its name has another epoch or step"):
            checkpoints(folder).latest()


def test_long_list_of_differences_is_truncated(folder):
    checkpoints(folder, config={"epochs": "9" * 10**6, "seed": 1}).save(state(1))
    with pytest.raises(InputError, match='got one with epochs "999') as refused:
        checkpoints(folder).latest()
    assert len(str(refused.value)) < 1000
    checkpoints(folder, config={"x" * 10**6: 1}).save(state(1))
    with pytest.raises(InputError, match="of another version") as refused:
        checkpoints(folder).latest()
    assert len(str(refused.value)) < 1000


def test_unreadable_checkpoint_is_named_and_the_previous_one_used(folder):
    checkpoints(folder).save(state(1))
    path = folder.path / f"checkpoint-2-0-{'ab' * 8}.npz"
    path.mkdir()
    fault = f"{folder.path}: {path.name}: expected a checkpoint, got a folder"
    with pytest.warns(InputWarning, match=fault):
        assert checkpoints(folder).latest().epoch == 1


def test_pipes_and_endless_files_are_rejected(folder):
    checkpoints(folder).save(state(1))
    path = folder.path / f"checkpoint-2-0-{'ab' * 8}.npz"
    os.mkfifo(path)
    with pytest.warns(InputWarning, match="expected a checkpoint, got a pipe"):
        assert checkpoints(folder).latest().epoch == 1
    path.unlink()
    with path.open("wb") as file:
        file.truncate(10**12)
    with pytest.warns(InputWarning, match=r"at most \d+ bytes, got a longer one"):
        assert checkpoints(folder).latest().epoch == 1


def test_a_run_that_replaces_another_deletes_its_checkpoints_before_it_writes_any(folder):
    for epoch in (7, 8):
        checkpoints(folder).save(state(epoch))
    seen, write = [], folder.write
    folder.write = lambda name: seen.append(names(folder)) or write(name)
    checkpoints(folder, config={"seed": 2}).save(state(1))
    assert (seen, names(folder)) == ([[]], ["checkpoint-1-0"])


def test_largest_file_that_is_read_grows_with_the_number_of_weights(folder, monkeypatch):
    monkeypatch.setattr(checkpoint, "_MAX_OTHER_BYTES", 10_000)
    large = dataclasses.replace(state(1), variables=(np.zeros((3, 10_000), np.float32),))
    Checkpoints(folder, CONDITIONS, weights=10_000).save(large)
    assert equal(Checkpoints(folder, CONDITIONS, weights=10_000).latest(), large)
    with pytest.raises(InputError, match="of at most 74000 bytes, got a longer one"):
        Checkpoints(folder, CONDITIONS, weights=1_000).latest()


def test_failed_write_keeps_the_earlier_checkpoints(folder, monkeypatch):
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


def lists(*shape: int, **limits: float):
    return npst.arrays(np.float64, shape, elements=st.floats(**limits))


FINITE = {"min_value": -1e300, "max_value": 1e300}
TIMES = {"min_value": 0, "max_value": 1e300}
# Three columns of equal length, two of any length, a number.
columns = st.integers(0, 4).flatmap(
    lambda epochs: st.fixed_dictionaries(
        {
            "cost": lists(epochs, **FINITE),
            "accuracy": lists(epochs, min_value=0, max_value=1),
            "epoch_seconds": lists(epochs, **TIMES),
            "step_cost": lists(2, **FINITE),
            "running_cost": lists(3),
            "running_seconds": lists(**TIMES),
        }
    )
)


@given(variables=st.lists(arrays, max_size=4), columns=columns)
def test_any_state_is_restored_bit_identically(variables, columns):
    before = TrainingState(tuple(variables), **columns, training={"seed": 1})
    after, conditions = from_bytes("here", to_bytes(before, CONDITIONS))
    assert equal(before, after)
    assert conditions == CONDITIONS


configs = st.builds(
    MlpConfig.tuned,
    learning_rate=st.floats(1e-37, 1e37),
    label_smoothing=st.floats(0, 0.99),
    distortion=st.none() | st.builds(Distortion, turn=st.floats(0, 180)),
    hidden_units=st.lists(st.integers(1, 10**3), min_size=1, max_size=3).map(tuple),
    epochs=st.integers(1, 10**6),
    seed=st.integers(0, 2**31 - 1),
)


@given(one=configs, other=configs)
def test_configurations_are_distinguished_after_json_too(one, other):
    there, here = (json.loads(json.dumps(dataclasses.asdict(config))) for config in (one, other))
    assert (differences(there, here) == []) == (one == other)
    assert differences(there, there) == []


def test_differences_are_named_at_any_depth():
    there = {"epochs": 15, "distortion": {"turn": 15.0, "shift": 2.0}, "only": 1}
    here = {"epochs": 15, "distortion": {"turn": 10.0, "shift": 2.0}, "new": True}
    assert differences({"limit": None}, {}) == ["limit null (here missing)"]  # not the same
    assert differences(there, here) == [
        "distortion turn 15.0 (here 10.0)",
        "only 1 (here missing)",
        "new missing (here true)",
    ]
