import io
import os
import random
import re

import numpy as np
import pytest
from trainings import without_xla

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.errors import InputError
from tf_edureka.legacy import mlp as legacy_mlp
from tf_edureka.runs import snapshots
from tf_edureka.runs.folder import RunFolder


def weights(*sizes: int, value: float = 0.5) -> list[np.ndarray]:
    """Weights of a network with layers of these sizes."""
    shapes = [shape for i, o in zip(sizes[:-1], sizes[1:], strict=True) for shape in ((i, o), (o,))]
    return [np.full(shape, value, np.float32) for shape in shapes]


@pytest.fixture
def folder(tmp_path):
    return RunFolder(tmp_path, ())


def test_snapshots_are_read_back_bit_identically_by_epoch(folder):
    numbers = np.random.default_rng(1)
    wanted = {
        epoch: [numbers.normal(size=one.shape).astype(np.float32) for one in weights(5, 4, 3, 2)]
        for epoch in (10_000, 3, 0)
    }
    wanted[3][0][0] = np.nan, np.inf, -np.inf, -0.0  # a training may reach NaN and inf
    for epoch, one in wanted.items():
        snapshots.write(folder, epoch, one)
    found = snapshots.read(folder.path)
    assert list(found) == [0, 3, 10_000]
    for epoch, arrays in found.items():
        assert [one.dtype for one in arrays] == [np.float32] * 6
        assert [one.tobytes() for one in arrays] == [one.tobytes() for one in wanted[epoch]]


def test_numpy_reads_a_snapshot_with_the_layers_by_number(folder):
    snapshots.write(folder, 7, weights(5, 4, 2))
    with np.load(folder.path / "snapshot-0007.npz", allow_pickle=False) as file:
        shapes = {name: array.shape for name, array in file.items()}
    assert shapes == {"kernel_1": (5, 4), "bias_1": (4,), "kernel_2": (4, 2), "bias_2": (2,)}


def test_other_files_are_not_snapshots(folder, tmp_path):
    for name in ("snapshot-1.npz", "snapshot-00001.npz", "snapshot-mine.npz", "snapshot--001.npz"):
        (tmp_path / name).write_text("not ours")
    assert snapshots.read(tmp_path) == snapshots.read(tmp_path / "none") == {}


@pytest.mark.parametrize("hidden", [(4,), (6, 6, 6)])
@pytest.mark.parametrize(
    ("train", "config"),
    [(without_xla, MlpConfig.tuned), (legacy_mlp.train, MlpConfig.article)],
    ids=["modern", "legacy"],
)
def test_the_weights_are_found_in_the_states_of_both_implementations(data, train, config, hidden):
    states = []
    config = config(epochs=1, hidden_units=hidden)
    wanted = train(config, data, save=states.append).weights
    variables = mlp.without_batch_norm(config, states[-1].variables)
    found = snapshots.weights_of(variables, len(hidden) + 1)
    assert [one.tobytes() for one in found] == [one.tobytes() for one in wanted]


def packed(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


class Code:
    """Runs code when it is unpickled."""

    def __reduce__(self):
        return (print, ("run",))


KERNEL, BIAS = weights(5, 4)
LAYER = {"kernel_1": KERNEL, "bias_1": BIAS}
COMPRESSED = io.BytesIO()
np.savez_compressed(COMPRESSED, **LAYER)
FORGED = {
    "text": (b"weights", "File is not a zip file"),
    "nothing": (b"", "File is not a zip file"),
    "compressed": (COMPRESSED.getvalue(), "it is compressed"),
    "code": (packed(kernel_1=np.array([Code()]), bias_1=BIAS), ""),
    "no arrays": (packed(), "it has the arrays "),
    "no bias": (packed(kernel_1=KERNEL), "it has the arrays kernel_1"),
    "an array too many": (packed(**LAYER, gamma_1=BIAS), "bias_1, gamma_1, kernel_1"),
    "a layer that is missing": (packed(**LAYER, kernel_3=KERNEL, bias_3=BIAS), "bias_1, bias_3"),
    "a long name": (packed(**{"x" * 10_000: BIAS}), "it has the arrays xxx"),
    "float64": (packed(kernel_1=KERNEL.astype(np.float64), bias_1=BIAS), "it has float64"),
    "the other byte order": (packed(kernel_1=KERNEL.astype(">f4"), bias_1=BIAS), "it has >f4"),
    "a bias of another size": (packed(kernel_1=KERNEL, bias_1=BIAS[1:]), "shapes (5, 4), (3,)"),
    "a bias with two axes": (packed(kernel_1=KERNEL, bias_1=KERNEL), "shapes (5, 4), (5, 4)"),
    "a kernel of no axes": (packed(kernel_1=BIAS[0], bias_1=BIAS), "shapes (), (4,)"),
    "layers that do not fit": (packed(**LAYER, kernel_2=KERNEL, bias_2=BIAS), "(4,), (5, 4)"),
}


@pytest.mark.parametrize(("content", "fault"), FORGED.values(), ids=FORGED)
def test_forged_and_foreign_files_are_rejected_with_one_line(
    tmp_path, capsys, recwarn, content, fault
):
    path = tmp_path / "snapshot-0001.npz"
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        snapshots.read(tmp_path)
    assert str(refused.value).startswith(
        f"{path}: expected a snapshot, kernel and bias of each layer in float32 ("
    )
    assert fault in str(refused.value)
    assert len(str(refused.value)) < len(str(path)) + 200
    assert capsys.readouterr().out == ""
    assert not recwarn


def test_any_changed_byte_of_the_weights_is_detected(folder):
    wanted = weights(5, 4, 2)
    snapshots.write(folder, 1, wanted)
    (path,) = folder.path.iterdir()
    whole, dice, refused = path.read_bytes(), random.Random(1), 0
    damages = [whole[:cut] for cut in dice.sample(range(len(whole)), 20)]
    for place in range(len(whole)):
        damages.append(
            whole[:place] + bytes([whole[place] ^ 1 << dice.randrange(8)]) + whole[place + 1 :]
        )
    for damage in damages:
        path.write_bytes(damage)
        try:
            found = snapshots.read(folder.path)[1]
        except InputError:
            refused += 1
        else:  # some bytes are never read, such as a file's time
            assert [one.tobytes() for one in found] == [one.tobytes() for one in wanted]
    assert refused > len(damages) / 2


def test_snapshots_of_different_layer_sizes_are_rejected(folder):
    snapshots.write(folder, 0, weights(784, 64, 10))
    snapshots.write(folder, 2, weights(784, 64, 32, 10))
    path = folder.path / "snapshot-0002.npz"
    with pytest.raises(InputError) as refused:
        snapshots.read(folder.path)
    assert str(refused.value) == (
        f"{path}: expected a snapshot, a network 784-64-10 as in snapshot-0000.npz, got "
        "784-64-32-10"
    )


def test_pipes_and_endless_files_are_rejected(tmp_path):
    path = tmp_path / "snapshot-0000.npz"
    os.mkfifo(path)
    with pytest.raises(InputError, match="expected a snapshot, got a pipe"):
        snapshots.read(tmp_path)
    path.unlink()
    with path.open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(InputError, match=r"at most \d+ bytes, got a longer one"):
        snapshots.read(tmp_path)


def test_failed_write_leaves_no_file(folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match=re.escape(f"{folder.path}: cannot be written to (No sp")):
        snapshots.write(folder, 1, weights(5, 4))
    assert list(folder.path.iterdir()) == []
