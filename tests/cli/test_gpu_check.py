import os
import re
import runpy
import subprocess
import sys

import pytest
import tensorflow as tf
from helpers import ROOT, SCRIPTS

from tf_edureka import runtime
from tf_edureka.cli import gpu_check, gpu_checks

SCRIPT = SCRIPTS / "gpu_check.py"


def check(folder, *arguments) -> subprocess.CompletedProcess:
    command = [sys.executable, SCRIPT, "--data-dir", folder, *arguments]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.usefixtures("with_gpu")
def test_the_gpu_computes_what_the_cpu_does(drawn_folder):
    done = check(drawn_folder)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("shown", ["3", ""])
def test_gpus_hidden_by_the_tests_are_remembered(monkeypatch, shown):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", shown)
    monkeypatch.delenv("TF_EDUREKA_TESTS_SHOWN_GPUS")
    for _ in range(2):  # pytest-xdist's workers run it a second time
        runpy.run_path(str(ROOT / "tests" / "conftest.py"))
        assert os.environ["CUDA_VISIBLE_DEVICES"] == "-1"
        assert os.environ["TF_EDUREKA_TESTS_SHOWN_GPUS"] == shown


@pytest.mark.slow
def test_all_checks_pass_on_a_cpu(drawn_folder):
    done = check(drawn_folder, "--device", "cpu")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 steps compared with the CPU, float64" in done.stdout
    assert "FAILED" not in done.stdout
    assert re.search(r"^0 of \d+ rows failed", done.stdout, re.MULTILINE)


def test_failing_check_is_a_row_and_sets_the_exit_code(drawn_folder, monkeypatch, capsys):
    def fails(table, data, place):
        table.add("a product", "1e-3", "under 1e-5", False)

    def breaks_off(table, data, place):
        raise RuntimeError("no kernel image\nfor this GPU")

    def passes(table, data, place):
        table.add("a time", "1 s")

    monkeypatch.setattr(gpu_checks, "CHECKS", (fails, breaks_off, passes))
    with runtime.tf32(True):  # and restored afterwards
        assert gpu_check.main(["--device", "cpu", "--data-dir", str(drawn_folder)]) == 1
    shown = capsys.readouterr().out
    assert "RuntimeError: no kernel image" in shown
    assert "2 of 3 rows failed" in shown


@pytest.mark.slow
def test_without_a_gpu_the_check_names_the_doctor(drawn_folder):
    if tf.config.list_physical_devices("GPU"):
        pytest.skip("there is a GPU")
    done = check(drawn_folder)
    assert done.returncode == 2
    assert "tf_edureka.doctor" in done.stderr
