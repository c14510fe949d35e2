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
