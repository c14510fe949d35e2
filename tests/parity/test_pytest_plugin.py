import json
import re
import subprocess
import sys
from importlib import import_module

import pytest
from helpers import ROOT

from tf_edureka import parity
from tf_edureka.errors import InputError
from tf_edureka.parity.certificate.port_ladder import ESSENTIAL, Cause, PortLadder, PortRung

pytest_plugins = ("pytester",)


class Trace:
    """An empty trace whose ladder has the difference passed as the port."""

    def __init__(self, folder):
        if folder != "traces/old":
            raise InputError(f"{folder}: expected the folder of a trace")

    def climb(self, apart: float) -> PortLadder:
        values = {"compared": "9 steps", "unit": "relative", "tolerance": 1e-6, "why": "measured"}
        causes = (Cause("momentum", 0.998, "It is not SGD."),)
        rungs = tuple(
            PortRung(rung=name, measured=apart, causes=causes, **values) for name in ESSENTIAL
        )
        return PortLadder(
            rungs=rungs, trace="traces/old", port="port", script="old.py", versions={}
        )


@pytest.fixture
def run(pytester, monkeypatch):
    """Runs a test with this body in another pytest session in this process."""
    monkeypatch.setattr(parity, "Trace", Trace, raising=False)
    pytester.makeconftest("from tf_edureka.parity.certificate.pytest_plugin import prove_port")

    def run(body: str) -> pytest.RunResult:
        pytester.makepyfile(f"def test_port(prove_port):\n    {body}\n")
        return pytester.runpytest_inprocess("--basetemp=tmp")

    return run


def test_right_port_passes_and_returns_its_ladder(run):
    body = 'assert prove_port("traces/old", 1e-7).verdict.startswith("This port computes")'
    run(body).assert_outcomes(passed=1)


def test_wrong_port_fails_with_first_rung_and_cause(run, pytester):
    done = run('prove_port("traces/old", 0.5)')
    done.assert_outcomes(failed=1)
    said = done.stdout.str()
    assert "First rung that fails: loss. Probable cause: momentum." in said
    assert (
        "loss, gradients, optimizer: momentum explains 99.8% of the difference: It is not SGD."
        in said
    )
    assert "Traceback" not in said
    assert "pytest_plugin.py" not in said
    page = pytester.path / re.search("Certificate: (.*)", said)[1]
    assert "First rung that fails: loss" in page.read_text("utf-8")
    assert json.loads(page.with_name("port.json").read_text())["first"] == "loss"


def test_unreadable_trace_fails_with_one_line(run):
    done = run('prove_port("elsewhere", 0)')
    done.assert_outcomes(failed=1)
    # A whole line: with CI set, pytest's summary repeats the message at the end of a line.
    assert done.stdout.lines.count("elsewhere: expected the folder of a trace") == 1
    assert "pytest_plugin.py" not in done.stdout.str()


def test_fixture_is_registered_as_entry_point():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = text.partition("[project.entry-points.pytest11]")[2].partition("\n[")[0]
    module = re.search(r'^tf_edureka = "(.*)"$', section, re.MULTILINE)[1]
    assert import_module(module).prove_port


def test_plugin_imports_no_heavy_packages():
    heavy = "{'numpy', 'rich', 'tensorflow', 'keras', 'matplotlib'}"
    module = "tf_edureka.parity.certificate.pytest_plugin"
    code = f"import sys, {module}; sys.exit(bool({heavy} & {{*sys.modules}}))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
