"""What a GPU needs beside TensorFlow: driver, libraries, XLA's tools, and code made for it."""

import contextlib
import ctypes
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tf_edureka.doctor.finding import Finding, note, ok, problem
from tf_edureka.doctor.packages import version

VISIBLE = "CUDA_VISIBLE_DEVICES"
CUDA = (12, 0)  # the least that a driver has to be for
_GOOD_PTXAS = (12, 6, 85)  # of CUDA 12.6.3; XLA warns of those of 12 before it
SYSTEM_CUDA = (Path("/usr/local/cuda"), Path("/opt/cuda"))
WSL_GPU = Path("/dev/dxg")

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
# What those need in turn.
NEEDED = {"libnvJitLink.so.12": "nvidia-nvjitlink-cu12"}
# cuInit's answers that have a cure.
CURES = {
    100: "the driver sees no GPU; in a container start it with --gpus all",
    802: "the GPUs are not ready; start NVIDIA's fabric manager",
    803: "the driver was updated under the running system; restart the machine",
    804: "the driver is too old for the CUDA compatibility package; update the driver",
    999: "the driver does not answer; restart the machine, or on a laptop reload nvidia_uvm",
}


def hardware() -> list[str]:
    """The NVIDIA GPUs on this machine's bus, whether or not there is a driver for them."""
    found = []
    for device in sorted(Path("/sys/bus/pci/devices").glob("*")):
        with contextlib.suppress(OSError):
            vendor, kind = ((device / name).read_text().strip() for name in ("vendor", "class"))
            if vendor == "0x10de" and kind.startswith("0x03"):
                found.append(device.name)
    return found


def gpus_hidden() -> bool:
    """Whether the environment hides all GPUs from CUDA."""
    visible = os.environ.get(VISIBLE)
    return visible is not None and not re.match(r"\s*(\d|GPU-|MIG-)", visible)


class Driver:
    """NVIDIA's driver, by which CUDA reaches the GPU.

    Attributes:
        cuda: the version of CUDA that it is for; (0, 0) without a driver.
        error: what it says when it is started; 0 for no error, None without a driver.
        count: how many GPUs it has to compute on.
    """

    def __init__(self) -> None:
        self.cuda, self.count = (0, 0), 0
        self.error: int | None = None
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

    def findings(self, gpus: list[str]) -> Iterator[Finding]:
        """What there is to say of it, given the `gpus` on the bus."""
        if gpus_hidden():
            yield note(f"{VISIBLE}={os.environ[VISIBLE]!r} hides all GPUs", f"unset {VISIBLE}")
        if self.error is None and gpus:
            yield problem(
                f"an NVIDIA GPU ({', '.join(gpus)}), but no driver: libcuda.so.1 cannot be loaded",
                "install NVIDIA's driver; start a container with --gpus all",
            )
        elif self.error is None:
            if sys.platform == "linux":
                # WSL2 has any GPU of Windows behind one device; whose it is, only a driver tells.
                advice = "if there is an NVIDIA GPU, install its driver on Windows"
                what = "no NVIDIA GPU and no driver for one; the CPU is used"
                yield note(what, advice if WSL_GPU.exists() else "")
        elif self.error:
            cure = CURES.get(self.error, "NVIDIA's documentation has the code under CUresult")
            finding = problem if gpus and not gpus_hidden() else note
            yield finding(f"the NVIDIA driver gives error {self.error}", cure)
        elif self.cuda < CUDA:
            yield problem(
                f"the NVIDIA driver is for CUDA {_dotted(self.cuda)}, but TensorFlow needs CUDA "
                f"{CUDA[0]}",
                "update the driver, to 525 or later",
            )
        else:
            said = _output("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader")
            release = f" {said.splitlines()[0]}" if said else ""
            yield ok(f"NVIDIA driver{release} for CUDA {_dotted(self.cuda)}, GPUs: {self.count}")


def open_libraries(used: bool) -> dict[str, tuple[Path | str, str]]:
    """Opens the libraries that TensorFlow opens for a GPU, if they are `used`.

    Returns:
        where each was, and what was wrong with it, if anything.
    """
    return {name: _open(name) for name in LIBRARIES if used}


def libraries(found: dict[str, tuple[Path | str, str]]) -> Iterator[Finding]:
    """What there is to say of the libraries that `open_libraries` has `found`."""
    for name, (path, error) in found.items():
        if error:
            missing = (re.findall(r"^(lib\w+\.so[.\d]*): cannot open", error) or [""])[0]
            wheel = (LIBRARIES | NEEDED).get(missing, LIBRARIES[name])
            fault = f"{missing}, which it needs, is missing" if missing else error
            yield problem(
                f"{name} is missing" if missing == name else f"{name} cannot be loaded: {fault}",
                f"pip install {'--force-reinstall ' if version(wheel) else ''}{wheel}",
            )
        elif wheel_folders() and "/nvidia/" not in str(path):
            yield note(
                f"{name} is taken from {path}, not from NVIDIA's wheel",
                "unset LD_LIBRARY_PATH, unless that is on purpose",
            )
    if found and not any(error for _, error in found.values()):
        yield ok(f"all {len(found)} libraries that TensorFlow opens for a GPU can be loaded")


def xla_tools(used: bool) -> Iterator[Finding]:
    """What XLA compiles with for a GPU, if it is `used`: ptxas, and libdevice, its mathematics."""
    if not used:
        return
    flags = re.findall(r"--xla_gpu_cuda_data_dir=(\S+)", os.environ.get("XLA_FLAGS", ""))
    given = [*flags[:1], os.environ.get("CUDA_HOME"), os.environ.get("CONDA_PREFIX")]
    roots = [Path(root) for root in given if root]
    roots += [*(folder.parent for folder in wheel_folders("cuda_nvcc/bin")), *SYSTEM_CUDA]
    advice = "pip install -e '.[cuda]', whose nvidia-cuda-nvcc-cu12 has it; or set XLA_FLAGS="
    advice += "--xla_gpu_cuda_data_dir to a folder with bin/ptxas and nvvm/libdevice"
    ptxas = shutil.which("ptxas") or first("bin/ptxas", roots)  # XLA looks on the path first, too
    if not ptxas:
        # XLA may know other places; whether it can compile is what the training at the end shows.
        yield note("XLA's ptxas is in none of the usual places", advice)
    elif not os.access(ptxas, os.X_OK):
        yield problem(f"{ptxas} may not be run", f"chmod +x {ptxas}")
    elif found := re.search(r"V(\d+)\.(\d+)\.(\d+)", _output(str(ptxas), "--version")):
        release = tuple(int(part) for part in found.groups())
        what = f"XLA's ptxas of CUDA {_dotted(release[:2])}"
        if release < _GOOD_PTXAS and release >= CUDA:
            yield note(
                f"{what} makes wrong code in rare cases, by what XLA says",
                "pip install --upgrade nvidia-cuda-nvcc-cu12",
            )
        else:
            yield ok(what)
    else:
        yield problem(f"{ptxas} does not run", advice)
    if not first("nvvm/libdevice/libdevice.10.bc", roots):
        yield note("XLA's libdevice.10.bc is in none of the usual places", advice)


def capability_finding(
    name: str, capability: list[int] | None, build: Mapping[str, Any], driver_cuda: tuple[int, int]
) -> Finding:
    """Whether TensorFlow's kernels fit a GPU.

    Args:
        name: of the GPU.
        capability: major and minor of its compute capability; None if unknown.
        build: what TensorFlow was built for, as `tf.sysconfig.get_build_info` says it. Code for
            `sm_80` runs on 8.0 and later 8.x. `compute_90` is code for 9.0 and later 9.x, and of it
            the driver makes code for any later GPU, if it is for the same CUDA or a later one.
        driver_cuda: the driver's version of CUDA.
    """
    if not capability:
        return note(f"{name}: compute capability unknown")
    major, minor = capability
    what = f"{name}, compute capability {major}.{minor}"
    made_for = ", ".join(build.get("cuda_compute_capabilities", []))
    codes = re.findall(r"\b(sm|compute)_(\d+)(\d)", made_for)
    earlier = [
        (kind, int(its_major))
        for kind, its_major, its_minor in codes
        if (int(its_major), int(its_minor)) <= (major, minor)
    ]
    if any(its_major == major for _, its_major in earlier):
        return ok(f"{what}: TensorFlow has code for it")
    if not any(kind == "compute" for kind, _ in earlier):
        return problem(
            f"{what}: TensorFlow has code for {made_for or 'no GPU'} only",
            "use --device cpu, or an older TensorFlow in an environment of its own",
        )
    needed = tuple(int(part) for part in build.get("cuda_version", "0.0").split(".")[:2])
    if driver_cuda < needed:
        return problem(
            f"{what}: TensorFlow's code for it is for CUDA {_dotted(needed)}, the driver "
            f"for CUDA {_dotted(driver_cuda)}",
            f"update the driver, to one for CUDA {_dotted(needed)} or later",
        )
    return note(
        f"{what}: the driver makes TensorFlow's code for it, at the first start",
        "that may take minutes, once; CUDA_CACHE_MAXSIZE=4294967296 makes room to keep it",
    )


def wheel_folders(pattern: str = "*/lib") -> list[Path]:
    """Folders of NVIDIA's wheels that match a `pattern`."""
    spec = importlib.util.find_spec("nvidia")
    places = (spec and spec.submodule_search_locations) or ()
    return [folder for place in places for folder in sorted(Path(place).glob(pattern))]


def first(name: str, folders: Iterable[Path]) -> Path | None:
    """The first file of that `name` in the `folders`; None if there is none."""
    return next((folder / name for folder in folders if (folder / name).exists()), None)


def _open(name: str) -> tuple[Path | str, str]:
    """Opens a library where the system would: where it was, and the error, if any."""
    on_path = [Path(f) for f in os.environ.get("LD_LIBRARY_PATH", "").split(":") if f]
    path = first(name, on_path + wheel_folders()) or name
    try:
        ctypes.CDLL(str(path))
        return path, ""
    except OSError as error:
        return path, str(error)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
