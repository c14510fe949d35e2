import gzip
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import filelock
import numpy as np
import pytest
import tensorflow_datasets
from helpers import NAMES
from web import folder, serving

from tf_edureka.data import download, mnist, tfds
from tf_edureka.errors import InputError

BUILDER = tensorflow_datasets.image_classification.MNIST
FILES = dict.fromkeys(NAMES, gzip.compress(b"digits"))


@pytest.fixture
def empty_tfds(tmp_path, monkeypatch):
    """A TFDS folder of the test's own, which does not exist yet, and no network."""
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    monkeypatch.setattr(tfds, "source", lambda: "http://tfds.invalid/")
    monkeypatch.setattr(download, "MIRRORS", ("http://mirror.invalid/",))
    return tmp_path / "tfds"


@pytest.fixture
def preparing(monkeypatch):
    """Stands in for the preparation by TFDS, which takes ten seconds; makes the copy's folder."""

    def prepare(builder, **_):
        os.makedirs(builder.data_dir)

    monkeypatch.setattr(BUILDER, "download_and_prepare", prepare)
    return prepare


def left(folder):
    return sorted(path.name for path in folder.rglob("*"))


def test_without_copy_and_network_nothing_is_written(empty_tfds):
    assert not tfds.is_prepared()
    with pytest.raises(InputError, match="tfds.invalid: .*; mirror.invalid: "):
        mnist.load("tfds")
    assert not empty_tfds.exists()


def test_copy_is_moved_into_place_when_complete(empty_tfds, preparing, capfd):
    told = []
    tfds.prepare(FILES, lambda *what: told.append(what))
    assert left(empty_tfds) == ["3.0.1", "mnist"]
    assert told == [
        (f"preparing MNIST for TensorFlow Datasets in {empty_tfds}/mnist/3.0.1", 0, 0),
    ]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_preparation_that_fails_leaves_the_folder_as_it_was(
    empty_tfds, monkeypatch, there, error
):
    def prepare(builder, **_):
        os.makedirs(builder.data_dir)
        raise error

    monkeypatch.setattr(BUILDER, "download_and_prepare", prepare)
    if there:
        empty_tfds.mkdir()
    with pytest.raises((InputError, KeyboardInterrupt)) as raised:
        tfds.prepare(FILES)
    if isinstance(error, OSError):
        assert raised.match("could not prepare MNIST in .*No space left on device")
    assert empty_tfds.exists() == there
    assert not there or left(empty_tfds) == []


def test_a_folder_that_is_a_file_is_named(empty_tfds):
    empty_tfds.touch()
    with pytest.raises(InputError, match="could not prepare MNIST in .*File exists"):
        tfds.prepare(FILES)


def test_unreadable_folder_counts_as_no_copy(empty_tfds, monkeypatch):
    def closed(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", closed)
    assert not tfds.is_prepared()


def test_leftovers_of_a_killed_process_are_deleted(empty_tfds, preparing):
    (empty_tfds / ".mnist-killed").mkdir(parents=True)
    (empty_tfds / ".mnist-killed" / "lock").touch()
    tfds.prepare(FILES)
    assert left(empty_tfds) == ["3.0.1", "mnist"]


def test_copy_of_a_concurrent_process_is_waited_for_and_used(empty_tfds, monkeypatch):
    def other(builder, **_):
        raise AssertionError("prepared twice")

    monkeypatch.setattr(BUILDER, "download_and_prepare", other)
    place = empty_tfds / ".mnist-other"
    place.mkdir(parents=True)
    lock = filelock.FileLock(place / "lock", thread_local=False)
    lock.acquire()

    def finish():
        (empty_tfds / "mnist" / "3.0.1" / "digits").mkdir(parents=True)
        lock.release()

    threading.Timer(0.2, finish).start()
    tfds.prepare(FILES)
    assert left(empty_tfds) == ["3.0.1", "digits", "mnist"]


def test_wait_for_another_process_has_a_time_limit(empty_tfds, preparing, monkeypatch):
    monkeypatch.setattr(tfds, "_MAX_WAIT_SECONDS", 0.1)
    place = empty_tfds / ".mnist-hangs"
    place.mkdir(parents=True)
    with filelock.FileLock(place / "lock"):
        tfds.prepare(FILES)
    assert left(empty_tfds) == [".mnist-hangs", "3.0.1", "lock", "mnist"]


def test_copy_made_by_another_process_in_the_meantime_is_used(empty_tfds, monkeypatch):
    def prepare(builder, **_):
        (empty_tfds / "mnist" / "3.0.1").mkdir(parents=True)
        (empty_tfds / "mnist" / "3.0.1" / "digits").touch()
        os.makedirs(builder.data_dir)

    monkeypatch.setattr(BUILDER, "download_and_prepare", prepare)
    tfds.prepare(FILES)
    assert left(empty_tfds) == ["3.0.1", "digits", "mnist"]


def test_tfds_shows_its_bars_again_afterwards(empty_tfds, monkeypatch):
    from tensorflow_datasets.core.utils import tqdm_utils

    def shows_bars(*_, **__):
        shown.append(not isinstance(tqdm_utils.tqdm(disable=True), tqdm_utils.EmptyTqdm))

    shown = []
    monkeypatch.setattr(BUILDER, "download_and_prepare", shows_bars)
    with pytest.raises(InputError):  # no copy exists
        tfds.prepare(FILES)
    shows_bars()
    assert shown == [False, True]


@pytest.mark.parametrize("info", [None, "{"], ids=["absent", "damaged"])
def test_incomplete_copy_is_reported(empty_tfds, info):
    copy = empty_tfds / "mnist" / "3.0.1"
    copy.mkdir(parents=True)
    (copy / "mnist-train.tfrecord-00000-of-00001").write_bytes(b"")
    if info:
        (copy / "dataset_info.json").write_text(info)
    with pytest.raises(InputError, match="delete"):
        mnist.load("auto")


@pytest.mark.parametrize("name", ["dataset_info.json", "mnist-train.tfrecord-00000-of-00001"])
def test_pipe_in_a_copy_does_not_block(empty_tfds, name):
    copy = empty_tfds / "mnist" / "3.0.1"
    copy.mkdir(parents=True)
    os.mkfifo(copy / name)
    with pytest.raises(InputError, match="expected a file, got a pipe"):
        mnist.load("auto")


def test_a_copy_of_gigabytes_is_not_read(empty_tfds):
    copy = empty_tfds / "mnist" / "3.0.1"
    copy.mkdir(parents=True)
    with (copy / "mnist-train.tfrecord-00000-of-00001").open("wb") as file:
        file.truncate(2**33)
    with pytest.raises(InputError, match="damaged .it has 8589934592 bytes.; delete"):
        mnist.load("auto")


def test_missing_home_folder_is_reported(empty_tfds, monkeypatch):
    def nowhere(_):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", nowhere)
    with pytest.raises(InputError, match="home directory.*set TFDS_DATA_DIR to another"):
        tfds.location()


def test_unpacked_files_are_not_enough_to_prepare_from(empty_tfds, drawn_folder, tmp_path):
    for name in NAMES:
        (tmp_path / name).write_bytes(gzip.decompress((drawn_folder / f"{name}.gz").read_bytes()))
    with pytest.raises(InputError, match=r"expected the four published \.gz files"):
        mnist.load("tfds", tmp_path)


def test_altered_file_is_rejected_for_tfds(mnist_folder, empty_tfds, tmp_path):
    altered = tmp_path / "altered"
    shutil.copytree(mnist_folder, altered)
    labels = altered / "t10k-labels-idx1-ubyte.gz"
    content = bytearray(gzip.decompress(labels.read_bytes()))
    content[8] = 3
    labels.write_bytes(gzip.compress(bytes(content)))
    with pytest.raises(InputError, match="labels.*SHA-256"):
        mnist.load("tfds", altered)
    assert not empty_tfds.exists()


def expect_published_order(data, mnist_folder):
    from_files = mnist.load("idx", mnist_folder)
    assert data.source == "tfds"
    for split in ("train", "validation", "test"):
        ours, theirs = getattr(data, split), getattr(from_files, split)
        np.testing.assert_array_equal(ours.images, theirs.images)
        np.testing.assert_array_equal(ours.labels, theirs.labels)


@pytest.mark.slow
def test_tfds_prepares_a_copy_offline_and_gives_the_published_order(mnist_folder, empty_tfds):
    for data in (
        mnist.load("tfds", mnist_folder),
        mnist.load("auto"),  # now a copy exists, so no folder is needed
    ):
        expect_published_order(data, mnist_folder)


def point_tfds_at(address, monkeypatch):
    """Makes TFDS download from this address, with the SHA-256 that it knows."""
    infos = {f"{address}{url.rpartition('/')[2]}": x for url, x in BUILDER.url_infos.items()}
    for url, info in infos.items():
        monkeypatch.setitem(BUILDER.url_infos, url, info)
    monkeypatch.setattr(BUILDER, "URL", address)


@pytest.mark.slow
def test_copy_downloaded_by_tfds_itself_is_used(mnist_folder, empty_tfds, monkeypatch):
    with serving(folder(mnist_folder)) as address:
        point_tfds_at(address, monkeypatch)
        tensorflow_datasets.load("mnist", data_dir=empty_tfds)
    expect_published_order(mnist.load("auto"), mnist_folder)


COMMAND = """
import sys
from tf_edureka.cli import train_mnist
from tf_edureka.data import download, tfds
tfds.source, download.MIRRORS = (lambda: {address!r}), ()
sys.exit(train_mnist.main(["--epochs", "1", "--limit", "100", "--out", {out!r}]))
"""


def start(address, out):
    code = COMMAND.format(address=address, out=str(out))
    environment = {**os.environ, "NO_PROXY": "127.0.0.1"}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


@pytest.mark.slow
def test_the_first_command_with_a_network_trains_on_mnist_also_twice_at_once_and_after_a_kill(
    mnist_folder, empty_tfds, tmp_path
):
    with serving(folder(mnist_folder)) as address:
        killed = start(address, tmp_path / "killed")
        while "preparing" not in killed.stderr.readline():
            assert killed.poll() is None
        time.sleep(2)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        assert left(empty_tfds)
        both = [start(address, tmp_path / name) for name in "ab"]
        for one in both:
            out, err = one.communicate(timeout=300)
            assert one.returncode == 0, err
            assert "MNIST (tfds)" in out
            place = address.split("/")[2]
            assert [line for line in err.splitlines() if "MNIST" in line] == [
                f"downloading MNIST from {place}: 0.0 of 11.6 MB",
                f"preparing MNIST for TensorFlow Datasets in {empty_tfds}/mnist/3.0.1",
            ]
    assert set(left(empty_tfds)) == {
        "mnist",
        "3.0.1",
        "dataset_info.json",
        "features.json",
        "mnist-test.tfrecord-00000-of-00001",
        "mnist-train.tfrecord-00000-of-00001",
    }
