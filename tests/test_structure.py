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
def test_the_package_imports_nothing_from_scripts_or_tests(path):
    imported = [
        alias.name if isinstance(node, ast.Import) else node.module or ""
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    ]
    assert not [name for name in imported if name.split(".")[0] in ("scripts", "tests")]
