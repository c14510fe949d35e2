"""What TensorFlow says itself, and whether it can train here."""

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
_ON_MEMORY = "nvidia-smi shows which programs use the GPU's memory; end them, or use --device cpu"
# What `probe.py` prints: what it knows, and by device and way the seconds or error of its steps.
Facts = dict[str, Any]
Outcomes = dict[str, dict[str, Any]]
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


def tensorflow(wanted: bool, driver_cuda: tuple[int, int], reported: set[str]) -> Iterator[Finding]:
    """What TensorFlow says itself, and a training step on each device.

    Args:
        wanted: whether there is a GPU to use.
        driver_cuda: the driver's version of CUDA.
        reported: libraries of which it was said already that they cannot be loaded.
    """
    facts, training, said, ended = run_probe("auto")
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
    missing = set(re.findall(r"Could not load dynamic library '([^']+)'", said))
    for name in sorted(missing - reported - {"libcuda.so.1"} if wanted else ()):
        path = first(name, wheel_folders())
        finding = problem if not gpus and name in LIBRARIES else note
        advice = f"export LD_LIBRARY_PATH={path.parent}" if path else ""
        yield finding(f"TensorFlow does not find {name}", advice)
    if facts.get("helped"):
        yield note(
            "TensorFlow does not look into cuSOLVER's wheel; this project loads it beforehand",
            f"in other programs: export LD_LIBRARY_PATH={Path(facts['helped']).parent}",
        )
    for name, capability in gpus:
        yield capability_finding(name, capability, build, driver_cuda)
    if wanted and not gpus:
        yield problem("TensorFlow sees no GPU", "mend the problems above")
    if ended:
        advice = "update the driver, or use --device cpu" if gpus else ""
        advice = _ON_MEMORY if runtime.out_of_memory_text(ended) else advice
        yield problem(f"TensorFlow's process ended early: {ended}", advice)
    if gpus and "CPU:0" not in training:  # the GPU's fault is not the CPU's
        training |= run_probe("cpu")[1]
    for device, outcomes in training.items():
        yield training_finding(device, outcomes)


def training_finding(device: str, outcomes: Outcomes) -> Finding:
    """Whether a few steps work on a `device`; `outcomes`: seconds or error of xla and kernels."""
    xla, kernels = outcomes["xla"], outcomes.get("kernels", {})
    if "seconds" in xla:
        what = f"training works on {device} ({xla['seconds']:.1f} s for a few steps)"
        return ok(what, trains=device)
    advice = "use another device (--device)"
    if runtime.out_of_memory_text(xla["error"]):
        advice = _ON_MEMORY
    elif "seconds" in kernels:
        advice = "it is XLA that fails, without it training works; see ptxas and libdevice above"
    return problem(f"training fails on {device}: {xla['error']}", advice)


def run_probe(choice: str) -> tuple[Facts, dict[str, Outcomes], str, str]:
    """Runs `probe.py` with a `choice` of device, in a process that it may take down.

    Returns:
        facts, outcomes by device, its log, and how it ended if not well.
    """
    log = {"TF_CPP_MIN_LOG_LEVEL": "0", "TF_CPP_VMODULE": "dso_loader=1"}
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", **log}
    command = [sys.executable, "-m", f"{__package__}.probe", choice]
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, errors="replace", timeout=PROBE_SECONDS
        )
        said, out, ended = done.stderr, done.stdout, ""
        if done.returncode < 0:
            ended = runtime.signal_name(-done.returncode)
        elif done.returncode:
            ended = (said.strip() or "no word").splitlines()[-1]
    except subprocess.TimeoutExpired as late:
        said, out = ((text or b"").decode(errors="replace") for text in (late.stderr, late.stdout))
        ended = f"no end after {PROBE_SECONDS} s"
    facts: Facts = {}
    training: dict[str, Outcomes] = {}
    for line in out.splitlines():
        with contextlib.suppress(ValueError):  # something else that a package prints
            found = json.loads(line)
            if "mode" in found:
                training.setdefault(found.pop("device"), {})[found.pop("mode")] = found
            else:
                facts |= found
    return facts, training, said, ended


def advice_on_import(ended: str) -> str:
    """What to do where the import of TensorFlow `ended` so: by a signal or an error's last line."""
    if ended == "SIGILL":
        return "this processor lacks AVX, which TensorFlow needs; use another machine"
    if module := re.search(r"No module named '(\w+)", ended):
        return f"pip install {WHEELS_OF_MODULES.get(module[1], module[1])}"
    return "mend the packages above, or begin with a new virtual environment"
