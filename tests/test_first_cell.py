"""The first cell of the notebooks in an environment without tf_edureka.

The environment has all other packages of this one. Its `pip` only records its arguments, and
installs a stand-in for tf_edureka if the installation is meant to succeed.
"""

import contextlib
import site
import venv
from pathlib import Path
from typing import ClassVar

import nbclient
import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellExecutionError

from tf_edureka.cli import first_cell

ADDRESS = "https://github.com/OWNER/tf_edureka"
PIP = """
import os, sys, sysconfig
from pathlib import Path
Path(os.environ["ASKED"]).write_text(" ".join(sys.argv[1:]))
if not os.environ["SUCCEEDS"]:
    sys.exit("ERROR: no network")
package = Path(sysconfig.get_path("purelib"), "tf_edureka")
package.mkdir()
(package / "__init__.py").write_text("print('installed')")
"""
IN_COLAB = "import sys; sys.modules['google.colab'] = sys"
HOW = (
    f"tf_edureka is not installed: run `pip install git+{ADDRESS}`, or `pip install .` in a copy "
    "of the project, then restart the kernel"
)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs the cell between others in a folder; returns two cells and the arguments of pip."""
    if any(Path(folder, "tf_edureka").exists() for folder in site.getsitepackages()):
        pytest.skip("tf_edureka is installed other than with pip install -e")
    environment, asked = tmp_path / "environment", tmp_path / "asked"
    venv.create(environment)
    (packages,) = environment.glob("lib/python*/site-packages")
    # A `.pth` file in a folder that this file adds is not read, so editable installs are not found.
    (packages / "shared.pth").write_text("\n".join(site.getsitepackages()))
    pip = tmp_path / "stub" / "pip"
    pip.mkdir(parents=True)
    (pip / "__init__.py").touch()
    (pip / "__main__.py").write_text(PIP)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "stub"))
    monkeypatch.setenv("ASKED", str(asked))
    python = [str(environment / "bin" / "python"), "-m", "ipykernel_launcher"]
    monkeypatch.setattr(KernelSpecs, "argv", [*python, "-f", "{connection_file}"])

    def run(folder, *before, succeeds=False):
        monkeypatch.setenv("SUCCEEDS", "yes" if succeeds else "")
        cells = [*before, first_cell.source(ADDRESS), "import tf_edureka"]
        notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, cells)])
        manager = AsyncKernelManager(kernel_spec_manager=KernelSpecs())
        client = nbclient.NotebookClient(
            notebook,
            km=manager,
            resources={"metadata": {"path": str(folder)}},
            extra_arguments=["--log-level=CRITICAL"],
        )
        client.owns_km = True  # so that it also ends the kernel
        with contextlib.suppress(CellExecutionError):
            client.execute()
        *_, first, last = notebook.cells
        return first, last, asked.read_text() if asked.exists() else None

    return run


class KernelSpecs(KernelSpecManager):
    """Starts the kernel of the test environment."""

    argv: ClassVar[list[str]] = []

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(argv=self.argv, language="python")


@pytest.fixture
def project(tmp_path):
    """The notebooks folder in a copy of the project."""
    (tmp_path / "project" / "notebooks").mkdir(parents=True)
    (tmp_path / "project" / "tf_edureka").mkdir()
    (tmp_path / "project" / "pyproject.toml").touch()
    return tmp_path / "project" / "notebooks"


def expect_one_line(first, last):
    """Asserts that the cell failed with one line that says what to do, and that the run stopped."""
    *printed, error = first.outputs
    assert (error.output_type, error.traceback) == ("error", [HOW])
    assert last.execution_count is None
    assert "Traceback" not in "".join(one.text for one in printed)


@pytest.mark.slow
def test_elsewhere_one_line_says_what_to_do_and_the_run_stops(run, tmp_path):
    first, last, asked = run(tmp_path)
    assert asked is None
    assert len(first.outputs) == 1
    expect_one_line(first, last)


@pytest.mark.slow
@pytest.mark.parametrize("in_colab", [False, True])
def test_project_around_the_notebook_is_installed(run, project, in_colab):
    first, last, asked = run(project, *[IN_COLAB] * in_colab, succeeds=True)
    assert asked == "install --quiet .."
    assert [one.output_type for one in first.outputs] == ["stream"]
    assert last.outputs[0].text == "installed\n"


@pytest.mark.slow
def test_in_colab_it_installs_from_the_address(run, tmp_path):
    _, last, asked = run(tmp_path, IN_COLAB, succeeds=True)
    assert asked == f"install --quiet git+{ADDRESS}"
    assert last.outputs[0].text == "installed\n"


@pytest.mark.slow
@pytest.mark.parametrize("in_colab", [False, True])
def test_failed_install_gives_one_line_that_says_what_to_do(run, tmp_path, project, in_colab):
    first, last, asked = run(*(tmp_path, IN_COLAB) if in_colab else (project,))
    assert asked
    assert "ERROR: no network" in first.outputs[0].text
    expect_one_line(first, last)
