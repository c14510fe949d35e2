import re

import pytest
from conftest import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
ALL = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def anchors(path):
    headings = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_is_a_page():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150


@pytest.mark.parametrize("path", [*PAGES, *NOTEBOOKS], ids=lambda path: path.name)
def test_what_is_linked_is_there(path):
    for target in re.findall(r"\]\(([^)]*)\)", path.read_text()):
        file, _, anchor = target.partition("#")
        there = path.parent / file if file else path
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


@ALL
def test_scripts_that_are_named_are_there_and_have_the_options(path):
    # launch_workers.py passes on what it does not know.
    shared = [ROOT / "tf_edureka" / "cli.py", ROOT / "scripts" / "train_mnist.py"]
    for script, arguments in re.findall(r"python (scripts/\w+\.py)([^`#\n]*)", path.read_text()):
        source = "".join(one.read_text() for one in (ROOT / script, *shared))
        for option in re.findall(r"--[a-z-]+", arguments):
            assert option == "--help" or f'"{option}"' in source, f"{script} {option}"
