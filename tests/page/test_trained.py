import keras
import numpy as np
import pytest

from tf_edureka import mlp
from tf_edureka.config import MlpConfig
from tf_edureka.errors import InputError, InputWarning
from tf_edureka.page import trained
from tf_edureka.page.history import History
from tf_edureka.runs import snapshots
from tf_edureka.runs.folder import RunFolder


@pytest.fixture
def run(tmp_path):
    """The folder of a network 784-20-15-10, and the history of three epochs."""
    config = MlpConfig.tuned(hidden_units=(20, 15))
    mlp.save_model(mlp.network(config), tmp_path / "model.keras")
    return History(tmp_path, cost=(3.0, 2.0, 1.0), accuracies=(0.7, 0.8, 0.9))


def write_snapshots(run, epochs, last=None):
    """Writes snapshots of these epochs; the last one is the network, or `last` if given."""
    network = mlp.load_model(run.folder / "model.keras").get_weights() if last is None else last
    for epoch in epochs:
        share = epoch / epochs[-1]
        snapshots.write(RunFolder(run.folder, []), epoch, [share * one for one in network])
    return network


def test_weights_equal_the_model(run):
    model = mlp.load_model(run.folder / "model.keras")
    found = trained.read(run)
    assert len(found.weights) == 6
    for there, here in zip(found.weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(there, here, strict=True)
    assert found.snapshots == {}
    assert found.epochs == 3


def test_snapshots_exclude_the_last_epoch(run):
    network = write_snapshots(run, range(4))
    found = trained.read(run)
    assert [*found.snapshots] == [0, 1, 2]
    for there, here in zip(found.snapshots[1], network, strict=True):
        np.testing.assert_allclose(there, here / 3, rtol=1e-6)


def test_without_a_history_the_last_snapshot_gives_the_number_of_epochs(run):
    write_snapshots(run, range(6))
    found = trained.read(History(run.folder))
    assert [*found.snapshots] == [0, 1, 2, 3, 4]
    assert found.epochs == 5


def test_stopped_training_keeps_all_its_snapshots(run):
    write_snapshots(run, range(3))  # no snapshot after epoch 2
    assert [*trained.read(run).snapshots] == [0, 1, 2]


@pytest.mark.parametrize("units", [(20, 15), (20, 14)], ids=["other weights", "other sizes"])
def test_snapshots_of_another_training_are_ignored_with_a_warning(run, units):
    other = mlp.network(MlpConfig.tuned(hidden_units=units, seed=2)).get_weights()
    write_snapshots(run, range(4), other)
    with pytest.warns(InputWarning, match="its snapshots are from another training"):
        assert trained.read(run).snapshots == {}


def test_damaged_snapshot_warns_and_all_are_ignored(run):
    write_snapshots(run, range(4))
    path = run.folder / "snapshot-0001.npz"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.warns(InputWarning, match=r"snapshot-0001\.npz: .*; the page shows no earl"):
        assert trained.read(run).snapshots == {}


def network_of(*layers, name="mlp"):
    return keras.Sequential([keras.Input((784,), name="pixels"), *layers], name=name)


def dense(units, activation="relu", **more):
    return keras.layers.Dense(units, activation, **more)


@pytest.mark.parametrize(
    ("layers", "got"),
    [
        ([dense(20, "tanh"), dense(10, None, name="logits")], "Dense tanh, Dense linear"),
        (
            [dense(20), keras.layers.Dropout(0.5), dense(10, None, name="logits")],
            "Dense relu, Dropout, Dense linear",
        ),
        (
            [dense(20, use_bias=False), dense(10, None, name="logits")],
            "Dense relu without bias, Dense linear",
        ),
        # `load_model` wraps other networks, since their pixel format is not known.
        ([dense(20), dense(10, "softmax")], "Functional model"),
        ([dense(20), dense(10, None)], "Functional model"),
    ],
)
def test_network_with_another_structure_is_rejected(tmp_path, layers, got):
    mlp.save_model(network_of(*layers), tmp_path / "model.keras")
    expected = "model.keras: expected a stack of Dense layers with relu, the last one linear, from"
    with pytest.raises(InputError, match=f"{expected} 784 pixels to 10 logits, .*, got a .*{got}"):
        trained.read(History(tmp_path))


@pytest.mark.parametrize("units", [(), (8,), (30, 20, 10, 5)])
def test_any_number_and_width_of_hidden_layers_is_accepted(tmp_path, units):
    layers = [*map(dense, units), dense(10, None, name="logits")]
    mlp.save_model(network_of(*layers), tmp_path / "model.keras")
    found = trained.read(History(tmp_path))
    assert [bias.size for bias in found.weights[1::2]] == [*units, 10]
