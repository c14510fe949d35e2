"""Checkpoints, graphs and HDF5 files that TensorFlow 1.15.5 wrote, and damaged ones."""

import os
import random
import shutil
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
import tensorflow as tf
from checkpoint_files import (
    DATA,
    LAYERS,
    NAMES,
    arrays_in,
    bit_identical,
    golden_arrays,
    write_bundle,
)

from tf_edureka.errors import InputError
from tf_edureka.tf1 import checkpoint, child_process
from tf_edureka.tf1.checkpoint.content import OBJECT_SUFFIX, POWER, SLOT, STEP, WEIGHT

v1 = tf.compat.v1
BUNDLES = [
    name
    for name in NAMES
    if not name.startswith(("v1", "saved_model", "frozen", "keras")) or name == "keras_tf/weights"
]


def plain(name):
    """The name that a tensor of an object-based checkpoint has in other files of `tf.keras`."""
    scope, _, rest = name.removesuffix(OBJECT_SUFFIX).partition("/")
    if scope == "optimizer":
        return f"training/Adam/{rest}"
    weight, _, slot = rest.partition("/.OPTIMIZER_SLOT/optimizer/")
    name = f"{LAYERS[scope]}/{weight}"
    return f"training/Adam/{name}/{slot}" if slot else name


@pytest.mark.parametrize("name", NAMES)
def test_values_are_bit_identical_to_those_of_the_session(checkpoints, name):
    expected = arrays_in(golden_arrays(checkpoints, name), "values")
    read = {**checkpoint.read(checkpoints / name)}
    if name == "keras_tf/weights":
        read = {plain(one): value for one, value in read.items()}
        settings = ("beta_1", "beta_2", "decay", "learning_rate")
        for setting, value in zip(settings, (0.9, 0.999, 0.0, 0.01), strict=True):
            assert read.pop(f"training/Adam/{setting}") == np.float32(value)
    if name == "keras_weights.h5":
        expected = {k: v for k, v in expected.items() if not k.startswith("training/")}
    assert {*read} == {*expected}
    assert [one for one in expected if not bit_identical(read[one], expected[one])] == []


@pytest.mark.parametrize("name", BUNDLES)
def test_values_are_bit_identical_to_those_of_tensorflows_reader(checkpoints, name):
    reader = tf.train.load_checkpoint(str(checkpoints / name))
    read = checkpoint.read(checkpoints / name)
    assert {*read} == {*reader.get_variable_to_shape_map()} - {"_CHECKPOINTABLE_OBJECT_GRAPH"}
    assert [one for one in read if not bit_identical(read[one], reader.get_tensor(one))] == []


def roles_of(read):
    return {
        **{one.name: one.role for one in read.entries if one.role != SLOT},
        **{one.name: (one.of, one.slot) for one in read.entries if one.role == SLOT},
    }


def test_slots_are_recognised_with_their_variables(checkpoints):
    assert roles_of(checkpoint.read(checkpoints / "lstm")) == {
        **dict.fromkeys(
            ("rnn/basic_lstm_cell/kernel", "rnn/basic_lstm_cell/bias", "softmax_w", "softmax_b"),
            WEIGHT,
        ),
        **{
            f"{name}/{slot}": (name, slot)
            for name in (
                *("rnn/basic_lstm_cell/kernel", "rnn/basic_lstm_cell/bias"),
                *("softmax_w", "softmax_b"),
            )
            for slot in ("RMSProp", "RMSProp_1")
        },
    }


def test_slots_and_averages_created_in_a_scope_are_recognised_with_their_variables(checkpoints):
    weights = [f"model/{one}" for one in ("dense/kernel", "dense/bias")]
    weights += [f"model/{one}" for one in ("dense_1/kernel", "dense_1/bias")]
    kinds = ("Adam", "Adam_1", "ExponentialMovingAverage")
    assert roles_of(checkpoint.read(checkpoints / "ema")) == {
        **dict.fromkeys(weights, WEIGHT),
        **{f"train/{name}/{kind}": (name, kind) for name in weights for kind in kinds},
        "train/global_step": STEP,
        "train/beta1_power": POWER,
        "train/beta2_power": POWER,
    }


@pytest.mark.parametrize("name", NAMES)
def test_weights_are_the_tensors_that_are_not_an_optimizers(checkpoints, name):
    kept = ("Adam", "Momentum", "RMSProp", "Adagrad", "Adadelta", "Ftrl", "Average", "_power")
    kept += ("global_step", "optimizer", "training")
    read = checkpoint.read(checkpoints / name)
    weights = {one.name for one in read.of_role(WEIGHT)}
    assert weights == {one for one in read if not any(word in one for word in kept)}
    for one in read.of_role(SLOT):
        assert one.of in weights
        assert one.shape == read[one.of].shape


ORDERED = {
    "conv": [
        *("conv2d/kernel", "conv2d/bias"),
        *(f"batch_normalization/{one}" for one in ("gamma", "beta")),
        *(f"batch_normalization/{one}" for one in ("moving_mean", "moving_variance")),
        *("conv2d_1/kernel", "conv2d_1/bias", "dense/kernel", "dense/bias"),
        *("logits/kernel", "logits/bias"),
    ],
    "branches": [
        *("left/dense/kernel", "left/dense/bias", "left/dense_1/kernel", "left/dense_1/bias"),
        *("right/dense/kernel", "right/dense/bias", "right/dense_1/kernel", "right/dense_1/bias"),
        *("merged/kernel", "merged/bias"),
    ],
    "embedding": ["embeddings", "dense/kernel", "dense/bias"],
    "lstm": ["rnn/basic_lstm_cell/kernel", "rnn/basic_lstm_cell/bias", "softmax_w", "softmax_b"],
}


@pytest.mark.parametrize("name", ORDERED)
def test_entries_are_in_the_order_of_the_graph(checkpoints, name):
    read = checkpoint.read(checkpoints / name)
    assert read.is_ordered
    assert [one.name for one in read.of_role(WEIGHT)] == ORDERED[name]


def test_without_a_graph_entries_are_sorted_by_name_and_number(tmp_path):
    values = [f"Variable_{number}" for number in (10, 2, 1, 9)] + ["Variable", "layer10/b"]
    write_bundle(tmp_path / "model", dict.fromkeys([*values, "layer9/b"], (1,)), bytes(4))
    read = checkpoint.read(tmp_path / "model")
    assert not read.is_ordered
    assert [*read] == [
        *("Variable", "Variable_1", "Variable_2", "Variable_9", "Variable_10"),
        *("layer9/b", "layer10/b"),
    ]


PATHS = {
    "a prefix": ("conv", "conv"),
    "an index": ("conv.index", "conv"),
    "a graph": ("conv.meta", "conv"),
    "the file with the values": (f"conv.{DATA}", "conv"),
    "one of two files with values": ("sharded.data-00001-of-00002", "sharded"),
    "a file of version 1": ("v1", "v1"),
    "the prefix of shards of version 1": ("v1_sharded", "v1_sharded"),
    "one of two shards of version 1": ("v1_sharded-00001-of-00002", "v1_sharded"),
    "the folder of a SavedModel": ("saved_model", "saved_model"),
    "the file of a SavedModel": ("saved_model/saved_model.pb", "saved_model"),
    "the prefix in a SavedModel": ("saved_model/variables/variables", "saved_model"),
    "a folder with a file named checkpoint": ("keras_tf", "keras_tf/weights"),
    "a file named checkpoint": ("keras_tf/checkpoint", "keras_tf/weights"),
}


@pytest.mark.parametrize(("path", "name"), PATHS.values(), ids=PATHS)
def test_checkpoint_is_found_by(checkpoints, path, name):
    read, expected = checkpoint.read(checkpoints / path), checkpoint.read(checkpoints / name)
    assert {*read} == {*expected}
    assert all(bit_identical(read[one], expected[one]) for one in expected)
    assert read.path == checkpoints / path


def copied(checkpoints, folder, name="nesterov", to="model"):
    """Copies the files of a checkpoint into a folder, without its graph."""
    for file in checkpoints.glob(f"{name}.*"):
        if file.suffix not in (".npz", ".meta"):
            shutil.copy(file, folder / file.name.replace(name, to, 1))
    return folder / to


@pytest.mark.parametrize(
    "latest", ["model", "/home/somebody/model", r"C:\\runs\\model", "./runs/model"]
)
def test_latest_checkpoint_of_a_folder_is_found_after_a_move(checkpoints, tmp_path, latest):
    copied(checkpoints, tmp_path)
    copied(checkpoints, tmp_path, "ftrl", "other")
    (tmp_path / "checkpoint").write_text(
        f'model_checkpoint_path: "{latest}"\nall_model_checkpoint_paths: "other"\n'
    )
    assert len(checkpoint.read(tmp_path)) == len(checkpoint.read(checkpoints / "nesterov"))


def test_folder_with_one_checkpoint_is_read(checkpoints, tmp_path):
    copied(checkpoints, tmp_path)
    assert [*checkpoint.read(tmp_path)] == [*checkpoint.read(tmp_path / "model")]
    copied(checkpoints, tmp_path, "ftrl", "other")
    assert "one checkpoint in this folder, got 2: model, other" in rejected(tmp_path)


def checkpoint_of_many_dtypes(folder):
    """A checkpoint with a variable named `file` and values of many dtypes."""
    values = {
        "file": np.float32([[1, 2], [3, -0.0]]),
        "scalar": np.int64(-7),
        "nothing": np.zeros((0, 3), np.float64),
        "not a number": np.float32([np.nan, np.inf]),
        "flags": np.array([True, False]),
        "half": np.float16([0.1]),
        "complex": np.complex64([1 + 2j]),
        "folder/x:y": np.uint8([255]),
    }
    with tf.Graph().as_default(), v1.Session() as session:
        made = {name: v1.Variable(value) for name, value in values.items()}
        made["text"] = v1.Variable(["a string"])
        made["bfloat16"] = v1.Variable(tf.constant([1.5], tf.bfloat16))
        session.run(v1.global_variables_initializer())
        v1.train.Saver(made).save(session, str(folder / "odd"), write_meta_graph=False)
    return values, checkpoint.read(folder / "odd")


def test_npz_values_are_bit_identical_even_for_a_variable_named_file(tmp_path):
    values, read = checkpoint_of_many_dtypes(tmp_path)
    assert {*checkpoint.write(read, tmp_path / "all.npz")} == {"text", "bfloat16"}
    with np.load(tmp_path / "all.npz", allow_pickle=False) as written:
        assert {*written} == {*values}
        assert [name for name in values if not bit_identical(written[name], values[name])] == []


def test_safetensors_values_are_bit_identical(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy", reason="needs safetensors")
    values, read = checkpoint_of_many_dtypes(tmp_path)
    assert checkpoint.write(read, tmp_path / "all.safetensors") == ["text"]
    written = safetensors.load_file(tmp_path / "all.safetensors")
    assert {*written} == {*values, "bfloat16"}
    assert [name for name in values if not bit_identical(written[name], values[name])] == []
    assert written["bfloat16"].astype(np.float32) == [1.5]


def test_failed_write_is_reported_and_leaves_no_file(checkpoints, tmp_path):
    read = checkpoint.read(checkpoints / "nesterov")
    with pytest.raises(InputError, match=r"ends in \.npz or \.safetensors"):
        checkpoint.write(read, tmp_path / "all.txt")
    with pytest.raises(InputError, match=r"nowhere/all\.npz"):
        checkpoint.write(read, tmp_path / "nowhere" / "all.npz")
    damaged = copied(checkpoints, tmp_path)
    flip(Path(f"{damaged}.{DATA}"), 100)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError, match="cannot be read"):
        checkpoint.write(checkpoint.read(damaged), tmp_path / "all.npz")
    assert sorted(tmp_path.iterdir()) == before


def rejected(path):
    """Asserts that reading fails with one line, and returns it."""
    with pytest.raises(InputError) as caught:
        checkpoint.read(path).verify()
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def flip(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << place % 8
    path.write_bytes(content)


@pytest.mark.parametrize("place", [0, 1, 100, 375])
def test_flipped_bit_in_the_values_is_found(checkpoints, tmp_path, place):
    path = copied(checkpoints, tmp_path)
    flip(Path(f"{path}.{DATA}"), place)
    rejected(path)


@pytest.mark.parametrize("place", [0, 1, 40, 150, 250, 300, -1])
def test_flipped_bit_in_the_index_is_found(checkpoints, tmp_path, place):
    path = copied(checkpoints, tmp_path)
    flip(Path(f"{path}.index"), place)
    rejected(path)


# Some bytes, such as padding in a footer, have no meaning.
@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "name"),
    [
        *((f"nesterov.{part}", "nesterov") for part in (DATA, "index", "meta")),
        *(("v1", "v1"), ("saved_model/saved_model.pb", "saved_model")),
    ],
)
def test_no_flipped_bit_changes_values_unnoticed(checkpoints, tmp_path, file, name):
    expected = arrays_in(golden_arrays(checkpoints, name), "values")
    shutil.copytree(checkpoints, tmp_path / "all")
    changed = tmp_path / "all" / file
    content = changed.read_bytes()
    refusals = 0
    for place in random.Random(1).sample(range(len(content)), 60):
        flip(changed, place)
        try:
            read = {**checkpoint.read(tmp_path / "all" / name)}
        except InputError:
            refusals += 1
        else:
            assert {*read} == {*expected}
            assert all(bit_identical(read[one], expected[one]) for one in expected)
        changed.write_bytes(content)
    assert refusals > 10


def truncated(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGES = {
    "empty": lambda path: path.write_bytes(b""),
    "truncated": truncated,
    "garbage": lambda path: path.write_bytes(random.Random(1).randbytes(500)),
    "text": lambda path: path.write_text("a text\n" * 50),
    "missing": Path.unlink,
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}
FILES = {
    "nesterov.index": "nesterov",
    f"nesterov.{DATA}": "nesterov",
    "nesterov.meta": "nesterov",
    "sharded.data-00001-of-00002": "sharded",
    "v1": "v1",
    "v1_sharded-00001-of-00002": "v1_sharded",
    "frozen.pb": "frozen.pb",
    "saved_model/saved_model.pb": "saved_model",
    f"saved_model/variables/variables.{DATA}": "saved_model",
    "saved_model/variables/variables.index": "saved_model",
    "keras.h5": "keras.h5",
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "damage"),
    [
        (file, damage)
        for file in FILES
        for damage in DAMAGES
        if file != "nesterov.meta" or damage not in ("missing", "a folder")  # it needs no graph
    ],
)
def test_damaged_file_is_rejected_with_one_line(checkpoints, tmp_path, file, damage):
    shutil.copytree(checkpoints, tmp_path / "all")
    DAMAGES[damage](tmp_path / "all" / file)
    rejected(tmp_path / "all" / FILES[file])


@pytest.mark.parametrize(
    ("missing", "name", "says"),
    [
        ("sharded.data-00000-of-00002", "sharded", "expected {} next to it, got none"),
        ("v1_sharded-00000-of-00002", "v1_sharded", "expected {} next to it, got none"),
        ("nesterov.index", "nesterov", "{}: expected the index of the checkpoint, got none"),
        ("v1", "v1", "expected a checkpoint, a frozen graph, a SavedModel or an HDF5 file"),
        ("saved_model/variables/variables.index", "saved_model", "{}: expected the index"),
    ],
)
def test_missing_part_is_named(checkpoints, tmp_path, missing, name, says):
    shutil.copytree(checkpoints, tmp_path / "all")
    (tmp_path / "all" / missing).unlink()
    (tmp_path / "all" / "v1.meta").unlink()
    assert says.format(Path(missing).name) in rejected(tmp_path / "all" / name)


def test_nonexistent_checkpoint_is_rejected(tmp_path):
    assert "got none" in rejected(tmp_path / "nothing")
    assert "got none" in rejected(tmp_path / "nowhere" / "nothing")


def test_values_of_another_checkpoint_are_rejected(checkpoints, tmp_path):
    for name in ("nesterov", "adadelta"):
        copied(checkpoints, tmp_path, name, name)
    shutil.copy(tmp_path / f"adadelta.{DATA}", tmp_path / f"nesterov.{DATA}")
    assert "cannot be read" in rejected(tmp_path / "nesterov")


def test_files_of_other_kinds_are_rejected(tmp_path):
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("config.json", "{}")
    assert "got a zip archive; keras.models.load_model" in rejected(tmp_path / "model.keras")
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["x"] = [1.0]
    assert "expected a file of Keras 2" in rejected(tmp_path / "data.h5")
    (tmp_path / "empty").mkdir()
    assert "one checkpoint in this folder, got none" in rejected(tmp_path / "empty")


@pytest.fixture
def keras_file(checkpoints, tmp_path):
    """An HDF5 file of weights to modify, the path of one weight in it, and its value."""
    path, place = tmp_path / "weights.h5", "dense/dense/kernel:0"
    shutil.copy(checkpoints / "keras_weights.h5", path)
    with h5py.File(path) as file:
        value = file[place][()]
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["kernel"] = value
    (tmp_path / "secret").write_bytes(value.tobytes())
    return path, place, value


def external_link(file, place, value, folder):
    file[place] = h5py.ExternalLink(folder / "other.h5", "kernel")


def soft_link(file, place, value, folder):
    file["kernel"] = value
    file[place] = h5py.SoftLink("/kernel")


def link_of_a_group(file, place, value, folder):
    with h5py.File(folder / "other.h5", "a") as other:
        other["group/kernel:0"] = value
    group = place.rpartition("/")[0]
    del file[group]
    file[group] = h5py.ExternalLink(folder / "other.h5", "group")


def external_storage(file, place, value, folder):
    stored = [(folder / "secret", 0, value.nbytes)]
    file.create_dataset(place, value.shape, value.dtype, external=stored)


def virtual(file, place, value, folder):
    layout = h5py.VirtualLayout(value.shape, value.dtype)
    layout[:] = h5py.VirtualSource(folder / "other.h5", "kernel", value.shape)
    file.create_virtual_dataset(place, layout)


@pytest.mark.parametrize(
    "points", [external_link, soft_link, link_of_a_group, external_storage, virtual]
)
def test_links_out_of_an_hdf5_file_are_not_followed(keras_file, tmp_path, points):
    path, place, value = keras_file
    with h5py.File(path, "a") as file:
        del file[place]
        points(file, place, value, tmp_path)
    with h5py.File(path) as file:
        assert bit_identical(file[place][()], value)  # HDF5 itself follows the link
    assert "in the file itself" in rejected(path)


@pytest.mark.slow
def test_file_that_crashes_tensorflows_reader_is_rejected_and_the_next_is_read(
    checkpoints, tmp_path
):
    write_bundle(tmp_path / "right", {"w": (2,)}, bytes(8))
    assert checkpoint.read(tmp_path / "right")["w"].tolist() == [0, 0]
    write_bundle(tmp_path / "hostile", {"w": (-1,)}, bytes(8))
    starts = child_process.shared.starts
    assert "it is damaged (its process was killed by signal" in rejected(tmp_path / "hostile")
    assert len(checkpoint.read(checkpoints / "nesterov")) == 8
    assert child_process.shared.starts == starts + 1


@pytest.mark.parametrize("shape", [(2**40,), (3,), (1,), (0,), ()])
def test_index_with_a_wrong_size_is_rejected(tmp_path, shape):
    write_bundle(tmp_path / "hostile", {"w": shape}, bytes(8))
    assert " w cannot be read" in rejected(tmp_path / "hostile")


def test_named_pipe_is_rejected_without_waiting(checkpoints, tmp_path):
    path = copied(checkpoints, tmp_path)
    data = Path(f"{path}.{DATA}")
    data.unlink()
    os.mkfifo(data)
    assert "got none" in rejected(path)
    os.mkfifo(tmp_path / "pipe")
    assert "got none" in rejected(tmp_path / "pipe")


@pytest.mark.parametrize("damage", ["truncated", "garbage"])
@pytest.mark.parametrize("file", ["nesterov", "sharded"])
def test_truncated_values_do_not_crash_the_reader(checkpoints, tmp_path, file, damage):
    shutil.copytree(checkpoints, tmp_path / "all")
    (last,) = [*(tmp_path / "all").glob(f"{file}.data-*")][-1:]
    DAMAGES[damage](last)
    assert "its process" not in rejected(tmp_path / "all" / file)


def test_relative_path_starts_from_the_current_folder(checkpoints, tmp_path, monkeypatch):
    copied(checkpoints, tmp_path)
    expected = checkpoint.read(
        checkpoints / "nesterov"
    )  # the reading process has started, in this folder
    monkeypatch.chdir(tmp_path)
    read = checkpoint.read("model")
    assert {*read} == {*expected}
    assert all(bit_identical(read[name], expected[name]) for name in expected)
