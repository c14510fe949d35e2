import os
import signal
import subprocess
import sys
import warnings

import pytest
import tensorflow as tf
from helpers import expect_interrupted

from tf_edureka.cli import reporting
from tf_edureka.errors import InputError, InputWarning

FULL = "No space left on device"
FORWARDED = "; the work continues without it\n"


def said(capsys, error=None, warning=None) -> tuple[int, str]:
    """Exit code and stderr of a command that raises the error or issues the warning."""

    @reporting.reports_errors
    def main() -> int:
        if warning:
            warnings.warn(warning, stacklevel=1)
        if error:
            raise error
        return 0

    return main(), capsys.readouterr().err


def test_command_adds_advice_to_the_error_of_the_package(capsys):
    error = InputError("device gpu: none", topic="no GPU")
    assert said(capsys, error) == (2, "error: device gpu: none; give --device cpu to use the CPU\n")
    assert said(capsys, InputError("epochs: 0")) == (2, "error: epochs: 0\n")
    warning = InputWarning("drawn digits", topic="no MNIST folder")
    told = "note: drawn digits; give --data-dir FOLDER with the MNIST files\n"
    assert said(capsys, warning=warning) == (0, told)


@pytest.mark.parametrize(
    ("kind", "message", "shown"),
    [  # seen on a GPU whose memory another program had taken
        ("Internal", "cudaSetDevice() on GPU:0 failed. Status: out of memory", ": out of memory"),
        (
            "Internal",
            "Failed copying input tensor from CPU:0 to GPU:0: Dst tensor is not initialized.",
            ": Dst tensor is not initialized",
        ),
        ("Internal", "INTERNAL: No blas support for stream", ": No blas support"),
        (
            "Internal",
            "Autotuner could not find any supported configs for HLO: %custom-call.15",
            ": could not find any supported configs",
        ),
        (
            "ResourceExhausted",
            "Out of memory while trying to allocate 16.78MiB.",
            ": Out of memory",
        ),
    ],
)
def test_full_gpu_memory_is_reported_in_one_line(capsys, kind, message, shown):
    error = getattr(tf.errors, f"{kind}Error")(None, None, message)
    code, line = said(capsys, error)
    assert code == 2
    assert line == (
        f"error: TensorFlow ran out of memory ({kind}Error{shown}); run nvidia-smi to see what "
        "else uses the GPU, or give --device cpu\n"
    )


def test_other_errors_of_tensorflow_keep_their_traceback(capsys):
    for error in (tf.errors.InternalError(None, None, "a bug"), RuntimeError("out of memory")):
        with pytest.raises(type(error)):
            said(capsys, error)


def test_other_warnings_stay_warnings(capsys):
    with pytest.warns(UserWarning, match="of a library"):
        said(capsys, warning=UserWarning("of a library"))


def test_command_can_replace_the_advice_of_a_topic(capsys):
    with (
        pytest.raises(InputError, match="^full; wait$"),
        reporting.with_advice("a", lambda: "wait"),
    ):
        raise InputError("full", topic="a")
    with pytest.raises(InputError, match="^full$"), reporting.with_advice("a", lambda: "wait"):
        raise InputError("full", topic="b")


@pytest.fixture
def full_disk():
    """A stream to a device that is always full."""
    with open("/dev/full", "w") as stream:
        yield stream
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # so that close() works


def printing(name: str, text: str = "a line", code: int = 0) -> int:
    """Exit code of a command that prints to the stream `name` and continues."""
    done = []

    @reporting.reports_errors
    def main() -> int:
        for _ in range(3):
            print(text, file=getattr(sys, name), flush=True)
        done.append(True)
        return code

    found = main()
    assert done
    return found


def test_full_disk_behind_stdout_is_reported_with_exit_code_4(monkeypatch, capsys, full_disk):
    monkeypatch.setattr(sys, "stdout", full_disk)
    assert printing("stdout") == 4
    note = f"note: standard output cannot be written ({FULL}){FORWARDED}"
    assert capsys.readouterr().err == note


def test_full_disk_behind_stderr_is_reported_on_stdout(monkeypatch, capsys, full_disk):
    monkeypatch.setattr(sys, "stderr", full_disk)
    assert printing("stderr") == 4
    note = f"note: standard error cannot be written ({FULL}){FORWARDED}"
    assert capsys.readouterr().out == note


def test_closed_stdout_is_reported_only_if_something_is_printed(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdout", None)
    assert printing("stderr", "") == 0
    assert printing("stdout") == 4
    assert capsys.readouterr().err.endswith(f"written (it is closed){FORWARDED}")


def test_closed_pipe_gives_one_line(monkeypatch, capsys):
    reads, writes = os.pipe()
    os.close(reads)
    monkeypatch.setattr(sys, "stdout", os.fdopen(writes, "w"))
    assert printing("stdout") == 4
    assert capsys.readouterr().err.endswith(f"written (Broken pipe){FORWARDED}")


def test_work_continues_if_no_stream_can_be_written(monkeypatch, full_disk):
    monkeypatch.setattr(sys, "stdout", full_disk)
    monkeypatch.setattr(sys, "stderr", None)
    assert printing("stdout") == 4


def test_failed_output_does_not_replace_another_exit_code(monkeypatch, full_disk):
    monkeypatch.setattr(sys, "stdout", full_disk)
    assert printing("stdout", code=1) == 1


def test_characters_the_terminal_lacks_are_escaped(monkeypatch, tmp_path):
    with (tmp_path / "out").open("w", encoding="ascii") as ascii_only:
        monkeypatch.setattr(sys, "stdout", ascii_only)
        assert printing("stdout", "7 \u00b1 1") == 0
    assert "7 \\xb1 1" in (tmp_path / "out").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_command_with_a_line_and_leaves_the_handlers_as_they_were(capsys, number):
    before = signal.getsignal(number)

    @reporting.reports_errors
    def main() -> int:
        os.kill(os.getpid(), number)
        raise AssertionError("went on")

    assert main() == 128 + number
    assert capsys.readouterr().err == "interrupted\n"
    assert signal.getsignal(number) is before


def test_ignored_signal_stays_ignored(monkeypatch):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:

        @reporting.reports_errors
        def main() -> int:
            os.kill(os.getpid(), signal.SIGINT)
            return 0

        assert main() == 0
    finally:
        signal.signal(signal.SIGINT, before)


def test_unknown_matplotlib_backend_is_reported_in_one_line(tmp_path):
    command = [sys.executable, "-m", "tf_edureka", "train-perceptron", "--out", tmp_path / "out"]
    environment = {**os.environ, "MPLBACKEND": "nonsense"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith("error: MPLBACKEND: expected a matplotlib backend (")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_import_that_swallows_exceptions_is_ended_immediately():
    code = (
        "import os, signal, threading, time\n"
        "from tf_edureka.cli import signals\n"
        "end = lambda: (time.sleep(0.2), os.kill(os.getpid(), signal.SIGINT))\n"
        "threading.Thread(target=end, daemon=True).start()\n"
        "with signals.exit_immediately():\n"
        "    while True:\n"
        "        try: time.sleep(0.01)\n"
        "        except BaseException: pass\n"
    )
    expect_interrupted(code)
