"""Python and packages: what is installed, against what asks for what."""

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
except ImportError:  # it comes with TensorFlow; whatever is missing, the doctor says so
    HAS_PACKAGING = False
else:
    HAS_PACKAGING = True

PROJECT = "tf_edureka"
# Other builds of TensorFlow: they write into the same folder, and the last one installed wins.
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
    """Python and the operating system."""
    python, wanted = platform.python_version(), ",".join(_own_metadata("Requires-Python"))
    limits = SpecifierSet(wanted) if HAS_PACKAGING and wanted else None
    if limits is not None and not limits.contains(python, prereleases=True):
        yield problem(f"Python {python}, expected {wanted}", f"install Python {wanted}")
    elif sys.maxsize < 2**32:
        yield problem("Python of 32 bits", "install Python of 64 bits")
    else:
        yield ok(f"Python {python} on {platform.platform()}")
    if sys.platform == "win32":
        yield note(
            "TensorFlow has no GPU on Windows itself since 2.11; the CPU is used",
            "for an NVIDIA GPU install it within WSL2 (wsl --install)",
        )
    if sys.platform == "darwin":
        yield note(
            "TensorFlow has no GPU on a Mac; the CPU is used",
            "leave tensorflow-metal away: it does not fit TensorFlow from 2.18 on",
        )
    if sys.platform == "linux" and platform.machine() != "x86_64":
        yield note(f"TensorFlow's wheels have no GPU on {platform.machine()}; CPU is used")


def packages() -> Iterator[Finding]:
    """What is installed, against what the project and all that it needs ask for."""
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
            # All upper limits, and of the lower ones those that are not met.
            limits = [limit for _, one in requirements for limit in one.specifier]
            upper = [limit for limit in limits if limit.operator != ">="]
            together = sorted({str(limit) for limit in (*requirement.specifier, *upper)})
            yield _mismatch(name, who, str(requirement.specifier), ",".join(together))
    tensorflow, metal = version("tensorflow"), version("tensorflow-metal")
    for other in filter(version, OTHER_BUILDS if tensorflow else ()):
        yield problem(
            f"{other} {version(other)} is installed beside tensorflow, into the same folder",
            f"pip uninstall {other}; then pip install --force-reinstall --no-deps "
            f"tensorflow=={tensorflow}",
        )
    if metal:
        yield problem(
            f"tensorflow-metal {metal} does not fit TensorFlow from 2.18 on",
            "pip uninstall tensorflow-metal",
        )
    if fit:
        shown = _versions_text("tensorflow", "keras", "tensorflow-datasets", "numpy")
        yield ok(f"{shown}; all {len(asked)} packages fit together")


def cuda_wheels(wanted: bool) -> Iterator[Finding]:
    """NVIDIA's wheels against TensorFlow's `and-cuda`; `wanted`: whether there is a GPU."""
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
        yield ok(f"NVIDIA's {len(asked)} wheels fit, among them {shown}")


def version(name: str) -> str | None:
    """The version of the installed package `name`; None if it is not there."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _own_metadata(field: str) -> list[str]:
    """What the project says of itself in a field; nothing if it is not installed."""
    return importlib.metadata.metadata(PROJECT).get_all(field, []) if version(PROJECT) else []


def _requirements_by_package() -> dict[str, list[tuple[str, "Requirement"]]]:
    """Who asks for what, by the package that is asked for."""
    asked: dict[str, list[tuple[str, Requirement]]] = {}
    known: set[str] = set()
    queue = [PROJECT] if version(PROJECT) else ["tensorflow", "keras", "tensorflow-datasets"]
    while queue:
        name = queue.pop()
        known.add(name)
        requirements = _requirements(name)
        needed = {one.name for one in requirements}
        for extra in _own_metadata("Provides-Extra") if name == PROJECT else ():
            # What extras ask for concerns whoever has installed it; CUDA has its own check. Of what
            # is needed anyway (NumPy) a narrower range says nothing: the extra may not be wanted.
            optional = (one for one in _requirements(name, extra) if one.name not in needed)
            requirements += [one for one in optional if version(one.name) and not one.extras]
        for requirement in requirements:
            dependency = canonicalize_name(requirement.name)
            asked.setdefault(dependency, []).append((name, requirement))
            if dependency not in known and version(dependency):
                queue.append(dependency)
    return asked


def _requirements(name: str, extra: str = "") -> list["Requirement"]:
    """What a package asks for on this machine; with an extra, what that asks for beyond."""
    if not HAS_PACKAGING:
        return []
    found = []
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        for text in importlib.metadata.requires(name) or ():
            with contextlib.suppress(InvalidRequirement):  # of a package from before the standard
                found.append(Requirement(text))
    return [one for one in found if _applies(one, extra) and not (extra and _applies(one, ""))]


def _applies(requirement: "Requirement", extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _is_met(requirement: "Requirement") -> bool:
    there = version(requirement.name)
    try:
        return there is not None and requirement.specifier.contains(there, prereleases=True)
    except InvalidVersion:
        return False


def _mismatch(name: str, who: str, needed: str, limits: str) -> Finding:
    what = f"{name} {version(name) or 'is not installed'}, but {who} needs {name}{needed}"
    return problem(what, f"pip install '{name}{limits}'")


def _versions_text(*names: str) -> str:
    return ", ".join(f"{name} {version(name)}" for name in names if version(name))
