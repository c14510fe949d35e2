"""The period packages: the Python files of TensorFlow 1.15.5, Keras 2.3.1 and what they need.

They are fetched once into a folder of the user's. The folder contains a list of its files, which is
written last and has a known SHA-256. So a start only reads the list and compares file sizes; only
`fetch` and `is_intact` read the files themselves.
"""

import contextlib
import errno
import hashlib
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tf_edureka.errors import InputError
from tf_edureka.runner import period_wheels
from tf_edureka.runner.period_wheels import FOLDER_VARIABLE, Report, Wheel

WHEELS = (
    Wheel(
        "tensorflow-1.15.5-cp37-cp37m-manylinux2010_x86_64.whl",
        size=110499974,
        sha256="29831dda98d668067de75403b2fca0d06a2f026ef6f217fa2ca873c20b4ee4d3",
        package="tensorflow_core",
        licence="Apache-2.0",
    ),
    Wheel(
        "tensorflow_estimator-1.15.1-py2.py3-none-any.whl",
        size=503446,
        sha256="8853bfb7c3c96fbdc80b3d66c37a10af6ccbcd235dc87474764270c02a0f86b9",
        package="tensorflow_estimator",
        licence="Apache-2.0",
    ),
    Wheel(
        "Keras-2.3.1-py2.py3-none-any.whl",
        size=377825,
        sha256="d08a57bd63546175f8f19232ba05906514d419da3e0af8ef7437fa1c11442e20",
        package="keras",
        licence="MIT",
    ),
    Wheel(
        "Keras_Applications-1.0.8-py3-none-any.whl",
        size=50704,
        sha256="df4323692b8c1174af821bf906f1e442e63fa7589bf0f1230a0b6bdc5a810c95",
        package="keras_applications",
        licence="MIT",
    ),
    Wheel(
        "Keras_Preprocessing-1.1.2-py2.py3-none-any.whl",
        size=42581,
        sha256="7b82029b130ff61cc99b55f3bd27427df4838576838c5b2f65940e4fcec99a7b",
        package="keras_preprocessing",
        licence="MIT",
    ),
    Wheel(
        "astor-0.8.1-py2.py3-none-any.whl",
        size=27488,
        sha256="070a54e890cefb5b3739d19f30f5a5ec840ffc9c50ffa7d23cc9fc1a38ebbfc5",
        package="astor",
        licence="BSD-3-Clause",
    ),
)
LIST_SHA256 = "ecc37ac4b9b10ff007e3d95ab787ea35d10a2d98fbfe4df5d4db40c611db4bea"
KEPT_BYTES = 36770007
LICENCES = "period-licences"  # not a valid module name, so it cannot be imported
_LIST = "period-files.txt"  # one line per file: SHA-256, size in bytes, name


def location() -> Path:
    """Returns the path of the folder, which may not exist.

    Raises:
        InputError: if neither the variable is set nor a home folder exists.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(os.path.realpath(named or _caches() / "tf_edureka" / "period-1.15.5"))


def exists() -> bool:
    """True if the folder exists; `folder` reports whether it is damaged."""
    with contextlib.suppress(InputError, OSError):
        return location().is_dir()
    return False


def is_intact() -> bool:
    """True if all files exist and each has its published SHA-256.

    Raises:
        InputError: if neither the variable is set nor a home folder exists.
    """
    return _damage(location(), thoroughly=True) is None


def folder() -> Path:
    """Returns the folder of the files, for `sys.path`, after checking that it is complete.

    Returns:
        the folder, in which each file exists with its published size.

    Raises:
        InputError: if the folder does not exist or is damaged.
    """
    found = location()
    damage = _damage(found)
    if damage is None:
        return found
    if not found.is_dir():
        raise InputError(
            f"{found}: expected the Python files of TensorFlow 1.15.5 ({sizes()}), found nothing",
            topic="no period packages",
        )
    raise InputError(
        f"{found}: expected the Python files of TensorFlow 1.15.5, but {damage}",
        topic="period packages damaged",
    )


def sizes() -> str:
    """Returns the download size and the size on disk as text."""
    download = sum(wheel.size for wheel in WHEELS)
    return f"{download / 1e6:.1f} MB to download, {KEPT_BYTES / 1e6:.1f} MB to keep"


def fetch(progress: Report | None = None) -> Path:
    """Downloads the period packages unless they exist and are intact.

    Args:
        progress: called with the progress; None for no reports.

    Returns:
        the folder of the files.

    Raises:
        InputError: if the files cannot be downloaded or written.
    """
    wanted, report = location(), progress or (lambda what, done, total: None)
    if _damage(wanted, thoroughly=True) is None:
        return wanted
    with _errors_explained(wanted):
        wanted.parent.mkdir(parents=True, exist_ok=True)
        with _locked(wanted, report):
            # Checked again: another process may have fetched it meanwhile.
            if _damage(wanted, thoroughly=True) is not None:
                _check_replaceable(wanted)
                _build(wanted, report)
    return wanted


def _caches() -> Path:
    """Returns the user's cache folder on this operating system."""
    set_by, below_home = {
        "win32": ("LOCALAPPDATA", "AppData/Local"),
        "darwin": ("", "Library/Caches"),
    }.get(sys.platform, ("XDG_CACHE_HOME", ".cache"))
    caches = os.environ.get(set_by, "")
    if os.path.isabs(caches):  # XDG says to ignore a relative path
        return Path(caches)
    try:
        return Path.home() / below_home
    except RuntimeError:
        raise InputError(
            "expected a home folder to cache the Python files of TensorFlow 1.15.5 in, found none; "
            f"set {FOLDER_VARIABLE} to a folder for them"
        ) from None


def _damage(found: Path, thoroughly: bool = False) -> str | None:
    """Returns what is wrong with the folder; None if it is intact. `thoroughly` reads all files."""
    try:
        listed = (found / _LIST).read_bytes()
    except OSError as error:
        return f"its list {_LIST} cannot be read ({error.strerror})"
    if hashlib.sha256(listed).hexdigest() != LIST_SHA256:
        return f"its list {_LIST} has another SHA-256"
    beginning = f"{found}{os.sep}"
    for line in listed.decode().splitlines():
        sha256, size, name = line.split(" ", 2)
        try:
            found_size = os.stat(beginning + name).st_size
            if found_size != int(size):
                return f"{name} has {found_size} bytes instead of {size}"
            if thoroughly and period_wheels.sha256(Path(beginning + name)) != sha256:
                return f"{name} has another SHA-256"
        except OSError as error:
            return f"{name} cannot be read ({error.strerror})"
    return None


def _check_replaceable(found: Path) -> None:
    """Rejects a folder that contains anything except these files."""
    marks = {_LIST, LICENCES}
    ours = {*marks, *(wheel.package for wheel in WHEELS), "__pycache__", ".DS_Store"}
    names = {one.name for one in found.iterdir()} if found.exists() else set()
    others = sorted(names - ours if names & marks else names)
    if others:
        raise InputError(
            f"{found}: expected a folder with only the Python files of TensorFlow 1.15.5, got one "
            f"with {others[0]} in it; set {FOLDER_VARIABLE} to another folder"
        )


@contextlib.contextmanager
def _errors_explained(wanted: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, NotImplementedError) as error:  # the latter on file systems without locks
        reason = getattr(error, "strerror", None) or error
        where = getattr(error, "filename", None) or wanted  # perhaps the lock or the partial folder
        raise InputError(
            f"{wanted}: cannot be written ({where}: {reason}); set {FOLDER_VARIABLE} to another "
            "folder"
        ) from None


@contextlib.contextmanager
def _locked(wanted: Path, report: Report) -> Iterator[None]:
    """Holds a lock on the folder, after waiting for other processes that fetch into it."""
    import filelock  # here, so that a start without a fetch does not import it

    lock = filelock.FileLock(wanted.with_name(f".{wanted.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        report("waiting for another process that is fetching the same files", 0, 0)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _build(wanted: Path, report: Report) -> None:
    """Builds the folder under a temporary name and renames it once it is complete."""
    workplace = wanted.with_name(f".{wanted.name}.partial")
    shutil.rmtree(workplace, ignore_errors=True)  # left over from a killed process
    try:
        workplace.mkdir()
        wheels = period_wheels.download(WHEELS, workplace, report)
        report("unpacking", 0, 0)
        made = workplace / "made"
        rows = sorted(row for wheel in WHEELS for row in _unpack(wheel, wheels / wheel.file, made))
        lines = (f"{sha256} {size} {name}\n" for name, size, sha256 in rows)
        (made / _LIST).write_bytes("".join(lines).encode())
        damage = _damage(made)
        if damage is not None:
            raise OSError(errno.EIO, damage)
        if wanted.exists():
            wanted.rename(workplace / "replaced")
        made.rename(wanted)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def _unpack(wheel: Wheel, file: Path, made: Path) -> Iterator[tuple[str, int, str]]:
    """Unpacks the kept files of a wheel; yields each file's name, size and SHA-256."""
    with zipfile.ZipFile(file) as archive:
        for member in archive.namelist():
            name = _target_path(wheel, PurePosixPath(member))
            if name is not None:
                content = archive.read(member)
                (made / name).parent.mkdir(parents=True, exist_ok=True)
                (made / name).write_bytes(content)
                yield str(name), len(content), hashlib.sha256(content).hexdigest()


def _target_path(wheel: Wheel, member: PurePosixPath) -> PurePosixPath | None:
    """Returns the path of a wheel's file in the folder; None if the file is not kept."""
    top, *inner = member.parts
    if top == wheel.package and member.suffix == ".py" and inner[0] != "include":
        return member
    if top.endswith(".dist-info") and inner[0] in ("LICENSE", "METADATA"):
        # Not in a .dist-info folder: pip would regard these versions as installed.
        return PurePosixPath(LICENCES, f"{wheel.name}-{inner[0]}.txt")
    return None
