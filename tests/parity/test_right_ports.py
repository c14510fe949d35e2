"""A right port passes whatever the seed and the threads."""

import os
import re
import subprocess
import sys
from importlib import import_module

import pytest
from ports import MODELS

from tf_edureka import parity

ZERO = {"tf.constant(0.1, shape=shape)": "tf.zeros(shape)"}


def trace_of(folder, model, seed, edits=None, cores=None):
    """The old script, recorded with another seed."""
    source = (MODELS[model] / "old.py").read_text(encoding="utf-8")
    for old, new in (edits or {}).items():
        assert source.count(old) == 1
        source = source.replace(old, new)
    source, count = re.subn(r"(set_random_seed|np\.random\.seed)\(\d+\)", rf"\1({seed})", source)
    assert count == 2
    (folder / "old.py").write_text(source, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "tf_edureka.legacy", "--record", "trace", "old.py"],
        cwd=folder,
        check=True,
        capture_output=True,
        preexec_fn=cores and (lambda: os.sched_setaffinity(0, cores)),
    )
    return parity.Trace(folder / "trace")


def failed(ladder):
    return [(one.rung, one.measured, one.tolerance) for one in ladder.rungs if one.passed is False]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "seed", "cores"), [("keras_fit", 101, None), ("slim_nesterov", 202, {0})]
)
def test_a_right_port_passes_with_another_seed(tmp_path, model, seed, cores):
    ladder = trace_of(tmp_path, model, seed, cores=cores).climb(
        import_module(f"ports.{model}.port").build
    )
    assert failed(ladder) == []
    assert ladder.passed


@pytest.mark.slow
def test_biases_that_begin_at_0_pass_with_adam(tmp_path):
    source = (MODELS["mlp_adam"] / "port.py").read_text(encoding="utf-8")
    assert "keras.initializers.Constant(0.1)" in source
    port = {}
    exec(source.replace("keras.initializers.Constant(0.1)", '"zeros"'), port)
    assert failed(trace_of(tmp_path, "mlp_adam", 7, ZERO).climb(port["build"])) == []
