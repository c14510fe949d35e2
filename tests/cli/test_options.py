import argparse
import os
import signal
import threading
import warnings

import pytest

from tf_edureka.cli import options
from tf_edureka.data import mnist
from tf_edureka.data.mnist import MNIST_FOLDER_VARIABLE
from tf_edureka.errors import InputError, InputWarning


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


def test_files_are_read_beside_other_work(loaders, data, tmp_path, monkeypatch):
    assert options.begin_loading(arguments(data_dir=tmp_path))() is data
    monkeypatch.setenv(MNIST_FOLDER_VARIABLE, str(tmp_path))
    assert options.begin_loading(arguments())() is data
    assert threading.main_thread() not in loaders
    assert len(loaders) == 2


def test_what_imports_much_waits_for_its_turn(loaders):
    loaded = options.begin_loading(arguments(data="rendered"))
    assert not loaders
    loaded()
    assert loaders == [threading.main_thread()]


def test_a_wrong_folder_is_said_when_the_data_are_asked_for(tmp_path):
    loaded = options.begin_loading(arguments(data_dir=tmp_path / "absent"))
    with pytest.raises(InputError, match="absent: expected a folder with the four MNIST files"):
        loaded()


def said(capsys, error=None, warning=None) -> tuple[int, str]:
    """Exit code and stderr of a command that raises or warns so."""

    @options.reports_errors
    def main() -> int:
        if warning:
            warnings.warn(warning, stacklevel=1)
        if error:
            raise error
        return 0

    return main(), capsys.readouterr().err


def test_the_command_says_what_to_do_where_the_package_says_what_is_wrong(capsys):
    error = InputError("device gpu: none", topic="no GPU")
    assert said(capsys, error) == (2, "error: device gpu: none; --device cpu does without\n")
    assert said(capsys, InputError("epochs: 0")) == (2, "error: epochs: 0\n")
    warning = InputWarning("drawn digits", topic="no MNIST folder")
    told = "note: drawn digits; --data-dir FOLDER says where the MNIST files are\n"
    assert said(capsys, warning=warning) == (0, told)


def test_other_warnings_stay_warnings(capsys):
    with pytest.warns(UserWarning, match="of a library"):
        said(capsys, warning=UserWarning("of a library"))


def test_a_command_has_advice_of_its_own_for_a_topic(capsys):
    with pytest.raises(InputError, match="^full; wait$"), options.advising("a", lambda: "wait"):
        raise InputError("full", topic="a")
    with pytest.raises(InputError, match="^full$"), options.advising("a", lambda: "wait"):
        raise InputError("full", topic="b")


def test_a_reader_that_leaves_is_no_fault_where_the_system_has_no_such_signal(monkeypatch):
    monkeypatch.delattr(signal, "SIGPIPE")
    duplicated = []
    monkeypatch.setattr(os, "dup2", lambda *files: duplicated.append(files))

    @options.reports_errors
    def main() -> int:
        raise BrokenPipeError

    assert main() == 141
    assert duplicated
