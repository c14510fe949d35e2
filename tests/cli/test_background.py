import logging
import subprocess
import sys
import threading

import pytest

from tf_edureka.cli import background
from tf_edureka.mlp import plots


def test_error_in_the_thread_is_raised_when_its_result_is_requested():
    def work():
        raise OSError(threading.current_thread() is threading.main_thread())

    wait = background.start(work)
    with pytest.raises(OSError, match="False"):
        wait()


def test_plots_are_loaded_once_and_matplotlib_warns_as_before():
    background.load_plots.cache_clear()
    level = logging.getLogger("matplotlib").level
    wait = background.load_plots()
    assert background.load_plots() is wait
    assert wait() is plots
    assert logging.getLogger("matplotlib").level == level


@pytest.mark.slow
def test_training_imports_neither_matplotlib_nor_the_interface_of_tensorflow_1():
    code = """
import sys
from tf_edureka.cli import reporting, train_mnist
with reporting.importing():
    from tf_edureka.cli.train_run import train
print([name for name in ("matplotlib", "tensorflow._api.v2.compat.v1") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
