"""What a GPU needs beside TensorFlow: driver, libraries, XLA's tools, and code made for it."""

import ctypes
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tf_edureka.doctor.finding import NOTE, OK, PROBLEM, Finding
from tf_edureka.doctor.packages import version

VISIBLE = "CUDA_VISIBLE_DEVICES"
CUDA = (12, 0)  # the least that a driver has to be for
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
        try:
            vendor, kind = ((device / name).read_text().strip() for name in ("vendor", "class"))
        except OSError:
            continue
        if vendor == "0x10de" and kind.startswith("0x03"):
            found.append(device.name)
    return found


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
        """What there is to say of it, given the `gpus` on the bus."""
        if hidden():
            yield Finding(
                NOTE, f"{VISIBLE}={os.environ[VISIBLE]!r} hides all GPUs", f"unset {VISIBLE}"
            )
        own = _dotted(self.cuda)
        if self.error is None and gpus:
            yield Finding(
                PROBLEM,
                f"an NVIDIA GPU ({', '.join(gpus)}), but no driver: libcuda.so.1 cannot be loaded",
                "install NVIDIA's driver; start a container with --gpus all",
            )
        elif self.error is None:
            if sys.platform == "linux":
                # WSL2 has any GPU of Windows behind one device; whose it is, only a driver tells.
                advice = "if there is an NVIDIA GPU, install its driver on Windows"
                yield Finding(
                    NOTE,
                    "no NVIDIA GPU and no driver for one; the CPU is used",
                    advice if WSL_GPU.exists() else "",
                )
        elif self.error:
            cure = CURES.get(self.error, "NVIDIA's documentation has the code under CUresult")
            status = PROBLEM if gpus and not hidden() else NOTE
            yield Finding(status, f"the NVIDIA driver gives error {self.error}", cure)
        elif self.cuda < CUDA:
            yield Finding(
                PROBLEM,
                f"the NVIDIA driver is for CUDA {own}, but TensorFlow needs CUDA {CUDA[0]}",
                "update the driver, to 525 or later",
            )
        else:
            yield Finding(
                OK, f"NVIDIA driver{_driver_release()} for CUDA {own}, GPUs: {self.count}"
            )


def opened(wanted: bool) -> dict[str, tuple[Path | str, str]]:
    """Opens each library that TensorFlow opens for a GPU, where the system would find it.

    Args:
        wanted: whether there is a GPU to use them.

    Returns:
        where each was, and what was wrong with it, if anything; empty where there is nothing to
        open them for.
    """
    folders = wheel_folders()
    if sys.platform != "linux" or not (folders or wanted):
        return {}
    return {name: _open(name, folders) for name in LIBRARIES}


def libraries(found: dict[str, tuple[Path | str, str]]) -> Iterator[Finding]:
    """What there is to say of the libraries that `opened` has `found`."""
    for name, (path, error) in found.items():
        wheel = LIBRARIES[name]
        if error:
            at_fault = re.match(r"(lib\w+\.so[.\d]*): cannot open", error)
            missing = at_fault[1] if at_fault else ""
            wheel = _wheel_of(missing) or wheel
            fault = f"{missing}, which it needs, is missing" if missing else error
            yield Finding(
                PROBLEM,
                f"{name} is missing" if missing == name else f"{name} cannot be loaded: {fault}",
                f"pip install {'--force-reinstall ' if version(wheel) else ''}{wheel}",
            )
        elif wheel_folders() and "/nvidia/" not in str(path):
            yield Finding(
                NOTE,
                f"{name} is taken from {path}, not from NVIDIA's wheel",
                "unset LD_LIBRARY_PATH, unless that is on purpose",
            )
    if found and not any(error for _, error in found.values()):
        yield Finding(
            OK, f"all {len(found)} libraries that TensorFlow opens for a GPU can be loaded"
        )


def xla_tools(wanted: bool) -> Iterator[Finding]:
    """What XLA compiles with for a GPU: the assembler ptxas, and libdevice, its mathematics.

    Args:
        wanted: as for `opened`.
    """
    if sys.platform != "linux" or not (wheel_folders() or wanted):
        return
    flag = re.search(r"--xla_gpu_cuda_data_dir=(\S+)", os.environ.get("XLA_FLAGS", ""))
    given = [flag and flag[1], os.environ.get("CUDA_HOME"), os.environ.get("CONDA_PREFIX")]
    roots = [Path(root) for root in given if root]
    roots += [*(folder.parent for folder in wheel_folders("cuda_nvcc/bin")), *SYSTEM_CUDA]
    advice = "pip install -e '.[cuda]', whose nvidia-cuda-nvcc-cu12 has it; or set XLA_FLAGS="
    advice += "--xla_gpu_cuda_data_dir to a folder with bin/ptxas and nvvm/libdevice"
    ptxas = next((root / "bin/ptxas" for root in roots if (root / "bin/ptxas").exists()), None)
    ptxas = shutil.which("ptxas") or ptxas  # XLA, too, takes the one on the path first
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
    # XLA may know other places; whether it can compile is what the training at the end shows.
    else:
        yield Finding(NOTE, "XLA's ptxas is in none of the usual places", advice)
    if not libdevice:
        yield Finding(NOTE, "XLA's libdevice.10.bc is in none of the usual places", advice)


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


def wheel_folders(pattern: str = "*/lib") -> list[Path]:
    """Folders of NVIDIA's wheels that match a `pattern`."""
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
