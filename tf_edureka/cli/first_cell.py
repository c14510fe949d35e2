"""The first code cell of each notebook, which installs the package where it is missing."""

TEMPLATE = """\
# If tf_edureka is not installed, this cell installs it: from the copy of the project that the
# notebook is in or, in Colab, from the project's address. Elsewhere it says what to do.
import importlib.util
import sys
from pathlib import Path

ADDRESS = "git+{address}"
if not importlib.util.find_spec("tf_edureka"):
    in_project = Path("../pyproject.toml").exists() and Path("../tf_edureka").exists()
    if in_project or "google.colab" in sys.modules:
        %pip install --quiet {".." if in_project else ADDRESS}
        importlib.invalidate_caches()  # or Python would not see what is new
    if not importlib.util.find_spec("tf_edureka"):
        how = f"`pip install {ADDRESS}`, or `pip install .` in a copy of the project"
        # An error of which only the message is shown.
        error = type("NotInstalled", (Exception,), {"_render_traceback_": lambda e: [str(e)]})
        raise error(f"tf_edureka is not installed: run {how}, then restart the kernel")
%matplotlib inline"""


def source(address: str) -> str:
    """The cell for a project with this `address`."""
    return TEMPLATE.replace("{address}", address)
