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


@pytest.mark.parametrize("path", sorted((ROOT / "tf_edureka").glob("*.py")), ids=lambda p: p.name)
def test_modern_modules_import_neither_scripts_nor_the_legacy_path(path):
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names = ".".join([*modules, *(alias.name for alias in node.names)])
            imported |= set(names.split("."))
    assert not imported & {"scripts", "tests", "legacy"}
