"""The first code cell of each notebook, which installs the package if it is missing."""

TEMPLATE = """\
# Installs tf_edureka if it is missing: from the project folder around this notebook or, in Colab,
# from the project's address. Elsewhere it raises an error that says what to run.
import importlib.util
import sys
from pathlib import Path

ADDRESS = "git+{address}"
if not importlib.util.find_spec("tf_edureka"):
    in_project = Path("../pyproject.toml").exists() and Path("../tf_edureka").exists()
    if in_project or "google.colab" in sys.modules:
        %pip install --quiet {".." if in_project else ADDRESS}
        importlib.invalidate_caches()  # so that Python finds the new package
    if not importlib.util.find_spec("tf_edureka"):
        how = f"`pip install {ADDRESS}`, or `pip install .` in a copy of the project"
        # An exception that shows only its message, without a traceback.
        error = type("NotInstalled", (Exception,), {"_render_traceback_": lambda e: [str(e)]})
        raise error(f"tf_edureka is not installed: run {how}, then restart the kernel")
%matplotlib inline"""


def source(address: str) -> str:
    """Returns the text of the cell for a project with this `address`."""
    return TEMPLATE.replace("{address}", address)
