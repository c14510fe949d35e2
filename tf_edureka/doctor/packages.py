"""Checks Python and the installed packages against all requirements."""

import contextlib
import importlib.metadata
import platform
import sys
from collections.abc import Iterator

from tf_edureka.doctor.finding import Finding, note, ok, problem

try:
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.specifiers import SpecifierSet
    from packaging.utils import canonicalize_name
    from packaging.version import InvalidVersion
except ImportError:  # a dependency of TensorFlow; the doctor reports it
    HAS_PACKAGING = False
else:
    HAS_PACKAGING = True

PROJECT = "tf_edureka"
# Other builds of TensorFlow. They overwrite the same folder, so the last installed one is used.
OTHER_BUILDS = (
    "tensorflow-cpu",
    "tensorflow-gpu",
    "tensorflow-intel",
    "tensorflow-macos",
    "tensorflow-rocm",
    "intel-tensorflow",
    "tf-nightly",
)


def system() -> Iterator[Finding]:
    """Yields the findings about Python and the operating system."""
    python, wanted = platform.python_version(), ",".join(_own_metadata("Requires-Python"))
    limits = SpecifierSet(wanted) if HAS_PACKAGING and wanted else None
    if limits is not None and not limits.contains(python, prereleases=True):
        yield problem(f"Python: expected {wanted}, got {python}", f"install Python {wanted}")
    elif sys.maxsize < 2**32:
        yield problem("this Python has 32 bits", "install a 64-bit Python")
    else:
        yield ok(f"Python {python} on {platform.platform()}")
    if sys.platform == "win32":
        yield note(
            "TensorFlow supports no GPU on native Windows since 2.11; the CPU is used",
            "to use an NVIDIA GPU, install it in WSL2 (wsl --install)",
        )
    if sys.platform == "darwin":
        yield note(
            "TensorFlow supports no GPU on a Mac; the CPU is used",
            "do not install tensorflow-metal, which does not work with TensorFlow 2.18 or later",
        )
    if sys.platform == "linux" and platform.machine() != "x86_64":
        yield note(f"TensorFlow's wheels support no GPU on {platform.machine()}; the CPU is used")


def packages() -> Iterator[Finding]:
    """Checks the installed packages against what the project and its dependencies require."""
    if not HAS_PACKAGING:
        yield problem("packaging is not installed", "pip install packaging")
        return
    if not version(PROJECT):
        yield note(f"{PROJECT} is used from its sources", "pip install -e .")
    asked, fit = _requirements_by_package(), True
    for name, requirements in sorted(asked.items()):
        unmet = [(who, one) for who, one in requirements if not _is_met(one)]
        if unmet:
            fit = False
            who, requirement = unmet[0]
            # All upper limits, and the lower limits that are not met.
            limits = [limit for _, one in requirements for limit in one.specifier]
            upper = [limit for limit in limits if limit.operator != ">="]
            together = sorted({str(limit) for limit in (*requirement.specifier, *upper)})
            yield _mismatch(name, who, str(requirement.specifier), ",".join(together))
    tensorflow, metal = version("tensorflow"), version("tensorflow-metal")
    for other in filter(version, OTHER_BUILDS if tensorflow else ()):
        yield problem(
            f"{other} {version(other)} is installed in the same folder as tensorflow",
            f"pip uninstall {other}; then pip install --force-reinstall --no-deps "
            f"tensorflow=={tensorflow}",
        )
    if metal:
        yield problem(
            f"tensorflow-metal {metal} does not work with TensorFlow 2.18 or later",
            "pip uninstall tensorflow-metal",
        )
    if fit:
        shown = _versions_text("tensorflow", "keras", "tensorflow-datasets", "numpy")
        yield ok(f"{shown}; all {len(asked)} packages are compatible")


def cuda_wheels(wanted: bool) -> Iterator[Finding]:
    """Checks NVIDIA's wheels against tensorflow[and-cuda]; `wanted` is True if there is a GPU."""
    asked = _requirements("tensorflow", "and-cuda")
    if not any(version(requirement.name) for requirement in asked):
        if asked and wanted:
            yield note("none of NVIDIA's wheels is installed", "pip install -e '.[cuda]'")
        return
    bad = [requirement for requirement in asked if not _is_met(requirement)]
    for one in bad:
        needed = str(one.specifier)
        yield _mismatch(one.name, "tensorflow[and-cuda]", needed, needed)
    if not bad:
        shown = _versions_text("nvidia-cuda-runtime-cu12", "nvidia-cudnn-cu12", "nvidia-nccl-cu12")
        yield ok(f"NVIDIA's {len(asked)} wheels are compatible, among them {shown}")


def version(name: str) -> str | None:
    """Returns the version of the installed package `name`; None if it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _own_metadata(field: str) -> list[str]:
    """Returns a field of the project's own metadata; empty if it is not installed."""
    return importlib.metadata.metadata(PROJECT).get_all(field, []) if version(PROJECT) else []


def _requirements_by_package() -> dict[str, list[tuple[str, "Requirement"]]]:
    """Returns for each required package who requires it, with the requirement."""
    asked: dict[str, list[tuple[str, Requirement]]] = {}
    known: set[str] = set()
    queue = [PROJECT] if version(PROJECT) else ["tensorflow", "keras", "tensorflow-datasets"]
    while queue:
        name = queue.pop()
        known.add(name)
        requirements = _requirements(name)
        needed = {one.name for one in requirements}
        for extra in _own_metadata("Provides-Extra") if name == PROJECT else ():
            # Requirements of extras count only if the package is installed; CUDA has its own check.
            # A narrower range of a package that is needed anyway (NumPy) is ignored: the extra may
            # not be wanted.
            optional = (one for one in _requirements(name, extra) if one.name not in needed)
            requirements += [one for one in optional if version(one.name) and not one.extras]
        for requirement in requirements:
            dependency = canonicalize_name(requirement.name)
            asked.setdefault(dependency, []).append((name, requirement))
            if dependency not in known and version(dependency):
                queue.append(dependency)
    return asked


def _requirements(name: str, extra: str = "") -> list["Requirement"]:
    """Returns a package's requirements on this machine; with an extra, only those it adds."""
    if not HAS_PACKAGING:
        return []
    found = []
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        for text in importlib.metadata.requires(name) or ():
            with contextlib.suppress(InvalidRequirement):  # of a package older than the standard
                found.append(Requirement(text))
    return [one for one in found if _applies(one, extra) and not (extra and _applies(one, ""))]


def _applies(requirement: "Requirement", extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _is_met(requirement: "Requirement") -> bool:
    installed = version(requirement.name)
    try:
        return installed is not None and requirement.specifier.contains(installed, prereleases=True)
    except InvalidVersion:
        return False


def _mismatch(name: str, who: str, needed: str, limits: str) -> Finding:
    what = f"{name} {version(name) or 'is not installed'}, but {who} needs {name}{needed}"
    return problem(what, f"pip install '{name}{limits}'")


def _versions_text(*names: str) -> str:
    return ", ".join(f"{name} {version(name)}" for name in names if version(name))
