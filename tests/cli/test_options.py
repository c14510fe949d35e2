import argparse
import threading

import pytest
from helpers import expect_interrupted

from tf_edureka.cli import options
from tf_edureka.data import mnist
from tf_edureka.data.mnist import MNIST_FOLDER_VARIABLE
from tf_edureka.errors import InputError


def arguments(**given) -> argparse.Namespace:
    return argparse.Namespace(**{"data": "auto", "data_dir": None, "limit": None} | given)


@pytest.fixture
def loaders(monkeypatch, data):
    """The threads in which data were loaded."""
    threads = []

    def find(source, folder):
        threads.append(threading.current_thread())
        return data, None

    monkeypatch.setattr(mnist, "find", find)
    return threads


def test_files_are_read_in_parallel_with_other_work(loaders, data, tmp_path, monkeypatch):
    assert options.start_loading(arguments(data_dir=tmp_path))() is data
    monkeypatch.setenv(MNIST_FOLDER_VARIABLE, str(tmp_path))
    assert options.start_loading(arguments())() is data
    assert threading.main_thread() not in loaders
    assert len(loaders) == 2


def test_loaders_with_large_imports_run_only_when_called(loaders):
    loaded = options.start_loading(arguments(data="rendered"))
    assert not loaders
    loaded()
    assert loaders == [threading.main_thread()]


def test_invalid_folder_is_reported_when_the_data_is_requested(tmp_path):
    loaded = options.start_loading(arguments(data_dir=tmp_path / "absent"))
    with pytest.raises(InputError, match="absent: expected a folder with the four MNIST files"):
        loaded()


def test_hanging_read_does_not_block_the_exit(tmp_path):
    code = (
        "import argparse, os, signal, threading, time\n"
        "from tf_edureka.cli import options, reporting\n"
        "from tf_edureka.data import mnist\n"
        f"os.mkfifo({str(tmp_path / 'pipe')!r})\n"
        f"mnist.find = lambda *_: open({str(tmp_path / 'pipe')!r}).read()\n"
        "args = argparse.Namespace(data='idx', data_dir='x', limit=None)\n"
        "end = lambda: (time.sleep(0.2), os.kill(os.getpid(), signal.SIGINT))\n"
        "threading.Thread(target=end, daemon=True).start()\n"
        "main = reporting.reports_errors(options.start_loading(args))\n"
        "raise SystemExit(main())"
    )
    expect_interrupted(code)
