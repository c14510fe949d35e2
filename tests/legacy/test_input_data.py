import gzip
import hashlib
import json
import os
import shutil

import numpy as np
import pytest
import tensorflow as tf
from helpers import GOLDENS, NAMES, write_folder
from hypothesis import given, strategies as st
from web import folder, serving

from tf_edureka.data import download
from tf_edureka.data.published import FILES, Published
from tf_edureka.errors import InputError
from tf_edureka.legacy import input_data
from tf_edureka.tf1.seeds import batch_order

v1 = tf.compat.v1


@pytest.fixture(autouse=True)
def preserve_numpy_state():
    state = np.random.get_state()  # noqa: NPY002 - the original's generator
    yield
    np.random.set_state(state)  # noqa: NPY002


def test_batches_are_identical_to_tensorflow_1():
    for trace in json.loads((GOLDENS / "next_batch.json").read_text())["traces"]:
        images = np.zeros((trace["examples"], 1, 1, 1), np.uint8)
        with tf.Graph().as_default():
            if trace["graph_seed"] is not None:
                v1.set_random_seed(trace["graph_seed"])
            data = input_data.DataSet(
                images, np.arange(trace["examples"]), dtype=tf.uint8, seed=trace["seed"]
            )
        for epochs, expected in trace["batches"]:
            _, labels = data.next_batch(trace["batch_size"], shuffle=trace["shuffle"])
            assert labels.tolist() == expected
            assert data.epochs_completed == epochs


def test_images_and_labels_stay_together(drawn_folder):
    data = input_data.read_data_sets(drawn_folder, dtype=tf.uint8, seed=1)
    before = {image.tobytes(): label for image, label in zip(*both(data.train), strict=True)}
    for _ in range(25):
        for image, label in zip(*data.train.next_batch(64), strict=True):
            assert before[image.tobytes()] == label


def both(data_set):
    return data_set.images, data_set.labels


def test_data_is_read_as_by_the_articles_program(drawn_folder, digits, capsys):
    data = input_data.read_data_sets(str(drawn_folder) + "/", one_hot=True)
    assert [part.num_examples for part in data] == [1000, 5000, 500]
    assert (data.train.images.dtype, data.train.images.shape) == (np.float32, (1000, 784))
    assert (data.train.labels.dtype, data.train.labels.shape) == (np.float64, (1000, 10))
    expected = digits[0][5000].ravel() * np.float32(1 / 255)
    np.testing.assert_array_equal(data.train.images[0], expected)
    np.testing.assert_array_equal(data.test.images[-1], digits[2][-1].ravel() * np.float32(1 / 255))
    np.testing.assert_array_equal(data.test.labels.argmax(axis=1), digits[3])
    lines = [f"Extracting {drawn_folder}/{name}.gz" for name in NAMES]
    assert capsys.readouterr().out.splitlines() == lines


def test_options_have_their_original_meaning(drawn_folder):
    data = input_data.read_data_sets(drawn_folder, dtype=tf.uint8, reshape=False, validation_size=0)
    assert data.train.images.shape == (6000, 28, 28, 1)
    assert data.train.images.max() == 255
    assert (data.train.labels.dtype, data.train.labels.ndim) == (np.uint8, 1)
    assert data.validation.num_examples == 0


def test_fake_data_needs_no_files(tmp_path):
    data = input_data.read_data_sets(tmp_path / "none", fake_data=True, one_hot=True)
    images, labels = data.train.next_batch(3, fake_data=True)
    assert data.train.num_examples == 10000
    assert images == [[1] * 784] * 3
    assert labels == [[1, 0, 0, 0, 0, 0, 0, 0, 0, 0]] * 3
    assert not (tmp_path / "none").exists()


def test_graph_seed_determines_the_order_otherwise_it_is_random(drawn_folder):
    orders = []
    for seed in (5, 5, None, None):
        with tf.Graph().as_default():
            if seed is not None:
                v1.set_random_seed(seed)
            data = input_data.read_data_sets(drawn_folder)
        orders.append(data.train.next_batch(100)[1].tolist())
    assert orders[0] == orders[1]
    assert orders[2] != orders[3]


def test_op_seed_determines_the_order_too(drawn_folder):
    orders = [
        input_data.read_data_sets(drawn_folder, seed=seed).train.next_batch(100)[1].tolist()
        for seed in (4, 4, 5)
    ]
    assert orders[0] == orders[1] != orders[2]


def test_eager_seed_applies_and_later_random_numbers_are_unchanged(drawn_folder):
    orders, draws = [], []
    for reads in (0, 1, 2):
        tf.random.set_seed(5)
        for _ in range(reads):
            data = input_data.read_data_sets(drawn_folder)
            orders.append(data.train.next_batch(100)[1].tolist())
        draws.append(float(tf.random.normal([])))
    assert orders[0] == orders[1] == orders[2]
    assert draws[0] == draws[1] == draws[2]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"validation_size": 6001}, ValueError, "between 0 and 6000. Received: 6001"),
        ({"dtype": tf.float64}, TypeError, "expected uint8 or float32"),
    ],
)
def test_wrong_arguments_raise_the_original_errors(drawn_folder, arguments, error, message):
    with pytest.raises(error, match=message):
        input_data.read_data_sets(drawn_folder, **arguments)


def test_label_beyond_the_classes_is_rejected(digits, tmp_path):
    letters = [array + 20 * (array.ndim == 1) for array in digits]
    with pytest.raises(InputError, match="expected values below 10, got 29"):
        input_data.read_data_sets(write_folder(tmp_path / "letters", letters), one_hot=True)


@pytest.fixture
def server(drawn_folder, monkeypatch):
    """The drawn folder on a local web server."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(folder(drawn_folder)) as address:
        yield address


@pytest.fixture
def keras_home(tmp_path, monkeypatch):
    """Keras' folder, which does not exist yet; the default source is the only mirror."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(download, "MIRRORS", ())
    return tmp_path / "keras"


def test_missing_files_are_downloaded_once(server, tmp_path, capsys):
    for _ in range(2):
        data = input_data.read_data_sets(tmp_path / "new", source_url=server)
    assert data.test.num_examples == 500
    printed = capsys.readouterr()
    assert [line.split()[0] for line in printed.out.splitlines()] == [
        *["Successfully", "Extracting"] * 4,
        *["Extracting"] * 4,
    ]
    assert [line.split()[:3] for line in printed.err.splitlines()] == [
        ["downloading", f"{name}.gz", "from"] for name in NAMES
    ]
    assert {path.name for path in (tmp_path / "new").iterdir()} == {f"{n}.gz" for n in NAMES}


def test_files_from_the_default_source_must_be_mnist(server, tmp_path, monkeypatch, keras_home):
    monkeypatch.setattr(input_data, "DEFAULT_SOURCE_URL", server)
    with pytest.raises(InputError, match="could not be downloaded.*put the four MNIST files"):
        input_data.read_data_sets(tmp_path / "new", source_url="")
    assert not (tmp_path / "new").exists()


def test_files_missing_at_the_default_source_come_from_another_mirror(
    drawn_folder, server, tmp_path, monkeypatch, keras_home
):
    pin(drawn_folder, monkeypatch)
    monkeypatch.setattr(input_data, "DEFAULT_SOURCE_URL", "http://127.0.0.1:9/")
    monkeypatch.setattr(download, "MIRRORS", (server,))
    assert input_data.read_data_sets(tmp_path / "new", source_url="").test.num_examples == 500


def pin(folder, monkeypatch):
    """Makes the files of this folder count as the published ones."""
    for name in NAMES:
        content = (folder / f"{name}.gz").read_bytes()
        pinned = Published("", hashlib.sha256(content).hexdigest(), len(content))
        monkeypatch.setitem(FILES, name, pinned)


def test_without_a_source_the_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"train-images-idx3-ubyte\.gz could not be downloaded"):
        input_data.read_data_sets(tmp_path, source_url="http://127.0.0.1:9/")


def test_broken_download_does_not_blame_the_folder(tmp_path):
    with (
        serving(lambda request: None) as source,
        pytest.raises(InputError, match="could not be downloaded"),
    ):
        input_data.read_data_sets(tmp_path / "new", source_url=source)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["file", "zero\0byte"])
def test_a_folder_that_cannot_be_made_is_named(server, tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=f"{name}: cannot be written to"):
        input_data.read_data_sets(tmp_path / name, source_url=server)


def test_mnist_is_stored_in_keras_folder_if_the_given_one_cannot_be_created(
    drawn_folder, server, tmp_path, monkeypatch, keras_home
):
    pin(drawn_folder, monkeypatch)
    (tmp_path / "file").touch()
    with monkeypatch.context() as patch:
        patch.setattr(input_data, "DEFAULT_SOURCE_URL", server)
        assert input_data.read_data_sets(tmp_path / "file", source_url="").test.num_examples == 500
    assert {path.name for path in (keras_home / "datasets").iterdir()} == {
        f"{name}.gz" for name in NAMES
    }
    # Now the file exists, so nothing is downloaded.
    monkeypatch.setattr(input_data, "DEFAULT_SOURCE_URL", "http://127.0.0.1:9/")
    assert input_data.read_data_sets(tmp_path / "file", source_url="").test.num_examples == 500
    (keras_home / "datasets" / f"{NAMES[0]}.gz").write_bytes(b"of another data set")
    with pytest.raises(InputError, match="could not be downloaded"):
        input_data.read_data_sets(tmp_path / "file", source_url="")


def test_named_pipe_is_not_waited_for(drawn_folder, tmp_path):
    for name in NAMES[1:]:
        shutil.copy(drawn_folder / f"{name}.gz", tmp_path)
    os.mkfifo(tmp_path / f"{NAMES[0]}.gz")
    with pytest.raises(InputError, match="expected an IDX file, got a pipe"):
        input_data.read_data_sets(tmp_path)


def test_missing_files_are_read_from_the_environments_folder(
    drawn_folder, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("TF_EDUREKA_MNIST_DIR", str(drawn_folder))
    assert input_data.read_data_sets(tmp_path / "none").test.num_examples == 500
    assert capsys.readouterr().out.splitlines() == [
        f"Extracting {drawn_folder / name}.gz" for name in NAMES
    ]
    assert not (tmp_path / "none").exists()
    monkeypatch.setenv("TF_EDUREKA_MNIST_DIR", str(tmp_path))
    with pytest.raises(InputError, match="set by TF_EDUREKA_MNIST_DIR, but train-images"):
        input_data.read_data_sets(tmp_path / "none")
    # The folder holds MNIST, but another source was requested, so it is not used.
    with pytest.raises(InputError, match="could not be downloaded"):
        input_data.read_data_sets(tmp_path / "none", source_url="http://127.0.0.1:9/")


def test_unpacked_files_are_read_too(drawn_folder, tmp_path):
    for name in NAMES:
        (tmp_path / name).write_bytes(gzip.decompress((drawn_folder / f"{name}.gz").read_bytes()))
    assert input_data.read_data_sets(tmp_path).test.num_examples == 500


def test_real_mnist_has_the_pinned_checksums(mnist_folder):
    for name, published in FILES.items():
        packed = mnist_folder / f"{name}.gz"
        if packed.exists():
            assert hashlib.sha256(packed.read_bytes()).hexdigest() == published.gzip_sha256


@given(
    examples=st.integers(1, 30),
    batch_sizes=st.lists(st.integers(1, 30), min_size=1, max_size=12),
    seed=st.integers(0, 2**31 - 2),
)
def test_each_example_comes_once_per_epoch_for_any_batches(examples, batch_sizes, seed):
    data = input_data.DataSet(
        np.zeros((examples, 1, 1, 1), np.uint8), np.arange(examples), dtype=tf.uint8, seed=seed
    )
    batch_sizes = [min(size, examples) for size in batch_sizes]
    seen = [data.next_batch(size)[1].tolist() for size in batch_sizes]
    assert [len(batch) for batch in seen] == batch_sizes
    flat = sum(seen, [])
    for start in range(0, len(flat) - examples + 1, examples):
        assert sorted(flat[start : start + examples]) == list(range(examples))


@given(examples=st.integers(1, 40), share=st.floats(0.01, 1), seed=st.integers(0, 2**31 - 2))
def test_batch_order_matches_next_batch_for_any_sizes(examples, share, seed):
    batch_size = max(1, int(share * examples))
    data = input_data.DataSet(
        np.zeros((examples, 1, 1, 1), np.uint8), np.arange(examples), dtype=tf.uint8, seed=seed
    )
    replayed = batch_order(examples, batch_size, graph_seed=None, seed=seed)
    for _ in range(3 * examples // batch_size + 2):
        assert data.next_batch(batch_size)[1].tolist() == next(replayed).tolist()
