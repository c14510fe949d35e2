import copy
import os
import pickle
from dataclasses import replace

import numpy as np
import pytest
import tensorflow_datasets
from helpers import NAMES, idx_bytes, write_folder

from tf_edureka.data import download, mnist, published, rendered, tfds
from tf_edureka.errors import InputError, InputWarning


def arrays(train=5003, test=4):
    """Images whose first pixel counts them, with labels 0, 1, ..., 9, 0, ..."""

    def images(count):
        pixels = np.zeros((count, 28, 28), np.uint8)
        pixels[:, 0, 0] = np.arange(count) % 256
        return pixels

    return [images(train), np.arange(train) % 10, images(test), np.arange(test) % 10]


@pytest.fixture
def folder(tmp_path):
    return write_folder(tmp_path / "mnist", arrays())


def test_first_5000_training_images_are_for_validation_and_order_is_kept(folder):
    data = mnist.load("idx", folder)
    assert len(data.validation.labels) == 5000
    assert data.train.images[:, 0, 0].tolist() == [5000 % 256, 5001 % 256, 5002 % 256]
    assert data.train.labels.tolist() == [0, 1, 2]
    assert data.test.labels.tolist() == [0, 1, 2, 3]


def test_images_are_bytes_of_28_by_28_and_labels_bytes(folder):
    test = mnist.load("idx", folder).test
    assert (test.images.dtype, test.images.shape) == (np.uint8, (4, 28, 28))
    assert (test.labels.dtype, test.labels.shape) == (np.uint8, (4,))


def test_unpacked_files_are_read_too(folder):
    for name, array in zip(NAMES, arrays(), strict=True):
        (folder / f"{name}.gz").unlink()
        (folder / name).write_bytes(idx_bytes(array))
    assert len(mnist.load("idx", folder).train.labels) == 3


def test_other_files_give_a_warning_and_are_not_called_mnist(folder):
    with pytest.warns(InputWarning, match=f"not the published MNIST.*{', '.join(NAMES)}") as warned:
        data = mnist.load("idx", folder)
    assert [warning.filename for warning in warned] == [__file__]  # names the caller's file
    assert data.title.startswith("not MNIST")
    assert not data.is_mnist


def test_title_contains_no_terminal_control_characters(folder):
    folder = folder.rename(folder.parent / "a\x1b[31m\nb\udcff")
    assert mnist.load("idx", folder).title == "not MNIST: IDX files of a?[31m?b?"


def test_the_environment_names_the_folder(folder, monkeypatch):
    monkeypatch.setenv("TF_EDUREKA_MNIST_DIR", str(folder))
    assert mnist.load().source == "idx"


@pytest.mark.parametrize(
    ("position", "array", "complaint"),
    [
        (0, np.zeros((5003, 28, 27)), "expected images of 28 x 28, got 28 x 27"),
        (1, np.zeros(5002), "5003 images and 5002 labels"),
        (1, np.full(5003, 10), "labels from 0 to 9, got 10 at position 0"),
        (3, np.zeros(5), "4 images and 5 labels"),
        (3, np.zeros((4, 28, 28)), "with 1 dimension"),
    ],
)
def test_invalid_files_are_rejected(folder, position, array, complaint):
    wrong = arrays()
    wrong[position] = array
    with pytest.raises(InputError, match=complaint):
        mnist.load("idx", write_folder(folder, wrong))


def test_too_few_training_images_are_rejected(tmp_path):
    with pytest.raises(InputError, match="more than 5000 training examples"):
        mnist.load("idx", write_folder(tmp_path / "few", arrays(train=5000)))


@pytest.mark.parametrize("source", ["auto", "idx", "tfds"])
def test_invalid_folder_is_an_error_and_never_ignored(folder, source):
    with pytest.raises(InputError, match="expected a folder"):
        mnist.load(source, folder / "absent")
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(InputError, match="t10k-labels-idx1-ubyte is missing"):
        mnist.load(source, folder)


def test_idx_without_a_folder_names_the_variable():
    with pytest.raises(
        InputError, match="got none, neither as an argument nor in TF_EDUREKA_MNIST_DIR"
    ):
        mnist.load("idx")


@pytest.fixture
def no_copy(monkeypatch):
    """TFDS has no copy and cannot prepare one."""

    def fail(*_):
        raise InputError("no space left")

    monkeypatch.setattr(tfds, "is_prepared", lambda: False)
    monkeypatch.setattr(tfds, "prepare", fail)


@pytest.fixture
def no_network(monkeypatch):
    def fail(*_, **__):
        raise InputError("MNIST could not be downloaded (no network)", topic="no MNIST folder")

    monkeypatch.setattr(download, "fetch", fail)


@pytest.fixture
def downloaded(monkeypatch):
    """A download returns the files of `arrays`."""

    def fetch(*, mirrors, report):
        if report is not None:
            report(f"downloading from {mirrors[0]}", 1_000_000, 11_600_000)
        return {name: idx_bytes(array) for name, array in zip(NAMES, arrays(), strict=True)}

    monkeypatch.setattr(download, "fetch", fetch)


def test_without_folder_copy_and_network_digits_are_rendered_with_a_warning(
    no_copy, no_network, monkeypatch
):
    monkeypatch.setattr(rendered, "digits", lambda: arrays())
    reason = r"rendered digits, not MNIST: .*and MNIST could not be downloaded \(no network\)"
    with pytest.warns(InputWarning, match=reason) as warned:
        data = mnist.load("auto")
    assert [warning.filename for warning in warned] == [__file__]
    assert data.source == "rendered"
    assert "not MNIST" in data.title


def test_tfds_without_folder_copy_and_network_raises(no_copy, no_network):
    with pytest.raises(InputError, match="no network") as error:
        mnist.load("tfds")
    assert error.value.topic == "no MNIST folder"


def test_downloaded_files_are_used_even_if_tfds_cannot_store_them(no_copy, downloaded):
    with pytest.warns(InputWarning, match="downloaded, but could not be stored: no space left"):
        data = mnist.load("auto")
    assert (data.source, data.test.labels.tolist()) == ("idx", [0, 1, 2, 3])
    with pytest.raises(InputError, match="no space left"):
        mnist.load("tfds")


def test_only_a_command_shows_the_download(no_copy, downloaded, capsys):
    mnist.load("auto")
    assert capsys.readouterr().err == ""
    mnist.find("auto")
    assert capsys.readouterr().err == (
        f"downloading from {tensorflow_datasets.image_classification.MNIST.URL}: 1.0 of 11.6 MB\n"
    )


def test_rendered_digits_asked_for_by_name_give_no_warning(monkeypatch, recwarn):
    monkeypatch.setattr(rendered, "digits", lambda: arrays())
    assert mnist.load("rendered").source == "rendered"
    assert not recwarn


def test_an_empty_variable_names_no_folder(monkeypatch):
    monkeypatch.setenv("TF_EDUREKA_MNIST_DIR", "")
    with pytest.raises(InputError, match="expected a folder with the MNIST files, got none"):
        mnist.load("idx")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("n" * 300, "cannot be read"),
        ("zero\0byte", "but it does not exist"),
        ("/dev/stdin", "but it does not exist"),
    ],
)
def test_unreadable_folder_is_an_input_error(name, complaint):
    with pytest.raises(InputError, match=complaint):
        mnist.load("idx", name)


@pytest.mark.parametrize("source", ["idx", "tfds"])
def test_pipe_in_place_of_a_file_does_not_block(folder, source, no_copy):
    (folder / f"{NAMES[0]}.gz").unlink()
    os.mkfifo(folder / f"{NAMES[0]}.gz")
    with pytest.raises(InputError, match="got a pipe"):
        mnist.load(source, folder)


def test_tfds_copy_is_used_without_a_network(no_network, monkeypatch):
    monkeypatch.setattr(tfds, "is_prepared", lambda: True)
    monkeypatch.setattr(tfds, "read", lambda: arrays())
    monkeypatch.setattr(published, "differing_files", lambda arrays: [])
    assert mnist.load("auto").source == "tfds"


def test_tfds_copy_of_other_data_is_rejected(monkeypatch):
    monkeypatch.setattr(tfds, "is_prepared", lambda: True)
    monkeypatch.setattr(tfds, "read", lambda: arrays())
    with pytest.raises(InputError, match="does not hold the published MNIST"):
        mnist.load("tfds")


@pytest.mark.parametrize("examples", [0, -1, 4, 2.0, True])
def test_invalid_limits_are_rejected(data, examples):
    few = replace(data, train=data.train.first(3))
    with pytest.raises(InputError, match="limit: expected a whole number from 1 to 3"):
        few.limited(examples)


def test_a_limit_keeps_the_first_training_examples_and_all_others(folder):
    data = mnist.load("idx", folder).limited(2)
    assert data.train.labels.tolist() == [0, 1]
    assert (len(data.validation.labels), len(data.test.labels)) == (5000, 4)


def test_written_files_are_read_back_unchanged(folder, tmp_path):
    data = mnist.load("idx", folder)
    written = tmp_path / "written"
    written.mkdir()
    data.write(written)
    assert sorted(path.name for path in written.iterdir()) == sorted(NAMES)
    assert mnist.load("idx", written).fingerprint == data.fingerprint


def test_write_error_of_examples_is_an_input_error(data, tmp_path):
    with pytest.raises(InputError, match="train-images-idx3-ubyte: cannot be written"):
        data.write(tmp_path / "absent")


def test_fingerprint_depends_on_the_split_of_the_same_bytes():
    def black(train: int, test: int) -> mnist.Mnist:
        parts = [
            mnist.Split(np.zeros((count, 28, 28), np.uint8), np.zeros(count, np.uint8))
            for count in (train, 1, test)
        ]
        return mnist.Mnist(*parts[:2], test=parts[2], source="", title="")

    assert black(1, 3).fingerprint == black(1, 3).fingerprint != black(3, 1).fingerprint


def test_real_mnist_is_recognised_and_split(mnist_folder, recwarn):
    data = mnist.load("idx", mnist_folder)
    assert data.title == "MNIST"
    assert not recwarn
    assert [len(s.labels) for s in (data.train, data.validation, data.test)] == [55000, 5000, 10000]
    # The first labels of the published files, as printed by `od`.
    assert data.validation.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert data.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert data.is_mnist
    assert replace(data, title="mine").is_mnist  # decided by the content
    assert not data.limited(54_999).is_mnist
    other = data.train.labels.copy()
    other[0] += 1
    assert not replace(data, train=mnist.Split(data.train.images, other)).is_mnist
    assert not replace(data, validation=data.validation.first(0)).is_mnist


@pytest.mark.parametrize(
    ("images", "labels", "complaint"),
    [
        (np.zeros((2, 28, 28), np.float32), [1, 2], "images: expected uint8 .* got float32"),
        (np.zeros((2, 784), np.uint8), [1, 2], r"images: expected .* got uint8 of shape \(2, 784"),
        (np.zeros((2, 28, 28), np.uint8), [1, 2, 3], r"labels: expected .* shape \(2,\)"),
        (np.zeros((2, 28, 28), np.uint8), np.eye(10)[:2], "labels: expected .* got float64"),
        (np.zeros((2, 28, 28), np.uint8), [1, 10], "labels: expected 0 to 9, got 10 at position 1"),
        (np.zeros((2, 28, 28), np.uint8), [-1, 1], "labels: expected 0 to 9, got -1 at position 0"),
    ],
)
def test_arrays_of_wrong_dtype_or_shape_are_rejected(images, labels, complaint):
    with pytest.raises(InputError, match=complaint):
        mnist.Split(images, labels)


def test_examples_are_read_only_and_the_arguments_stay_writable(data):
    images, labels = np.zeros((2, 28, 28), np.uint8), np.array([3, 4])
    split = mnist.Split(images, labels)
    assert split.labels.dtype == np.uint8
    for array in (split.images, split.labels, data.train.images, data.test.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    images[0], labels[0] = 1, 1


def test_published_hashes_equal_those_of_tfds():
    pinned = {
        url.rpartition("/")[2]: (info.checksum, info.size)
        for url, info in tensorflow_datasets.image_classification.MNIST.url_infos.items()
    }
    assert pinned == {
        f"{name}.gz": (file.gzip_sha256, file.size) for name, file in published.FILES.items()
    }


def test_copies_are_read_only_too(data):
    data.fingerprint  # noqa: B018 - which a copy takes along
    for again in (copy.deepcopy(data), pickle.loads(pickle.dumps(data))):
        assert again.fingerprint == data.fingerprint
        with pytest.raises(ValueError, match="read-only"):
            again.train.images[:] = 0


def test_data_without_test_examples_is_rejected(data):
    with pytest.raises(InputError, match="test: expected at least one example"):
        replace(data, test=data.test.first(0))
