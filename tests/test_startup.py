import os
import subprocess
import sys

import pytest

CODE = """
from tf_edureka import startup
with startup.tensorflow_import():
    import tensorflow
"""


@pytest.mark.parametrize(("level", "quiet"), [("2", True), ("0", False)])
def test_the_log_is_kept_back_unless_more_of_it_is_asked_for(level, quiet):
    # 2 is what a process that imported TensorFlow so hands on to those that it starts.
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": level}
    environment.pop("XLA_FLAGS", None)
    done = subprocess.run([sys.executable, "-c", CODE], env=environment, capture_output=True)
    assert done.returncode == 0
    assert (done.stderr == b"") == quiet


def test_the_log_is_shown_if_the_import_fails_but_not_for_a_mistake_of_the_user():
    environment = {key: value for key, value in os.environ.items() if "_LOG_LEVEL" not in key}
    environment.pop("XLA_FLAGS", None)
    for error, shown in (("RuntimeError", True), ("InputError", False)):
        code = f"from tf_edureka.errors import InputError\n{CODE}    raise {error}"
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
        assert (b"oneDNN" in done.stderr) == shown
