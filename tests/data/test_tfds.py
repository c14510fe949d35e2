import gzip
import shutil
import threading

import numpy as np
import pytest
import requests

from tf_edureka.data import mnist, tfds
from tf_edureka.errors import InputError


@pytest.fixture
def empty_tfds(tmp_path, monkeypatch):
    """A TFDS folder of the test's own, and no network."""
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))

    def unreachable(*_, **__):
        raise requests.ConnectionError

    monkeypatch.setattr(requests, "head", unreachable)
    monkeypatch.setattr(requests.Session, "get", unreachable)
    return tmp_path / "tfds"


def test_without_copy_and_network_tfds_is_not_tried(empty_tfds):
    assert not tfds.is_prepared()
    assert not tfds.is_reachable()
    with pytest.raises(InputError, match="expected a prepared copy, a network, or a folder"):
        tfds.read(None)
    assert not empty_tfds.exists()


def test_a_server_that_never_answers_is_left_behind(monkeypatch):
    gone = threading.Event()

    def head(*_, **__):
        gone.wait(60)
        raise requests.ConnectionError

    monkeypatch.setattr(tfds, "PROBE_SECONDS", 0.01)
    monkeypatch.setattr(requests, "head", head)
    assert not tfds.is_reachable()
    gone.set()


@pytest.mark.parametrize(("status", "reachable"), [(200, True), (403, False), (503, False)])
def test_a_server_that_refuses_is_no_network(monkeypatch, status, reachable):
    answer = requests.Response()
    answer.status_code = status
    monkeypatch.setattr(requests, "head", lambda *_, **__: answer)
    assert tfds.is_reachable() == reachable


@pytest.mark.parametrize("info", [None, "{"], ids=["absent", "damaged"])
def test_a_copy_that_is_not_whole_is_named(empty_tfds, info):
    copy = empty_tfds / "mnist" / "3.0.1"
    copy.mkdir(parents=True)
    (copy / "mnist-train.tfrecord-00000-of-00001").write_bytes(b"")
    if info:
        (copy / "dataset_info.json").write_text(info)
    with pytest.raises(InputError, match="delete"):
        mnist.load("auto")


def test_unpacked_files_are_not_enough_to_prepare_from(empty_tfds, tmp_path):
    with pytest.raises(InputError, match=r"TFDS expects the four published \.gz files"):
        tfds.read(tmp_path)


@pytest.mark.slow
def test_tfds_prepares_a_copy_offline_and_gives_the_published_order(mnist_folder, empty_tfds):
    from_files = mnist.load("idx", mnist_folder)
    prepared = mnist.load("tfds", mnist_folder)
    again = mnist.load("auto")  # now there is a copy, and no folder is needed
    for data in (prepared, again):
        assert data.source == "tfds"
        for split in ("train", "validation", "test"):
            ours, theirs = getattr(data, split), getattr(from_files, split)
            np.testing.assert_array_equal(ours.images, theirs.images)
            np.testing.assert_array_equal(ours.labels, theirs.labels)


def test_tfds_refuses_an_altered_file(mnist_folder, empty_tfds, tmp_path):
    altered = tmp_path / "altered"
    shutil.copytree(mnist_folder, altered)
    labels = altered / "t10k-labels-idx1-ubyte.gz"
    content = bytearray(gzip.decompress(labels.read_bytes()))
    content[8] = 3
    labels.write_bytes(gzip.compress(bytes(content)))
    with pytest.raises(InputError, match="SHA-256"):
        mnist.load("tfds", altered)
    assert not tfds.is_prepared()
