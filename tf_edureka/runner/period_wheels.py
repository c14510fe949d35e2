"""Downloads wheels that are known by their SHA-256: by pip, else from the package index itself."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from tf_edureka.errors import InputError

FOLDER_VARIABLE = "TF_EDUREKA_PERIOD_DIR"
INDEX_VARIABLE = "PIP_INDEX_URL"
INDEX = "https://pypi.org/simple"
# The same on each system: of TensorFlow only what is the same in all its wheels is kept.
_PIP = (
    *("pip", "download", "--quiet", "--progress-bar=off", "--no-input", "--no-cache-dir"),
    *("--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--require-hashes"),
    *("--python-version=3.7", "--implementation=cp", "--abi=cp37m", "--abi=none"),
    *("--platform=manylinux2010_x86_64", "--platform=any"),
)
_TIMEOUTS = (10, 30)  # to connect, and from one piece to the next
_CHUNK_BYTES = 2**16

Report = Callable[[str, int, int], object]
"""What a download is told to: what it does, how many bytes have come, and how many will."""


class Wheel(NamedTuple):
    """A wheel of the package index.

    Attributes:
        file: its name.
        size: its bytes.
        sha256: of its content.
        package: the folder in it that is imported.
        licence: under which it was published, as SPDX names it.
    """

    file: str
    size: int
    sha256: str
    package: str
    licence: str

    @property
    def name(self) -> str:
        """The name of the project."""
        return self.file.split("-")[0].replace("_", "-")

    @property
    def version(self) -> str:
        """The version of the project."""
        return self.file.split("-")[1]


class _Failure(Exception):
    """Why the wheels cannot be had."""


def download(wheels: Sequence[Wheel], workplace: Path, report: Report) -> Path:
    """Downloads wheels.

    Args:
        wheels: which.
        workplace: a folder for them and for what is needed meanwhile.
        report: is told how far it is.

    Returns:
        the folder with the wheels, each under its name.

    Raises:
        InputError: when one cannot be had as it was published.
        OSError: when it cannot be written.
    """
    target = workplace / "wheels"
    target.mkdir()
    try:
        if sys.executable and find_spec("pip") is not None:
            _by_pip(wheels, target, report)
        else:
            _by_https(wheels, target, report)
        for wheel in wheels:
            _check(wheel, target / wheel.file)
    except _Failure as failure:
        raise InputError(
            f"the wheels of {wheels[0].name} {wheels[0].version} could not be fetched ({failure}); "
            "where there is no network, fetch them on another machine, copy the folder from there "
            f"and name it in {FOLDER_VARIABLE}"
        ) from None
    return target


def sha256(path: Path) -> str:
    """The SHA-256 of a file.

    Args:
        path: of the file.

    Returns:
        its digits.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(2**20):
            digest.update(piece)
    return digest.hexdigest()


def _check(wheel: Wheel, path: Path) -> None:
    if not path.is_file():
        raise _Failure(f"expected {wheel.file}, which did not come")
    found = sha256(path)
    if found != wheel.sha256:
        size = path.stat().st_size
        raise _Failure(
            f"{wheel.file}: expected {wheel.size} bytes with the SHA-256 {wheel.sha256[:12]}..., "
            f"got {size} with {found[:12]}..."
        )


def _by_pip(wheels: Sequence[Wheel], target: Path, report: Report) -> None:
    """Lets pip download, by the user's settings of it."""
    total = sum(wheel.size for wheel in wheels)
    asked = target.with_name("requirements.txt")
    asked.write_text(
        "".join(f"{one.name}=={one.version} --hash=sha256:{one.sha256}\n" for one in wheels)
    )
    scratch = target.with_name("scratch")  # whose size says how far it is
    scratch.mkdir()
    folders = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    process = subprocess.Popen(
        [sys.executable, "-m", *_PIP, f"--dest={target}", f"--requirement={asked}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **folders},
    )
    try:
        while True:
            report("downloading by pip", min(_bytes_in(scratch), total), total)
            try:
                said, _ = process.communicate(timeout=0.2)
                break
            except subprocess.TimeoutExpired:
                pass
    finally:
        process.kill()
        process.wait()
    if process.returncode != 0:
        raise _Failure(f"pip: {_pip_error(said.decode(errors='replace'), process.returncode)}")


def _bytes_in(folder: Path) -> int:
    size = 0
    for file in folder.rglob("*.whl"):
        try:
            size += file.stat().st_size
        except OSError:  # it is gone by now
            continue
    return size


def _pip_error(said: str, code: int) -> str:
    """What pip says of what went wrong, in one line."""
    other = re.search(
        r"^ +(\S+) from .*\n +Expected sha256 +(\w+)\n +Got +(\w+)", said, re.MULTILINE
    )
    if other:
        return "{}: expected the SHA-256 {}, got {}".format(*other.groups())
    broken = re.findall(r"broken by '.*: (.*?)['\")]*': ", said)
    errors = re.findall(r"^ERROR: (?!Exception:)(.*)", said, re.MULTILINE)
    lines = [*broken[-1:], *errors[:1]] or said.splitlines()[-1:] or [f"exit code {code}"]
    return "; ".join(lines)[:400]


def _by_https(wheels: Sequence[Wheel], target: Path, report: Report) -> None:
    """Downloads from the package index, by the JSON form of its simple repository."""
    import requests

    total = sum(wheel.size for wheel in wheels)
    done = 0
    with requests.Session() as session:
        for wheel in wheels:
            with (target / wheel.file).open("wb") as file:
                for piece in _pieces(session, wheel):
                    file.write(piece)
                    report(f"downloading {wheel.file}", done + file.tell(), total)
            done += wheel.size


def _pieces(session: Any, wheel: Wheel) -> Iterator[bytes]:
    """What comes of a wheel, no more than it should have."""
    import requests

    left = wheel.size
    try:
        with _answer(session, _url(session, wheel), stream=True) as answer:
            for piece in answer.iter_content(_CHUNK_BYTES):
                yield piece[:left]
                left -= len(piece)
                if left <= 0:
                    return
    except requests.RequestException as error:
        raise _Failure(_reason(error)) from None


def _url(session: Any, wheel: Wheel) -> str:
    """Where the index has a wheel."""
    index = (os.environ.get(INDEX_VARIABLE) or INDEX).rstrip("/")
    form = "application/vnd.pypi.simple.v1+json"
    answer = _answer(session, f"{index}/{wheel.name.lower()}/", headers={"Accept": form})
    try:
        files = {file["filename"]: file["url"] for file in answer.json()["files"]}
    except (ValueError, KeyError, TypeError):
        raise _Failure(
            f"{_host(index)}: expected a package index that answers in JSON, got another answer, "
            "which pip may understand"
        ) from None
    if wheel.file not in files:
        raise _Failure(f"{_host(index)} does not have {wheel.file}")
    return urljoin(answer.url, files[wheel.file])


def _answer(session: Any, url: str, **how: Any) -> Any:
    answer = session.get(url, timeout=_TIMEOUTS, **how)
    if not answer.ok:
        raise _Failure(f"{_host(url)}: HTTP status {answer.status_code} {answer.reason}".rstrip())
    return answer


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]  # a password is nobody's business


def _reason(error: BaseException) -> str:
    """What the innermost error says."""
    while error.__context__ is not None:
        error = error.__context__
    return str(getattr(error, "strerror", None) or error) or type(error).__name__
