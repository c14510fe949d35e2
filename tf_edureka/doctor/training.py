"""Checks TensorFlow in a separate process: its build, its devices, and a few training steps."""

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tf_edureka import runtime
from tf_edureka.doctor.cuda import LIBRARIES, capability_finding, first, wheel_folders
from tf_edureka.doctor.finding import Finding, note, ok, problem

PROBE_SECONDS = 300
_ON_MEMORY = "run nvidia-smi to see which programs use the GPU's memory; end them, or use --device "
"cpu"
# The output of `probe.py`: facts, and the seconds or error of its steps by device and mode.
Facts = dict[str, Any]
Outcomes = dict[str, dict[str, Any]]
# Modules that TensorFlow and Keras import from wheels with other names.
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


def tensorflow(wanted: bool, driver_cuda: tuple[int, int], reported: set[str]) -> Iterator[Finding]:
    """Yields the findings about TensorFlow itself, and about training on each device.

    Args:
        wanted: whether there is a GPU to use.
        driver_cuda: CUDA version that the driver supports.
        reported: libraries already reported as not loadable.
    """
    facts, training, log, ended = run_probe("auto")
    if "versions" not in facts:
        yield problem(f"TensorFlow cannot be imported: {ended}", advice_on_import(ended))
        return
    build, gpus = facts.get("build", {}), facts.get("gpus", [])
    if build.get("is_cuda_build"):
        yield ok(
            f"TensorFlow {facts['versions']['tensorflow']} is built for CUDA "
            f"{build['cuda_version']}, cuDNN {build['cudnn_version']}, and "
            f"{', '.join(build['cuda_compute_capabilities'])}",
        )
    elif build and wanted:
        yield problem("this TensorFlow is built without CUDA", "pip install tensorflow")
    missing = set(re.findall(r"Could not load dynamic library '([^']+)'", log))
    for name in sorted(missing - reported - {"libcuda.so.1"} if wanted else ()):
        path = first(name, wheel_folders())
        finding = problem if not gpus and name in LIBRARIES else note
        advice = f"export LD_LIBRARY_PATH={path.parent}" if path else ""
        yield finding(f"TensorFlow does not find {name}", advice)
    if facts.get("helped"):
        yield note(
            "TensorFlow does not search cuSOLVER's wheel; this project loads the library itself",
            f"in other programs: export LD_LIBRARY_PATH={Path(facts['helped']).parent}",
        )
    for name, capability in gpus:
        yield capability_finding(name, capability, build, driver_cuda)
    if wanted and not gpus:
        yield problem("TensorFlow sees no GPU", "fix the problems above")
    if ended:
        advice = "update the driver, or use --device cpu" if gpus else ""
        advice = _ON_MEMORY if runtime.out_of_memory_text(ended) else advice
        yield problem(f"TensorFlow's process ended early: {ended}", advice)
    if gpus and "CPU:0" not in training:  # a failure of the GPU says nothing about the CPU
        training |= run_probe("cpu")[1]
    for device, outcomes in training.items():
        yield training_finding(device, outcomes)


def training_finding(device: str, outcomes: Outcomes) -> Finding:
    """Checks a few steps on a `device`; `outcomes` has seconds or error of xla and kernels."""
    xla, kernels = outcomes["xla"], outcomes.get("kernels", {})
    if "seconds" in xla:
        what = f"training works on {device} ({xla['seconds']:.1f} s for a few steps)"
        return ok(what, trains=device)
    advice = "use another device (--device)"
    if runtime.out_of_memory_text(xla["error"]):
        advice = _ON_MEMORY
    elif "seconds" in kernels:
        advice = "only XLA fails, training without it works; see ptxas and libdevice above"
    return problem(f"training fails on {device}: {xla['error']}", advice)


def run_probe(choice: str) -> tuple[Facts, dict[str, Outcomes], str, str]:
    """Runs `probe.py` with a `choice` of device in a separate process, which may crash.

    Returns:
        facts, outcomes by device, its log, and how it ended; empty if it succeeded.
    """
    variables = {"TF_CPP_MIN_LOG_LEVEL": "0", "TF_CPP_VMODULE": "dso_loader=1"}
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", **variables}
    command = [sys.executable, "-m", f"{__package__}.probe", choice]
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, errors="replace", timeout=PROBE_SECONDS
        )
        log, out, ended = done.stderr, done.stdout, ""
        if done.returncode < 0:
            ended = runtime.signal_name(-done.returncode)
        elif done.returncode:
            ended = (log.strip() or "no message").splitlines()[-1]
    except subprocess.TimeoutExpired as late:
        log, out = ((text or b"").decode(errors="replace") for text in (late.stderr, late.stdout))
        ended = f"it did not end within {PROBE_SECONDS} s"
    facts: Facts = {}
    training: dict[str, Outcomes] = {}
    for line in out.splitlines():
        with contextlib.suppress(ValueError):  # output of another package
            found = json.loads(line)
            if "mode" in found:
                training.setdefault(found.pop("device"), {})[found.pop("mode")] = found
            else:
                facts |= found
    return facts, training, log, ended


def advice_on_import(ended: str) -> str:
    """Returns advice for an import of TensorFlow that `ended` with a signal or an error line."""
    if ended == "SIGILL":
        return "this processor lacks AVX, which TensorFlow needs; use another machine"
    if module := re.search(r"No module named '(\w+)", ended):
        return f"pip install {WHEELS_OF_MODULES.get(module[1], module[1])}"
    return "fix the packages above, or create a new virtual environment"
