"""Writes the project's address into all files that contain it."""

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tf_edureka import _files
from tf_edureka.cli import first_cell, options, reporting
from tf_edureka.errors import InputError

PROJECT, CITATION = Path("pyproject.toml"), Path("CITATION.cff")
README, NOTEBOOKS = Path("README.md"), Path("notebooks")
_ADDRESS = re.compile(r"https://github\.com/[\w-]+/[\w.-]+(?<!\.git)")
# The documentation on GitHub Pages.
_SITE = re.compile(r"https://[\w-]+\.github\.io/[\w.-]+")
_IN_PROJECT = re.compile(r'(?<=^Repository = ")[^"\n]*(?="$)', re.MULTILINE)
# The list of notebooks in README, one per line.
_LIST = re.compile(r"(?:^- \[.*\]\(notebooks/.*\n)+", re.MULTILINE)
_HEADING = re.compile(r"# (?:\d+\. )?(.+)")
_NEW: dict[str, Any] = {"execution_count": None, "id": "install", "metadata": {}, "outputs": []}
_COLAB = "https://colab.research.google.com"
_BADGE = f"[![Open in Colab]({_COLAB}/assets/colab-badge.svg)]"


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Reads the arguments."""
    parser = options.ArgumentParser(
        description="Write the project's address into pyproject.toml, CITATION.cff, README, and "
        "into the badge and the first code cell of each notebook.",
        epilog=f"Exit codes: 0: written; 2: wrong input; {options.ENDS}.",
    )
    parser.add_argument(
        "address",
        nargs="?",
        metavar="ADDRESS",
        help="https://github.com/OWNER/NAME (default: the address in pyproject.toml)",
    )
    return parser.parse_args(argv)


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Writes the address of the arguments into the files and returns the exit code."""
    args = parse(argv)
    paths = [PROJECT, CITATION, README, *sorted(NOTEBOOKS.glob("*.ipynb"))]
    before = {path: _read(path) for path in paths}
    after = with_address(before, args.address)
    changed = [path for path in paths if after[path] != before[path]]
    for path in changed:
        try:
            with _files.atomic_write(path) as partial:
                partial.write_bytes(after[path].encode())
        except OSError as error:
            raise InputError(f"{path}: cannot be written ({error.strerror or error})") from None
        print(f"{path}: written")
    print(f"{len(paths) - len(changed)} of {len(paths)} files already had it", flush=True)
    return 0


def with_address(texts: Mapping[Path, str], address: str | None = None) -> dict[Path, str]:
    """Returns the `texts` of the files with `address` written in; None uses that of PROJECT."""
    found = _IN_PROJECT.search(texts[PROJECT])
    if found is None:
        raise InputError(f'{PROJECT}: expected a line Repository = "ADDRESS", found none')
    address = address or found[0]
    if not _ADDRESS.fullmatch(address):
        raise InputError(f"expected an address https://github.com/OWNER/NAME, got {address}")
    site = re.sub(r"https://github\.com/([^/]+)", r"https://\1.github.io", address)
    made = {
        path: _SITE.sub(site, _ADDRESS.sub(address, texts[path])) for path in (PROJECT, CITATION)
    }
    titles = {}
    for path in sorted(texts):
        if path.suffix == ".ipynb":
            made[path], titles[path.name] = _notebook(path, texts[path], address)
    if not _LIST.search(texts[README]):
        raise InputError(f"{README}: expected lines that start with - [...](notebooks/, found none")
    lines = [
        f"- [{title}](notebooks/{name}) {_badge(name, address)}\n" for name, title in titles.items()
    ]
    made[README] = _LIST.sub("".join(lines), texts[README], count=1)
    return made


def _notebook(path: Path, text: str, address: str) -> tuple[str, str]:
    """Returns a notebook with its badge and first code cell, and its title without the number."""
    try:
        notebook = json.loads(text)
        first, kinds = notebook["cells"][0], [cell["cell_type"] for cell in notebook["cells"]]
        heading, *lines = "".join(first["source"]).split("\n")
        title, place = _HEADING.fullmatch(heading), kinds.index("code")
        if title is None:
            raise ValueError("no title")
    except (ValueError, LookupError, TypeError) as error:
        raise InputError(
            f"{path}: expected a notebook that starts with # TITLE and has a code cell ({error})"
        ) from None
    rest = "\n".join(line for line in lines if not line.startswith(_BADGE)).strip("\n")
    shown = "\n\n".join([heading, _badge(path.name, address), rest]).rstrip("\n")
    first["source"] = shown.splitlines(keepends=True)
    if "%pip install" not in "".join(notebook["cells"][place]["source"]):
        notebook["cells"].insert(place, {"cell_type": "code", **_NEW, "source": []})
    notebook["cells"][place]["source"] = first_cell.source(address).splitlines(keepends=True)
    if notebook != json.loads(text):
        text = json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
    return text, title[1]


def _badge(name: str, address: str) -> str:
    """Returns the Markdown badge that opens the notebook of this `name` in Colab."""
    repository = address.removeprefix("https://github.com/")
    return f"{_BADGE}({_COLAB}/github/{repository}/blob/main/{NOTEBOOKS.name}/{name})"


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"{path}: cannot be read ({reason}); run this in the project's folder"
        ) from None
