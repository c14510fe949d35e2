import re

import pytest
from conftest import ROOT

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "tests/goldens/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ALL = pytest.mark.parametrize("path", [*PAGES, *NOTEBOOKS], ids=lambda path: path.name)


def anchors(text):
    """What a link can have behind `#`: the headings as GitHub writes them."""
    without_code = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", without_code, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(text, folder):
    broken = []
    for target in re.findall(r"\]\(([^)]*)\)", text):
        file, _, anchor = target.partition("#")
        there = folder / file
        found = anchor and there.exists() and anchors(there.read_text() if file else text)
        if not there.exists() or (anchor and anchor not in found):
            broken.append(target)
    return broken


def unknown_options(text):
    """Scripts that are not there, and options that they do not have."""
    unknown = []
    for script, arguments in re.findall(r"python (scripts/\w+\.py)([^`#\n\\]*)", text):
        # What launch_workers.py does not know it passes on.
        passed_on = ["scripts/train_mnist.py"] if "launch_workers" in script else []
        sources = [ROOT / name for name in (script, "tf_edureka/cli.py", *passed_on)]
        if not sources[0].exists():
            unknown.append(script)
            continue
        source = "".join(path.read_text() for path in sources)
        options = set(re.findall(r"--[a-z-]+", arguments)) - {"--help"}
        unknown += [f"{script} {one}" for one in options if f'"{one}"' not in source]
    return unknown


def test_the_readme_is_a_page():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150


@ALL
def test_what_is_linked_is_there(path):
    assert broken_links(path.read_text(), path.parent) == []


@ALL
def test_scripts_that_are_named_are_there_and_have_the_options(path):
    assert unknown_options(path.read_text()) == []


def test_links_that_lead_nowhere_are_found(tmp_path):
    (tmp_path / "there.md").write_text("# One, two\n```sh\n# three\n```\n")
    text = "[a](there.md) [b](there.md#one-two) [c](absent.md) [d](there.md#three) [e](#here)"
    assert broken_links(text, tmp_path) == ["absent.md", "there.md#three", "#here"]
    assert broken_links(f"{text}\n## here\n", tmp_path) == ["absent.md", "there.md#three"]


def test_options_that_are_not_there_are_found():
    text = """
python scripts/overview.py --seed 2 --out X --recipe modern   # --not-this
`python scripts/absent.py` python scripts/launch_workers.py 2 --epochs 1 --help
"""
    assert unknown_options(text) == ["scripts/overview.py --recipe", "scripts/absent.py"]
