"""The table of programs, and a fresh copy of a program's repository for each run."""

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tf_edureka.data.mnist import MNIST_FOLDER_VARIABLE
from tf_edureka.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A program of a published paper: a row of papers.toml.

    Args:
        name: short unique name of the row.
        title: title of the paper.
        authors: its authors.
        venue: where and when it was published.
        link: address of the paper.
        repository: address of the Git repository of the program.
        commit: the commit that is run, 40 hexadecimal digits.
        licence: licence of the repository; "none given" if it states none.
        command: script and arguments, relative to `folder`.
        losses: regular expression; the group of all its matches in the output are the losses.
        result: regular expression; the group of its last match in the output is the result.
        result_unit: what the result is, in words.
        claim: the paper's own number; empty if it cannot be compared with a shortened run.
        folder: working folder inside the repository.
        path: folder of the program's own packages, relative to `folder`, for PYTHONPATH.
        before: commands, such as that of a script which prepares data, that are run first.
        seed: seed for a program that sets none; seeded.py then starts it.
        mnist: folder, relative to `folder`, into which the four files of MNIST are copied.
        files: contents of files that are written into `folder` first, by name.
        edits: file, old text and new text of each change, relative to `folder`.
        shortened: how much shorter the run is than the authors'.
        note: what else a reader should know, such as the reason for an edit.
    """

    name: str
    title: str
    authors: str
    venue: str
    link: str
    repository: str
    commit: str
    licence: str
    command: list[str]
    losses: str
    result: str
    result_unit: str
    claim: str = ""
    folder: str = "."
    path: str = ""
    before: list[list[str]] = field(default_factory=list)
    seed: int | None = None
    mnist: str = ""
    files: dict[str, str] = field(default_factory=dict)
    edits: list[list[str]] = field(default_factory=list)
    shortened: str = ""
    note: str = ""

    @property
    def what_runs(self) -> str:
        """SHA-256 of everything that the recorded numbers depend on."""
        names = ("commit", "folder", "path", "before", "command", "seed", "mnist", "files", "edits")
        values = [getattr(self, name) for name in (*names, "losses", "result")]
        return hashlib.sha256(json.dumps(values).encode()).hexdigest()


def read(path: Path) -> dict[str, Paper]:
    """Reads the table; the rows by name."""
    import tomllib  # of Python 3.11; the tests of the documentation import this on 3.10, too

    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["paper"]
        papers = [Paper(**row) for row in rows]
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise InputError(f"{path}: {error}") from None
    by_name = {paper.name: paper for paper in papers}
    if len(by_name) < len(papers):
        raise InputError(f"{path}: expected a different name in each row")
    return by_name


def checkout(paper: Paper, checkouts: Path | None, scratch: Path) -> Path:
    """Returns a folder with the repository at its commit: one of `checkouts`, or a new one."""
    folder = checkouts / "+".join(paper.repository.split("/")[-2:]) if checkouts else None
    if folder is None or not folder.is_dir():
        folder = scratch / "repository"
        git("init", "-q", str(folder))
        git("fetch", "-q", "--depth", "1", paper.repository, paper.commit, folder=folder)
        git("checkout", "-q", "FETCH_HEAD", folder=folder)
    head = git("rev-parse", "HEAD", folder=folder)
    if head != paper.commit:
        raise InputError(f"{folder}: expected commit {paper.commit}, got {head}")
    changed = git("status", "--porcelain", folder=folder)
    if changed:
        raise InputError(f"{folder}: expected an unmodified checkout, got {changed.splitlines()}")
    return folder


def git(*arguments: str, folder: Path | None = None) -> str:
    """Runs Git and returns what it printed."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
    )
    if done.returncode:
        raise InputError(f"git {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout.strip()


def prepare(paper: Paper, repository: Path, target: Path) -> Path:
    """Copies the repository to `target`, edits it, and returns the folder to run in."""
    ignored = shutil.ignore_patterns(".git", "__pycache__")
    shutil.copytree(repository, target, symlinks=True, ignore=ignored)
    folder = target / paper.folder
    for name, old, new in paper.edits:
        text = (folder / name).read_bytes().decode()
        if text.count(old) != 1:
            raise InputError(f"{name}: expected {old!r} once, got it {text.count(old)} times")
        (folder / name).write_bytes(text.replace(old, new).encode())
    for name, text in paper.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    if paper.mnist:
        copy_mnist(folder / paper.mnist)
    return folder


def copy_mnist(target: Path) -> None:
    """Copies the four files of MNIST from the folder that the environment names."""
    named = os.environ.get(MNIST_FOLDER_VARIABLE)
    files = sorted(Path(named).glob("*-ubyte.gz")) if named else []
    if len(files) != 4:
        raise InputError(f"{MNIST_FOLDER_VARIABLE}: expected a folder with MNIST's four .gz files")
    target.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copy(file, target)
