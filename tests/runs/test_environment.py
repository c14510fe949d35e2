import json
import subprocess
import sys

import pytest
import tensorflow as tf

from tf_edureka.runs import environment


def test_machine_description_is_json_serialisable(monkeypatch):
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    monkeypatch.setenv("XLA_FLAGS", "--xla_dump_to=x")
    monkeypatch.setenv("TF_TOKEN_app_terraform_io", "secret")
    machine = environment.describe("CPU", xla=True)
    assert json.loads(json.dumps(machine)) == machine
    assert machine["environment"].items() >= {
        ("TF_ENABLE_ONEDNN_OPTS", "0"),
        ("XLA_FLAGS", "--xla_dump_to=x"),
    }
    assert "secret" not in json.dumps(machine)
    assert machine["versions"]["tensorflow"] == tf.__version__
    assert machine["cores"] >= 1


@pytest.mark.slow
def test_thread_counts_are_recorded_as_set():
    code = (
        "import tensorflow as tf\n"
        "tf.config.threading.set_intra_op_parallelism_threads(3)\n"
        "from tf_edureka.runs import environment\n"
        "assert environment.describe('CPU', False)['threads'] == {'intra_op': 3, 'inter_op': 0}\n"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0
