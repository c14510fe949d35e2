"""The first cell of the notebooks where tf_edureka is not installed.

It runs in an environment that has all packages of this one but that, with a `pip` that only notes
what it is asked for, and installs a stand-in where it is to succeed.
"""

import os
import re
import site
import subprocess
import sys
import venv
from pathlib import Path

import nbclient
import nbformat
import pytest

from tf_edureka.cli import first_cell

ADDRESS = "https://github.com/OWNER/tf_edureka"
PIP = """
import os, sys, sysconfig
from pathlib import Path
Path(os.environ["ASKED"]).write_text(" ".join(sys.argv[1:]))
if os.environ["SUCCEEDS"]:
    package = Path(sysconfig.get_path("purelib"), "tf_edureka")
    package.mkdir()
    (package / "__init__.py").write_text("__version__ = 'installed'")
else:
    sys.exit("ERROR: no network")
"""
IMPORTS = "import tf_edureka; print(tf_edureka.__version__)"
IN_COLAB = "import sys; sys.modules['google.colab'] = sys"
HOW = (
    f"tf_edureka is not installed: run `pip install git+{ADDRESS}`, or `pip install .` in a copy "
    "of the project, then restart the kernel"
)


@pytest.fixture
def run(tmp_path):
    """Runs the cell between others; gives what came of each, and what pip was asked for."""
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False, symlinks=True)
    packages = next(environment.glob("lib/python*/site-packages"))
    # The `.pth` files there, and so the package that one of them leads to, do not count here.
    (packages / "shared.pth").write_text("\n".join(site.getsitepackages()))
    (tmp_path / "stub" / "pip").mkdir(parents=True)
    (tmp_path / "stub" / "pip" / "__main__.py").write_text(PIP)
    python = environment / "bin" / "python"
    find = "from importlib.util import find_spec; print(find_spec('tf_edureka'))"
    asked = tmp_path / "asked"
    variables = {
        **os.environ,
        "PYTHONPATH": str(tmp_path / "stub"),
        "ASKED": str(asked),
    }
    found = subprocess.run([python, "-c", find], env=variables, capture_output=True, text=True)
    if found.stdout != "None\n":
        pytest.skip("tf_edureka is installed, and not as one edits it")

    def run(folder, *cells, succeeds=False):
        folder.mkdir(exist_ok=True)
        made = [nbformat.v4.new_code_cell(cell) for cell in cells]
        notebook = nbformat.v4.new_notebook(cells=made)
        ...

    return run
