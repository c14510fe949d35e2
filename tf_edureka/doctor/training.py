"""What TensorFlow says itself, and whether it can train here."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tf_edureka.doctor.cuda import LIBRARIES, capability_finding, wheel_folders
from tf_edureka.doctor.finding import NOTE, OK, PROBLEM, Finding

PROBE_SECONDS = 300
CPU = "CPU:0"
# Modules that TensorFlow and Keras import, where the wheel has another name.
WHEELS_OF_MODULES = {
    "absl": "absl-py",
    "google": "protobuf",
    "opt_einsum": "opt-einsum",
    "ml_dtypes": "ml-dtypes",
    "typing_extensions": "typing-extensions",
    "pasta": "google-pasta",
    "clang": "libclang",
    "grpc": "grpcio",
    "yaml": "pyyaml",
    "tree": "dm-tree",
}


def tensorflow(wanted: bool, driver_cuda: tuple[int, int], told: set[str]) -> Iterator[Finding]:
    """What TensorFlow says itself, and a training step on each device.

    Args:
        wanted: whether there is a GPU to use.
        driver_cuda: the driver's version of CUDA.
        told: libraries of which it was said already that they cannot be loaded.
    """
    facts, training, said, ended = _probe("auto")
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
        folder = next((f for f in wheel_folders() if (f / name).exists()), None)
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
    if ended:
        advice = "update the driver, or use --device cpu" if gpus else ""
        yield Finding(PROBLEM, f"TensorFlow's process ended early: {ended}", advice)
    if gpus and CPU not in training:  # the GPU's fault is not the CPU's
        training |= _probe("cpu")[1]
    for device, outcomes in training.items():
        yield training_finding(device, outcomes)


def training_finding(device: str, outcomes: dict[str, dict]) -> Finding:
    """What came of a few steps of training on a device, with XLA as in real training, and without.

    Args:
        device: for example `CPU:0`.
        outcomes: `"xla"` and `"kernels"`: each has `"seconds"` or `"error"`.
    """
    xla, kernels = outcomes["xla"], outcomes.get("kernels", {})
    if "seconds" in xla:
        what = f"training works on {device} ({xla['seconds']:.1f} s for a few steps)"
        return Finding(OK, what, trains=device)
    advice = "use another device (--device)"
    if "seconds" in kernels:
        advice = "it is XLA that fails, without it training works; see ptxas and libdevice above"
    return Finding(PROBLEM, f"training fails on {device}: {xla['error']}", advice)


def _probe(choice: str) -> tuple[dict, dict[str, dict], str, str]:
    """Runs `probe.py` with a choice of device, in a process that it may take down.

    Returns:
        facts, outcomes by device, its log, and how it ended if not well.
    """
    environment = {
        **os.environ,
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "0",
        "TF_CPP_VMODULE": "dso_loader=1",
    }
    command = [sys.executable, "-m", f"{__package__}.probe", choice]
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
    if module := re.search(r"No module named '(\w+)", ended):
        return f"pip install {WHEELS_OF_MODULES.get(module[1], module[1])}"
    return "mend the packages above, or begin with a new virtual environment"
