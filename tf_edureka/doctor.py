"""Says what training would run on here, what is missing for a GPU, and what to install.

`python -m tf_edureka.doctor` needs nothing but Python: whatever is broken, it says so. TensorFlow
runs in a process of its own (`probe.py`), since it may take its process down.
"""

import argparse
import ctypes
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

PROJECT = "tf_edureka"
OK, NOTE, PROBLEM = "ok", "note", "problem"
BROKEN = 1
TRAINING_WORKS = "training works on"
PROBE_SECONDS = 300
CUDA = (12, 0)  # the least that a driver has to be for
SYSTEM_CUDA = Path("/usr/local/cuda")

# What TensorFlow opens for a GPU, and what NVIDIA's wheel with it is called. CUDA 12's numbers.
LIBRARIES = {
    "libcudart.so.12": "nvidia-cuda-runtime-cu12",
    "libcublas.so.12": "nvidia-cublas-cu12",
    "libcublasLt.so.12": "nvidia-cublas-cu12",
    "libcufft.so.11": "nvidia-cufft-cu12",
    "libcusolver.so.11": "nvidia-cusolver-cu12",
    "libcusparse.so.12": "nvidia-cusparse-cu12",
    "libcudnn.so.9": "nvidia-cudnn-cu12",
    "libnccl.so.2": "nvidia-nccl-cu12",
}
# Other builds of TensorFlow: they write into the same folder, and the last one installed wins.
RIVALS = (
    "tensorflow-cpu",
    "tensorflow-gpu",
    "tensorflow-intel",
    "tensorflow-macos",
    "tensorflow-rocm",
    "intel-tensorflow",
    "tf-nightly",
)
VISIBLE = "CUDA_VISIBLE_DEVICES"
# cuInit's answers that have a cure.
CURES = {
    100: "the driver sees no GPU; in a container start it with --gpus all",
    802: "the GPUs are not ready; start NVIDIA's fabric manager",
    803: "the driver was updated under the running system; restart the machine",
    804: "the driver is too old for the CUDA compatibility package; update the driver",
    999: "the driver does not answer; restart the machine, or on a laptop reload nvidia_uvm",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        status: `"ok"`; `"note"`: worth knowing; `"problem"`: keeps something from working.
        what: that was found.
        advice: what to do about it, in one line.
    """

    status: str
    what: str
    advice: str = ""


def examine() -> Iterator[Finding]:
    """Looks at everything, from Python to a training step on each device."""
    yield from system()
    yield from packages()
    gpus, driver = hardware(), Driver()
    yield from driver.findings(gpus)
    wanted = bool(gpus or driver.works) and not hidden()
    yield from cuda_wheels(wanted)
    opened = list(libraries(wanted))
    yield from opened
    yield from xla_tools(wanted)
    told = {name for name in LIBRARIES if any(f.what.startswith(name) for f in opened)}
    yield from tensorflow(wanted, driver.cuda, told)


def system() -> Iterator[Finding]:
    """Python and the operating system."""
    version = platform.python_version()
    wanted = _own_metadata().get("Requires-Python")
    fits = _fits(version, wanted)
    if fits is False:
        yield Finding(PROBLEM, f"Python {version}, expected {wanted}", f"install Python {wanted}")
    elif sys.maxsize < 2**32:
        yield Finding(PROBLEM, "Python of 32 bits", "install Python of 64 bits")
    else:
        yield Finding(OK, f"Python {version} on {platform.platform()}")
    if sys.platform == "win32":
        yield Finding(
            NOTE,
            "TensorFlow has no GPU on Windows itself since 2.11; the CPU is used",
            "for an NVIDIA GPU install it within WSL2 (wsl --install)",
        )
    if sys.platform == "darwin":
        yield Finding(
            NOTE,
            "TensorFlow has no GPU on a Mac; the CPU is used",
            "leave tensorflow-metal away: it does not fit TensorFlow from 2.18 on",
        )
    if sys.platform == "linux" and platform.machine() != "x86_64":
        yield Finding(NOTE, f"TensorFlow's wheels have no GPU on {platform.machine()}; CPU is used")


def packages() -> Iterator[Finding]:
    """What is installed, against what the project and all that it needs ask for."""
    try:
        from packaging.requirements import Requirement
        from packaging.utils import canonicalize_name
    except ImportError:
        yield Finding(PROBLEM, "packaging is not installed", "pip install packaging")
        return
    asked, queue = {}, [PROJECT]
    if not _own_metadata():
        yield Finding(NOTE, f"{PROJECT} is used from its sources", "pip install -e .")
        queue = ["tensorflow", "keras", "tensorflow-datasets"]
    known = set()
    while queue:
        name = queue.pop()
        known.add(name)
        for requirement in map(Requirement, _requires(name)):
            extra = re.search(r"extra == [\"']([^\"']+)", str(requirement.marker or ""))
            if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
                # What extras ask for concerns whoever has installed it; CUDA has its own check.
                mine = (
                    extra and name == PROJECT and requirement.marker.evaluate({"extra": extra[1]})
                )
                if not mine or requirement.extras or _version(requirement.name) is None:
                    continue
            dependency = canonicalize_name(requirement.name)
            asked.setdefault(dependency, []).append((name, requirement))
            if dependency not in known and _version(dependency) is not None:
                queue.append(dependency)
    bad = False
    for dependency, requirements in sorted(asked.items()):
        version = _version(dependency)
        against = [
            (who, requirement)
            for who, requirement in requirements
            if version is None or not requirement.specifier.contains(version, prereleases=True)
        ]
        if against:
            bad = True
            who, requirement = against[0]
            # All upper limits, and of the lower ones those that are not met.
            limits = [limit for _, one in requirements for limit in one.specifier]
            limits = [limit for limit in limits if limit.operator != ">="]
            limits = ",".join(sorted({str(limit) for limit in (*requirement.specifier, *limits)}))
            yield Finding(
                PROBLEM,
                f"{dependency} {version or 'is not installed'}, but {who} needs "
                f"{dependency}{requirement.specifier}",
                f"pip install '{dependency}{limits}'",
            )
    rivals = [name for name in RIVALS if _version(name)]
    for rival in rivals:
        yield Finding(
            PROBLEM,
            f"{rival} {_version(rival)} is installed beside tensorflow, into the same folder",
            f"pip uninstall {rival}; then pip install --force-reinstall --no-deps "
            f"tensorflow=={_version('tensorflow')}",
        )
    if _version("tensorflow-metal"):
        yield Finding(
            PROBLEM,
            f"tensorflow-metal {_version('tensorflow-metal')} does not fit TensorFlow from 2.18 on",
            "pip uninstall tensorflow-metal",
        )
    if not bad:
        shown = [
            f"{name} {_version(name)}"
            for name in ("tensorflow", "keras", "tensorflow-datasets", "numpy")
            if _version(name)
        ]
        yield Finding(OK, f"{', '.join(shown)}; all {len(asked)} packages fit together")


def hardware() -> list[str]:
    """The NVIDIA GPUs on this machine's bus, whether or not there is a driver for them."""
    found = []
    for device in sorted(Path("/sys/bus/pci/devices").glob("*")):
        try:
            vendor, kind = ((device / name).read_text().strip() for name in ("vendor", "class"))
        except OSError:
            continue
        if vendor == "0x10de" and kind.startswith("0x03"):
            found.append(device.name)
    # WSL2 has the GPU behind a device of its own.
    return found or [str(path) for path in [Path("/dev/dxg")] if path.exists()]


def hidden() -> bool:
    """Whether the environment hides all GPUs from CUDA."""
    visible = os.environ.get(VISIBLE)
    return visible is not None and not re.match(r"\s*(\d|GPU-|MIG-)", visible)


class Driver:
    """NVIDIA's driver, by which CUDA reaches the GPU.

    Attributes:
        cuda: the version of CUDA that it is for; (0, 0) without a driver.
        error: what it says when it is started; 0 for no error, None without a driver.
        count: how many GPUs it has.
    """

    def __init__(self) -> None:
        self.cuda, self.error, self.count = (0, 0), None, 0
        try:
            library = ctypes.CDLL("libcuda.so.1")
        except OSError:
            return
        number = ctypes.c_int()
        library.cuDriverGetVersion(ctypes.byref(number))
        self.cuda = number.value // 1000, number.value % 1000 // 10
        self.error = library.cuInit(0)
        if not self.error:
            library.cuDeviceGetCount(ctypes.byref(number))
            self.count = number.value

    @property
    def works(self) -> bool:
        """Whether it has a GPU to compute on."""
        return self.error == 0 and self.count > 0

    def findings(self, gpus: list[str]) -> Iterator[Finding]:
        """What there is to say of it, given the GPUs on the bus."""
        if hidden():
            yield Finding(
                NOTE, f"{VISIBLE}={os.environ[VISIBLE]!r} hides all GPUs", f"unset {VISIBLE}"
            )
        version = _dotted(self.cuda)
        if self.error is None and gpus:
            yield Finding(
                PROBLEM,
                f"an NVIDIA GPU ({', '.join(gpus)}), but no driver: libcuda.so.1 cannot be loaded",
                "install NVIDIA's driver (for WSL2 on Windows); start a container with --gpus all",
            )
        elif self.error is None:
            if sys.platform == "linux":
                yield Finding(NOTE, "no NVIDIA GPU and no driver for one; the CPU is used")
        elif self.error:
            cure = CURES.get(self.error, "NVIDIA's documentation has the code under CUresult")
            status = PROBLEM if gpus and not hidden() else NOTE
            yield Finding(status, f"the NVIDIA driver gives error {self.error}", cure)
        elif self.cuda < CUDA:
            yield Finding(
                PROBLEM,
                f"the NVIDIA driver is for CUDA {version}, but TensorFlow needs CUDA {CUDA[0]}",
                "update the driver, to 525 or later",
            )
        else:
            yield Finding(
                OK, f"NVIDIA driver{_driver_release()} for CUDA {version}, GPUs: {self.count}"
            )


def cuda_wheels(wanted: bool) -> Iterator[Finding]:
    """NVIDIA's wheels, against what the installed TensorFlow asks for as `and-cuda`."""
    try:
        from packaging.requirements import Requirement
    except ImportError:
        return
    asked = [
        requirement
        for requirement in map(Requirement, _requires("tensorflow"))
        if requirement.marker
        and requirement.marker.evaluate({"extra": "and-cuda"})
        and not requirement.marker.evaluate({"extra": ""})
    ]
    there = [requirement for requirement in asked if _version(requirement.name)]
    if not there:
        if asked and wanted:
            yield Finding(NOTE, "none of NVIDIA's wheels is installed", "pip install -e '.[cuda]'")
        return
    bad = [
        requirement
        for requirement in asked
        if not _version(requirement.name)
        or not requirement.specifier.contains(_version(requirement.name), prereleases=True)
    ]
    for requirement in bad:
        yield Finding(
            PROBLEM,
            f"{requirement.name} {_version(requirement.name) or 'is not installed'}, but "
            f"tensorflow[and-cuda] needs {requirement.name}{requirement.specifier}",
            f"pip install '{requirement.name}{requirement.specifier}'",
        )
    if not bad:
        shown = [
            f"{name.removeprefix('nvidia-').removesuffix('-cu12')} {_version(name)}"
            for name in ("nvidia-cuda-runtime-cu12", "nvidia-cudnn-cu12", "nvidia-nccl-cu12")
            if _version(name)
        ]
        yield Finding(OK, f"NVIDIA's {len(asked)} wheels fit: {', '.join(shown)}")


def libraries(wanted: bool) -> Iterator[Finding]:
    """Each library that TensorFlow opens for a GPU, found and opened as the system does it."""
    folders = _wheel_folders()
    if sys.platform != "linux" or not (folders or wanted):
        return
    loaded = 0
    for name, wheel in LIBRARIES.items():
        path, error = _open(name, folders)
        if error:
            at_fault = re.match(r"(lib\w+\.so[.\d]*): cannot open", error)
            missing = at_fault[1] if at_fault else ""
            wheel = _wheel_of(missing) or wheel
            fault = f"{missing}, which it needs, is missing" if missing else error
            yield Finding(
                PROBLEM,
                f"{name} is missing" if missing == name else f"{name} cannot be loaded: {fault}",
                f"pip install {'--force-reinstall ' if _version(wheel) else ''}{wheel}",
            )
            continue
        loaded += 1
        if folders and "/nvidia/" not in str(path):
            yield Finding(
                NOTE,
                f"{name} is taken from {path}, not from NVIDIA's wheel",
                "unset LD_LIBRARY_PATH, unless that is on purpose",
            )
    if loaded == len(LIBRARIES):
        yield Finding(OK, f"all {loaded} libraries that TensorFlow opens for a GPU can be loaded")


def xla_tools(wanted: bool) -> Iterator[Finding]:
    """What XLA compiles with for a GPU: the assembler ptxas, and libdevice, its mathematics."""
    roots = [folder.parent for folder in _wheel_folders("cuda_nvcc/bin")]
    if sys.platform != "linux" or not (_wheel_folders() or wanted):
        return
    given = re.search(r"--xla_gpu_cuda_data_dir=(\S+)", os.environ.get("XLA_FLAGS", ""))
    roots += [Path(root) for root in [given and given[1], os.environ.get("CUDA_HOME")] if root]
    roots.append(SYSTEM_CUDA)
    advice = "pip install -e '.[cuda]', whose nvidia-cuda-nvcc-cu12 has it; or set XLA_FLAGS="
    advice += "--xla_gpu_cuda_data_dir to a folder with bin/ptxas and nvvm/libdevice"
    ptxas = next((root / "bin/ptxas" for root in roots if (root / "bin/ptxas").exists()), None)
    ptxas = ptxas or (Path(found) if (found := shutil.which("ptxas")) else None)
    libdevice = [root for root in roots if (root / "nvvm/libdevice/libdevice.10.bc").exists()]
    if ptxas and not os.access(ptxas, os.X_OK):
        yield Finding(PROBLEM, f"{ptxas} may not be run", f"chmod +x {ptxas}")
    elif ptxas:
        said = _output([str(ptxas), "--version"])
        release = re.search(r"release ([\d.]+)", said)
        yield (
            Finding(OK, f"XLA's ptxas of CUDA {release[1]}")
            if release
            else Finding(PROBLEM, f"{ptxas} does not run", advice)
        )
    else:
        yield Finding(PROBLEM, "XLA's ptxas is missing", advice)
    if not libdevice:
        yield Finding(PROBLEM, "XLA's libdevice.10.bc is missing", advice)


def tensorflow(wanted: bool, driver_cuda: tuple[int, int], told: set[str]) -> Iterator[Finding]:
    """What TensorFlow says itself, and a training step on each device."""
    facts, training, said, ended = _probe()
    if "versions" not in facts:
        yield Finding(PROBLEM, f"TensorFlow cannot be imported: {ended}", _advice_on_import(ended))
        return
    build, gpus = facts.get("build", {}), facts.get("gpus", [])
    if build.get("is_cuda_build"):
        yield Finding(
            OK,
            f"TensorFlow {facts['versions']['tensorflow']} is built for CUDA "
            f"{build['cuda_version']}, cuDNN {build['cudnn_version']}, and "
            f"{', '.join(build['cuda_compute_capabilities'])}",
        )
    elif build and wanted:
        yield Finding(PROBLEM, "this TensorFlow is built without CUDA", "pip install tensorflow")
    missing = set(re.findall(r"Could not load dynamic library '([^']+)'", said))
    for name in sorted(missing - told - {"libcuda.so.1"} if wanted else ()):
        folder = next((f for f in _wheel_folders() if (f / name).exists()), None)
        yield Finding(
            PROBLEM if not gpus and name in LIBRARIES else NOTE,
            f"TensorFlow does not find {name}",
            f"export LD_LIBRARY_PATH={folder}" if folder else "",
        )
    if facts.get("helped"):
        folder = Path(facts["helped"]).parent
        yield Finding(
            NOTE,
            "TensorFlow does not look into cuSOLVER's wheel; this project loads it beforehand",
            f"in other programs: export LD_LIBRARY_PATH={folder}",
        )
    for name, capability in gpus:
        yield capability_finding(name, capability, build, driver_cuda)
    if wanted and not gpus:
        yield Finding(PROBLEM, "TensorFlow sees no GPU", "mend the problems above")
    for device, outcomes in training.items():
        yield training_finding(device, outcomes)
    if ended:
        yield Finding(PROBLEM, f"TensorFlow's process ended early: {ended}", "")


def capability_finding(
    name: str, capability: list[int] | None, build: dict, driver_cuda: tuple[int, int]
) -> Finding:
    """Whether TensorFlow's kernels fit a GPU.

    Args:
        name: of the GPU.
        capability: major and minor of its compute capability; None if unknown.
        build: what TensorFlow was built for, as `tf.sysconfig.get_build_info` says it. Code for
            `sm_80` runs on 8.0 and later 8.x. Of `compute_90` the driver makes code for any GPU
            from 9.0 on, if it is for the same CUDA or a later one.
        driver_cuda: the driver's version of CUDA.
    """
    if not capability:
        return Finding(NOTE, f"{name}: compute capability unknown")
    major, minor = capability
    what = f"{name}, compute capability {major}.{minor}"
    made_for = build.get("cuda_compute_capabilities", [])
    for text in made_for:
        kind, _, number = text.rstrip("af").partition("_")
        if kind == "sm" and int(number[:-1]) == major and int(number[-1]) <= minor:
            return Finding(OK, f"{what}: TensorFlow has code for it")
    for text in made_for:
        kind, _, number = text.rstrip("af").partition("_")
        if kind == "compute" and (int(number[:-1]), int(number[-1])) <= (major, minor):
            needed = tuple(int(part) for part in build.get("cuda_version", "0.0").split(".")[:2])
            if driver_cuda < needed:
                return Finding(
                    PROBLEM,
                    f"{what}: TensorFlow's code for it is for CUDA {_dotted(needed)}, the driver "
                    f"for CUDA {_dotted(driver_cuda)}",
                    f"update the driver, to one for CUDA {_dotted(needed)} or later",
                )
            return Finding(
                NOTE,
                f"{what}: the driver makes TensorFlow's code for it, at the first start",
                "that may take minutes, once; CUDA_CACHE_MAXSIZE=4294967296 makes room to keep it",
            )
    return Finding(
        PROBLEM,
        f"{what}: TensorFlow has code for {', '.join(made_for) or 'no GPU'} only",
        "use --device cpu, or an older TensorFlow in an environment of its own",
    )


def training_finding(device: str, outcomes: dict[str, dict]) -> Finding:
    """What came of a few steps of training on a device, with XLA as in real training, and without.

    Args:
        device: for example `CPU:0`.
        outcomes: `"xla"` and `"kernels"`: each has `"seconds"` or `"error"`.
    """
    xla, kernels = outcomes.get("xla", {}), outcomes.get("kernels", {})
    if "seconds" in xla:
        return Finding(OK, f"{TRAINING_WORKS} {device} ({xla['seconds']:.1f} s for a few steps)")
    if "error" not in xla:
        return Finding(PROBLEM, f"training on {device} ended TensorFlow's process")
    advice = "use another device (--device)"
    if "seconds" in kernels:
        advice = "it is XLA that fails, without it training works; see ptxas and libdevice above"
    return Finding(PROBLEM, f"training fails on {device}: {xla['error']}", advice)


def _probe() -> tuple[dict, dict[str, dict], str, str]:
    """Runs `probe.py`: facts, outcomes by device, its log, and how it ended if not well."""
    environment = {
        **os.environ,
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "0",
        "TF_CPP_VMODULE": "dso_loader=1",
    }
    command = [sys.executable, "-m", f"{__package__}.probe"]
    try:
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PROBE_SECONDS,
        )
        said, out, ended = done.stderr, done.stdout, ""
        if done.returncode < 0:
            ended = signal.Signals(-done.returncode).name
        elif done.returncode:
            ended = ([line for line in said.splitlines() if line.strip()] or ["no word"])[-1]
    except subprocess.TimeoutExpired as late:
        said, out = ((text or b"").decode(errors="replace") for text in (late.stderr, late.stdout))
        ended = f"no end after {PROBE_SECONDS} s"
    facts, training = {}, {}
    for line in out.splitlines():
        try:
            found = json.loads(line)
        except ValueError:  # something else that a package prints
            continue
        for key, way in (("training", "xla"), ("without_xla", "kernels")):
            if key in found:
                training.setdefault(found.pop(key), {})[way] = found
                break
        else:
            facts |= found
    return facts, training, said, ended


def _advice_on_import(ended: str) -> str:
    if ended == "SIGILL":
        return "this processor lacks AVX, which TensorFlow needs; use another machine"
    if module := re.search(r"No module named '([\w.]+)'", ended):
        return f"pip install {module[1].split('.')[0]}"
    return "mend the packages above, or begin with a new virtual environment"


def _own_metadata() -> dict | importlib.metadata.PackageMetadata:
    try:
        return importlib.metadata.metadata(PROJECT)
    except importlib.metadata.PackageNotFoundError:
        return {}


def _requires(name: str) -> list[str]:
    try:
        return importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return []


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _fits(version: str, specifier: str | None) -> bool | None:
    try:
        from packaging.specifiers import SpecifierSet
    except ImportError:
        return None
    return SpecifierSet(specifier or "").contains(version, prereleases=True)


def _wheel_folders(pattern: str = "*/lib") -> list[Path]:
    """Folders of NVIDIA's wheels."""
    spec = importlib.util.find_spec("nvidia")
    places = (spec and spec.submodule_search_locations) or ()
    return [folder for place in places for folder in sorted(Path(place).glob(pattern))]


def _open(name: str, folders: list[Path]) -> tuple[Path | str, str]:
    """Opens a library where the system would: where it was, and the error, if any."""
    on_path = [Path(f) for f in os.environ.get("LD_LIBRARY_PATH", "").split(":") if f]
    candidates = [folder / name for folder in (*on_path, *folders) if (folder / name).exists()]
    path = candidates[0] if candidates else name
    try:
        ctypes.CDLL(str(path))
        return path, ""
    except OSError as error:
        return path, str(error)


def _wheel_of(library: str) -> str:
    if library.startswith("libnvJitLink"):
        return "nvidia-nvjitlink-cu12"
    return LIBRARIES.get(library, "")


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _driver_release() -> str:
    said = _output(["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"])
    return f" {said.splitlines()[0]}" if said else ""


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def main(argv: list[str] | None = None) -> int:
    """Examines, prints, and gives the exit code."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {__package__}.doctor",
        description="Say what training would run on here, what is missing for a GPU, and what to "
        "install.",
        epilog="Exit codes: 0 training works, on the GPU if there is one; 1 there is a problem.",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    args = parser.parse_args(argv)
    findings = []
    for finding in examine():
        findings.append(finding)
        if not args.json:
            advice = f"\n{'':9}-> {finding.advice}" if finding.advice else ""
            print(f"{finding.status:9}{finding.what}{advice}", flush=True)
    problems = sum(finding.status == PROBLEM for finding in findings)
    if args.json:
        print(
            json.dumps({"works": not problems, "findings": [asdict(f) for f in findings]}, indent=1)
        )
    else:
        works = [f.what.split()[3] for f in findings if f.what.startswith(TRAINING_WORKS)]
        print(f"\nproblems: {problems}; training works on: {', '.join(works) or 'nothing'}")
    return BROKEN if problems else 0


if __name__ == "__main__":
    sys.exit(main())
