"""Checks what a GPU needs besides TensorFlow: driver, libraries, XLA's tools, and code for it."""

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
CUDA = (12, 0)  # the oldest CUDA version that the driver must support
_GOOD_PTXAS = (12, 6, 85)  # of CUDA 12.6.3; XLA warns about earlier ones of CUDA 12
SYSTEM_CUDA = (Path("/usr/local/cuda"), Path("/opt/cuda"))
WSL_GPU = Path("/dev/dxg")

# The libraries that TensorFlow opens for a GPU, and the NVIDIA wheel of each, for CUDA 12.
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
# Libraries that those depend on.
NEEDED = {"libnvJitLink.so.12": "nvidia-nvjitlink-cu12"}
# Error codes of cuInit for which there is a remedy.
REMEDIES = {
    100: "the driver sees no GPU; start a container with --gpus all",
    802: "the GPUs are not ready; start NVIDIA's fabric manager",
    803: "the driver was updated under the running system; restart the machine",
    804: "the driver is too old for the CUDA compatibility package; update the driver",
    999: "the driver does not respond; restart the machine, or on a laptop reload nvidia_uvm",
}


def hardware() -> list[str]:
    """Lists the NVIDIA GPUs on the PCI bus, with or without a driver."""
    found = []
    for device in sorted(Path("/sys/bus/pci/devices").glob("*")):
        with contextlib.suppress(OSError):
            vendor, kind = ((device / name).read_text().strip() for name in ("vendor", "class"))
            if vendor == "0x10de" and kind.startswith("0x03"):
                found.append(device.name)
    return found


def gpus_hidden() -> bool:
    """True if the environment hides all GPUs from CUDA."""
    visible = os.environ.get(VISIBLE)
    return visible is not None and not re.match(r"\s*(\d|GPU-|MIG-)", visible)


class Driver:
    """NVIDIA's driver, through which CUDA uses the GPU.

    Attributes:
        cuda: CUDA version that the driver supports; (0, 0) without a driver.
        error: error code of its initialisation; 0 for success, None without a driver.
        count: number of GPUs available to CUDA.
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
        """Yields the findings about the driver, given the `gpus` on the bus."""
        if gpus_hidden():
            yield note(f"{VISIBLE}={os.environ[VISIBLE]!r} hides all GPUs", f"unset {VISIBLE}")
        if self.error is None and gpus:
            yield problem(
                f"NVIDIA GPU found ({', '.join(gpus)}), but no driver: libcuda.so.1 cannot be "
                "loaded",
                "install NVIDIA's driver; start a container with --gpus all",
            )
        elif self.error is None:
            if sys.platform == "linux":
                # WSL2 shows any Windows GPU as one device; only a driver tells its vendor.
                advice = "if there is an NVIDIA GPU, install its driver on Windows"
                what = "no NVIDIA GPU and no driver for one; the CPU is used"
                yield note(what, advice if WSL_GPU.exists() else "")
        elif self.error:
            remedy = REMEDIES.get(
                self.error, "see this code under CUresult in NVIDIA's documentation"
            )
            finding = problem if gpus and not gpus_hidden() else note
            yield finding(f"the NVIDIA driver reports error {self.error}", remedy)
        elif self.cuda < CUDA:
            yield problem(
                f"the NVIDIA driver supports CUDA {_dotted(self.cuda)}, but TensorFlow needs CUDA "
                f"{CUDA[0]}",
                "update the driver to version 525 or later",
            )
        else:
            output = _output("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader")
            release = f" {output.splitlines()[0]}" if output else ""
            yield ok(f"NVIDIA driver{release} for CUDA {_dotted(self.cuda)}, GPUs: {self.count}")


def open_libraries(used: bool) -> dict[str, tuple[Path | str, str]]:
    """Opens the libraries that TensorFlow opens for a GPU, if they are `used`.

    Returns:
        path and error of each library by its name; the error is empty if it was loaded.
    """
    return {name: _open(name) for name in LIBRARIES if used}


def libraries(found: dict[str, tuple[Path | str, str]]) -> Iterator[Finding]:
    """Yields the findings about the libraries `found` by `open_libraries`."""
    for name, (path, error) in found.items():
        if error:
            missing = (re.findall(r"^(lib\w+\.so[.\d]*): cannot open", error) or [""])[0]
            wheel = (LIBRARIES | NEEDED).get(missing, LIBRARIES[name])
            fault = f"its dependency {missing} is missing" if missing else error
            yield problem(
                f"{name} is missing" if missing == name else f"{name} cannot be loaded: {fault}",
                f"pip install {'--force-reinstall ' if version(wheel) else ''}{wheel}",
            )
        elif wheel_folders() and "/nvidia/" not in str(path):
            yield note(
                f"{name} is loaded from {path}, not from NVIDIA's wheel",
                "unset LD_LIBRARY_PATH, unless that is intended",
            )
    if found and not any(error for _, error in found.values()):
        yield ok(f"all {len(found)} libraries that TensorFlow opens for a GPU can be loaded")


def xla_tools(used: bool) -> Iterator[Finding]:
    """Yields the findings about XLA's GPU tools, ptxas and libdevice, if a GPU is `used`."""
    if not used:
        return
    flags = re.findall(r"--xla_gpu_cuda_data_dir=(\S+)", os.environ.get("XLA_FLAGS", ""))
    given = [*flags[:1], os.environ.get("CUDA_HOME"), os.environ.get("CONDA_PREFIX")]
    roots = [Path(root) for root in given if root]
    roots += [*(folder.parent for folder in wheel_folders("cuda_nvcc/bin")), *SYSTEM_CUDA]
    advice = "pip install -e '.[cuda]', which includes nvidia-cuda-nvcc-cu12; or set XLA_FLAGS="
    advice += "--xla_gpu_cuda_data_dir=FOLDER, with bin/ptxas and nvvm/libdevice in it"
    ptxas = shutil.which("ptxas") or first("bin/ptxas", roots)  # XLA also searches PATH first
    if not ptxas:
        # XLA may find it elsewhere; the training at the end shows whether it can compile.
        yield note("XLA's ptxas was not found in the usual places", advice)
    elif not os.access(ptxas, os.X_OK):
        yield problem(f"{ptxas} is not executable", f"chmod +x {ptxas}")
    elif found := re.search(r"V(\d+)\.(\d+)\.(\d+)", _output(str(ptxas), "--version")):
        release = tuple(int(part) for part in found.groups())
        what = f"XLA's ptxas of CUDA {_dotted(release[:2])}"
        if release < _GOOD_PTXAS and release >= CUDA:
            yield note(
                f"{what} generates wrong code in rare cases, according to XLA",
                "pip install --upgrade nvidia-cuda-nvcc-cu12",
            )
        else:
            yield ok(what)
    else:
        yield problem(f"{ptxas} cannot be run", advice)
    if not first("nvvm/libdevice/libdevice.10.bc", roots):
        yield note("XLA's libdevice.10.bc was not found in the usual places", advice)


def capability_finding(
    name: str, capability: list[int] | None, build: Mapping[str, Any], driver_cuda: tuple[int, int]
) -> Finding:
    """Checks whether TensorFlow's kernels run on a GPU.

    Args:
        name: name of the GPU.
        capability: major and minor version of its compute capability; None if unknown.
        build: result of `tf.sysconfig.get_build_info`. Code for `sm_80` runs on 8.0 and later 8.x.
            `compute_90` is code for 9.0 and later 9.x, which a driver for the same or a later CUDA
            can compile for any later GPU.
        driver_cuda: CUDA version that the driver supports.
    """
    if not capability:
        return note(f"{name}: compute capability unknown")
    major, minor = capability
    what = f"{name}, compute capability {major}.{minor}"
    built_for = ", ".join(build.get("cuda_compute_capabilities", []))
    codes = re.findall(r"\b(sm|compute)_(\d+)(\d)", built_for)
    earlier = [
        (kind, int(its_major))
        for kind, its_major, its_minor in codes
        if (int(its_major), int(its_minor)) <= (major, minor)
    ]
    if any(its_major == major for _, its_major in earlier):
        return ok(f"{what}: TensorFlow has code for it")
    if not any(kind == "compute" for kind, _ in earlier):
        return problem(
            f"{what}: TensorFlow has code only for {built_for or 'no GPU'}",
            "use --device cpu, or an older TensorFlow in a separate environment",
        )
    needed = tuple(int(part) for part in build.get("cuda_version", "0.0").split(".")[:2])
    if driver_cuda < needed:
        return problem(
            f"{what}: TensorFlow's code for it needs CUDA {_dotted(needed)}, but the driver "
            f"supports CUDA {_dotted(driver_cuda)}",
            f"update the driver to one that supports CUDA {_dotted(needed)}",
        )
    return note(
        f"{what}: the driver compiles TensorFlow's code for it at the first start",
        "this may take minutes once; set CUDA_CACHE_MAXSIZE=4294967296 so that the cache can keep "
        "it",
    )


def wheel_folders(pattern: str = "*/lib") -> list[Path]:
    """Lists the folders in NVIDIA's wheels that match a `pattern`."""
    spec = importlib.util.find_spec("nvidia")
    places = (spec and spec.submodule_search_locations) or ()
    return [folder for place in places for folder in sorted(Path(place).glob(pattern))]


def first(name: str, folders: Iterable[Path]) -> Path | None:
    """Returns the first file `name` in the `folders`; None if there is none."""
    return next((folder / name for folder in folders if (folder / name).exists()), None)


def _open(name: str) -> tuple[Path | str, str]:
    """Opens a library where the system would find it; returns its path and the error, if any."""
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
