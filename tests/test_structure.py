import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tf_edureka

ROOT = Path(__file__).parent.parent


def test_importing_the_package_imports_no_tensorflow():
    code = "import sys, tf_edureka; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("name", tf_edureka.__all__)
def test_each_public_name_is_there_and_documented(name):
    assert getattr(tf_edureka, name).__doc__


def test_a_name_that_is_not_public_is_missed_as_usual():
    with pytest.raises(AttributeError, match="no attribute 'absent'"):
        tf_edureka.absent  # noqa: B018


def imported_by(path: Path) -> set[str]:
    """Each part of the names that a module imports."""
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names = ".".join([*modules, *(alias.name for alias in node.names)])
            imported |= set(names.split("."))
    return imported


MODULES = sorted(
    path
    for folder in ("", "benchmark", "doctor")
    for path in (ROOT / "tf_edureka" / folder).glob("*.py")
)
LEGACY = sorted((ROOT / "tf_edureka" / "legacy").glob("*.py"))


@pytest.mark.parametrize("path", [*MODULES, *LEGACY], ids=lambda path: path.name)
def test_the_package_imports_neither_scripts_nor_tests(path):
    assert not imported_by(path) & {"scripts", "tests", "goldens"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_only_what_compares_them_sees_the_legacy_path(path):
    assert ("legacy" in imported_by(path)) == (path.name in ("parity.py", "tensorflow_ways.py"))


@pytest.mark.parametrize("path", LEGACY, ids=lambda path: path.name)
def test_the_legacy_path_imports_nothing_modern(path):
    trained = {"mlp", "training", "rounding", "augmentation", "perceptron", "hidden_layer"}
    shown = {"outcome", "parity", "plots", "gate_plots", "progress", "interactive"}
    assert not imported_by(path) & (trained | shown)
