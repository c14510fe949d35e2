"""Downloads wheels with known SHA-256: with pip or, without pip, from the package index."""

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
# The same wheels for all systems: the kept files are equal in all wheels of TensorFlow 1.15.5.
_PIP = (
    *("pip", "download", "--quiet", "--progress-bar=off", "--no-input", "--no-cache-dir"),
    *("--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--require-hashes"),
    *("--python-version=3.7", "--implementation=cp", "--abi=cp37m", "--abi=none"),
    *("--platform=manylinux2010_x86_64", "--platform=any"),
)
_TIMEOUTS = (10, 30)  # seconds: to connect, and between chunks
_CHUNK_BYTES = 2**16

Report = Callable[[str, int, int], object]
"""Progress callback: current action, bytes done, total bytes."""


class Wheel(NamedTuple):
    """A wheel of the package index.

    Attributes:
        file: file name.
        size: size in bytes.
        sha256: SHA-256 of its content, in hexadecimal digits.
        package: name of its top-level package.
        licence: SPDX identifier of its licence.
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
    """The reason why a wheel cannot be downloaded."""


def download(wheels: Sequence[Wheel], workplace: Path, report: Report) -> Path:
    """Downloads wheels and checks their SHA-256.

    Args:
        wheels: the wheels to download.
        workplace: existing folder for the wheels and temporary files.
        report: progress callback.

    Returns:
        the folder that contains the wheels under their file names.

    Raises:
        InputError: if a wheel cannot be downloaded or has another SHA-256.
        OSError: if a file cannot be written.
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
            "for a machine without network access, fetch them on another one, copy the folder and "
            f"set {FOLDER_VARIABLE} to the copy"
        ) from None
    return target


def sha256(path: Path) -> str:
    """Returns the SHA-256 of the file at `path` in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(2**20):
            digest.update(piece)
    return digest.hexdigest()


def _check(wheel: Wheel, path: Path) -> None:
    if not path.is_file():
        raise _Failure(f"{wheel.file} was not downloaded")
    found = sha256(path)
    if found != wheel.sha256:
        size = path.stat().st_size
        raise _Failure(
            f"{wheel.file}: expected {wheel.size} bytes with the SHA-256 {wheel.sha256[:12]}..., "
            f"got {size} with {found[:12]}..."
        )


def _by_pip(wheels: Sequence[Wheel], target: Path, report: Report) -> None:
    """Downloads with pip, under the user's pip settings."""
    total = sum(wheel.size for wheel in wheels)
    asked = target.with_name("requirements.txt")
    asked.write_text(
        "".join(f"{one.name}=={one.version} --hash=sha256:{one.sha256}\n" for one in wheels)
    )
    scratch = target.with_name("scratch")  # pip's temporary folder; its size shows the progress
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
            report("downloading with pip", min(_bytes_in(scratch), total), total)
            try:
                output, _ = process.communicate(timeout=0.2)
                break
            except subprocess.TimeoutExpired:
                pass
    finally:
        process.kill()
        process.wait()
    if process.returncode != 0:
        raise _Failure(f"pip: {_pip_error(output.decode(errors='replace'), process.returncode)}")


def _bytes_in(folder: Path) -> int:
    size = 0
    for file in folder.rglob("*.whl"):
        try:
            size += file.stat().st_size
        except OSError:  # pip has deleted it meanwhile
            continue
    return size


def _pip_error(output: str, code: int) -> str:
    """Returns the error in the `output` of pip as one line."""
    other = re.search(
        r"^ +(\S+) from .*\n +Expected sha256 +(\w+)\n +Got +(\w+)", output, re.MULTILINE
    )
    if other:
        return "{}: expected the SHA-256 {}, got {}".format(*other.groups())
    broken = re.findall(r"broken by '.*: (.*?)['\")]*': ", output)
    errors = re.findall(r"^ERROR: (?!Exception:)(.*)", output, re.MULTILINE)
    lines = [*broken[-1:], *errors[:1]] or output.splitlines()[-1:] or [f"exit code {code}"]
    return "; ".join(lines)[:400]


def _by_https(wheels: Sequence[Wheel], target: Path, report: Report) -> None:
    """Downloads from the package index through the JSON form of its simple API."""
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
    """Yields the bytes of a wheel in chunks, at most as many as its published size."""
    import requests

    left = wheel.size
    try:
        with _answer(session, _url(session, wheel), stream=True) as answer:
            for piece in answer.iter_content(_CHUNK_BYTES):
                yield piece[:left]
                left -= len(piece)
                if left <= 0:
                    return
    except requests.exceptions.SSLError as error:
        advice = "if your network has its own certificates, set REQUESTS_CA_BUNDLE to their file"
        raise _Failure(f"{_reason(error)}; {advice}") from None
    except requests.RequestException as error:
        raise _Failure(_reason(error)) from None


def _url(session: Any, wheel: Wheel) -> str:
    """Returns the URL of a wheel on the index."""
    index = (os.environ.get(INDEX_VARIABLE) or INDEX).rstrip("/")
    form = "application/vnd.pypi.simple.v1+json"
    answer = _answer(session, f"{index}/{wheel.name.lower()}/", headers={"Accept": form})
    try:
        files = {file["filename"]: file["url"] for file in answer.json()["files"]}
    except (ValueError, KeyError, TypeError):
        raise _Failure(
            f"{_host(index)}: expected a package index that answers in JSON, got another answer; "
            "install pip, which may be able to read it"
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
    return urlsplit(url).netloc.rpartition("@")[2]  # without user name and password


def _reason(error: BaseException) -> str:
    """Returns the message of the innermost error."""
    while error.__context__ is not None:
        error = error.__context__
    return str(getattr(error, "strerror", None) or error) or type(error).__name__
