import ctypes
import importlib.metadata
import json
import os
import subprocess
import sys
import venv

import pytest
from helpers import package_alone

from tf_edureka.doctor import cuda, packages, training
from tf_edureka.doctor.finding import NOTE, OK, PROBLEM, Finding

BUILD = {
    "cuda_version": "12.5.1",
    "cuda_compute_capabilities": ["sm_60", "sm_70", "sm_80", "sm_89", "compute_90"],
}


def run(*arguments, **environment) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "tf_edureka.doctor", *arguments]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True
    )


@pytest.mark.slow
def test_working_device_is_named_with_exit_code_0():
    done = run("--json", CUDA_VISIBLE_DEVICES="-1")
    report = json.loads(done.stdout)
    found = [(each["status"], each["what"]) for each in report["findings"]]
    assert (done.returncode, report["works"]) == (0, True)
    assert any(what.startswith("training works on CPU:0") for _, what in found)
    assert any("tensorflow 2." in what and "keras 3." in what for _, what in found)
    assert {status for status, _ in found} <= {OK, NOTE}


def test_missing_packages_are_reported_without_any_package(tmp_path):
    venv.create(tmp_path / "empty")
    python = tmp_path / "empty" / "bin" / "python"
    command = [python, "-m", "tf_edureka.doctor"]
    done = subprocess.run(command, cwd=package_alone(tmp_path), capture_output=True, text=True)
    assert done.returncode == 1
    assert "problem  packaging is not installed" in done.stdout
    assert "TensorFlow cannot be imported: ModuleNotFoundError" in done.stdout
    assert done.stdout.endswith("training works on: nothing\n")
    assert done.stderr == ""


@pytest.fixture
def installed(monkeypatch):
    """Pretends that other versions are installed; None for not at all."""
    version = importlib.metadata.version

    def pretend(**versions):
        versions = {name.replace("_", "-"): value for name, value in versions.items()}

        def pretended(name):
            name = name.replace("_", "-")
            if name in versions and versions[name] is None:
                raise importlib.metadata.PackageNotFoundError(name)
            return versions.get(name) or version(name)

        monkeypatch.setattr(importlib.metadata, "version", pretended)

    return pretend


def problems(findings) -> list[Finding]:
    return [finding for finding in findings if finding.status == PROBLEM]


def test_installed_packages_are_compatible():
    assert not problems(packages.packages())


@pytest.mark.parametrize(
    ("versions", "what", "advice"),
    [
        (
            {"keras": "3.5.0"},
            "keras 3.5.0, but tf_edureka needs keras<4,>=3.12",
            "'keras<4,>=3.12'",
        ),
        ({"numpy": "1.26.4"}, "numpy 1.26.4, but tf_edureka needs numpy>=2", ">=2'"),
        ({"tensorflow_datasets": None}, "tensorflow-datasets is not installed", "pip install"),
        ({"scipy": "1.3.0"}, "scipy 1.3.0, but tf_edureka needs scipy>=1.11", "'scipy>=1.11'"),
        ({"importlib_resources": None}, "importlib-resources is not installed", "pip install"),
    ],
)
def test_incompatible_versions_are_named_with_the_requirement(installed, versions, what, advice):
    installed(**versions)
    found = problems(packages.packages())
    assert [finding for finding in found if finding.what.startswith(what)]
    assert [finding for finding in found if advice in finding.advice]


def test_a_package_that_is_needed_anyway_may_be_newer_than_an_extra_allows(monkeypatch):
    # The extra `legacy` limits NumPy, but does not apply to users who have not installed it.
    requires = importlib.metadata.requires

    def pretended(name):
        narrower = ["numpy<2.1,>=2; extra == 'legacy'"] if name == "tf_edureka" else []
        return narrower + (requires(name) or [])

    monkeypatch.setattr(importlib.metadata, "requires", pretended)
    assert not problems(packages.packages())


@pytest.mark.parametrize("other", ["tensorflow-cpu", "tensorflow-metal"])
def test_conflicting_packages_are_reported_for_uninstalling(installed, other):
    installed(**{other: "2.18.0"})
    (found,) = problems(packages.packages())
    assert found.what.startswith(f"{other} 2.18.0")
    assert found.advice.startswith(f"pip uninstall {other}")


WHEELS = [
    "nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == 'and-cuda'",
    "nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == 'and-cuda'",
]


@pytest.mark.parametrize(
    ("cudnn", "what"),
    [
        (None, "nvidia-cudnn-cu12 is not installed, but tensorflow[and-cuda] needs"),
        ("8.9.7.29", "nvidia-cudnn-cu12 8.9.7.29, but tensorflow[and-cuda] needs"),
    ],
)
def test_incompatible_cuda_wheels_are_named(installed, monkeypatch, cudnn, what):
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: ["numpy>=2", *WHEELS])
    installed(nvidia_cublas_cu12="12.9.3.13", nvidia_cudnn_cu12=cudnn)
    (found,) = problems(packages.cuda_wheels(wanted=False))
    assert found.what.startswith(what)
    assert found.advice == "pip install 'nvidia-cudnn-cu12<10.0,>=9.3.0.75'"


def test_missing_cuda_wheels_are_no_problem_without_a_gpu(installed, monkeypatch):
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: WHEELS)
    installed(nvidia_cublas_cu12=None, nvidia_cudnn_cu12=None)
    assert list(packages.cuda_wheels(wanted=False)) == []
    (found,) = packages.cuda_wheels(wanted=True)
    assert found.advice == "pip install -e '.[cuda]'"


@pytest.fixture
def wheels(monkeypatch, tmp_path):
    """A folder of NVIDIA's wheels, to put files into."""
    monkeypatch.setattr(cuda.importlib.util, "find_spec", lambda _: Spec)
    monkeypatch.setattr(sys, "platform", "linux")

    class Spec:
        submodule_search_locations = [str(tmp_path)]

    def put(name: str, content: bytes = b"", mode: int = 0o755):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(mode)
        return tmp_path / name

    return put


def test_unloadable_library_is_named_with_its_missing_dependency(wheels, installed, monkeypatch):
    errors = {
        "libcudnn.so.9": "libcudnn.so.9: cannot open shared object file: No such file",
        "libcusparse.so.12": "libnvJitLink.so.12: cannot open shared object file: No such file",
        "libcufft.so.11": "/nvidia/cufft/lib/libcufft.so.11: file too short",
    }

    def load(path):
        error = errors.get(os.path.basename(path))
        if error:
            raise OSError(error)

    for name in cuda.LIBRARIES:
        wheels(f"nvidia/lib/{name}")
    monkeypatch.setattr(ctypes, "CDLL", load)
    installed(nvidia_cufft_cu12="11.2.3.61", nvidia_nvjitlink_cu12=None, nvidia_cudnn_cu12=None)
    opened = cuda.open_libraries(True)
    found = [(each.what, each.advice) for each in problems(cuda.libraries(opened))]
    assert found == [
        (
            "libcufft.so.11 cannot be loaded: /nvidia/cufft/lib/libcufft.so.11: file too short",
            "pip install --force-reinstall nvidia-cufft-cu12",  # it exists, but is damaged
        ),
        (
            "libcusparse.so.12 cannot be loaded: its dependency libnvJitLink.so.12 is missing",
            "pip install nvidia-nvjitlink-cu12",
        ),
        ("libcudnn.so.9 is missing", "pip install nvidia-cudnn-cu12"),
    ]


def test_library_outside_the_wheels_is_reported(wheels, monkeypatch, tmp_path):
    for name in cuda.LIBRARIES:
        wheels(f"nvidia/lib/{name}")
    other = tmp_path / "cuda-11"
    other.mkdir()
    (other / "libcudart.so.12").touch()
    monkeypatch.setenv("LD_LIBRARY_PATH", str(other))
    monkeypatch.setattr(ctypes, "CDLL", lambda _: None)
    found = cuda.libraries(cuda.open_libraries(True))
    notes = [finding.what for finding in found if finding.status == NOTE]
    assert notes == [
        f"libcudart.so.12 is loaded from {other}/libcudart.so.12, not from NVIDIA's wheel"
    ]


def test_xla_tools_are_found_and_run(wheels, monkeypatch):
    monkeypatch.setattr(cuda, "SYSTEM_CUDA", ())
    for variable in ("XLA_FLAGS", "CUDA_HOME", "CONDA_PREFIX", "PATH"):
        monkeypatch.setenv(variable, "")
    assert [finding.status for finding in cuda.xla_tools(True)] == [NOTE, NOTE]
    assert list(cuda.xla_tools(False)) == []
    ptxas = wheels("cuda_nvcc/bin/ptxas", b"#!/bin/sh\necho Cuda tools, release 12.9, V12.9.86\n")
    wheels("cuda_nvcc/nvvm/libdevice/libdevice.10.bc")
    assert [finding.what for finding in cuda.xla_tools(True)] == ["XLA's ptxas of CUDA 12.9"]
    ptxas.write_text("#!/bin/sh\necho Cuda tools, release 12.5, V12.5.82\n")
    (old,) = cuda.xla_tools(True)  # XLA itself prints this in every run
    assert (old.status, old.what[:26]) == (NOTE, "XLA's ptxas of CUDA 12.5 g")
    assert old.advice == "pip install --upgrade nvidia-cuda-nvcc-cu12"
    ptxas.chmod(0o644)
    if os.geteuid():  # root may run any file that some user may execute
        assert problems(cuda.xla_tools(True))[0].advice == f"chmod +x {ptxas}"


@pytest.mark.parametrize(
    ("capability", "driver", "status", "what"),
    [
        ([8, 6], (12, 2), OK, "TensorFlow has code for it"),  # sm_80 runs on all of 8
        ([7, 5], (12, 2), OK, "TensorFlow has code for it"),
        ([8, 9], (12, 2), OK, "TensorFlow has code for it"),
        ([9, 0], (12, 2), OK, "TensorFlow has code for it"),  # compute_90 is code for sm_90, too
        ([12, 0], (13, 0), NOTE, "the driver compiles TensorFlow's code for it"),
        ([12, 0], (12, 2), PROBLEM, "needs CUDA 12.5, but the driver supports CUDA 12.2"),
        ([5, 2], (12, 5), PROBLEM, "only for sm_60, sm_70, sm_80, sm_89, compute_90"),
        (None, (12, 5), NOTE, "compute capability unknown"),
    ],
)
def test_compute_capability_is_compared_with_the_build(capability, driver, status, what):
    found = cuda.capability_finding("GPU", capability, BUILD, driver)
    assert found.status == status
    assert what in found.what


class FakeDriver:
    """A libcuda.so.1."""

    def __init__(self, version=12050, error=0, count=1):
        self.version, self.error, self.count = version, error, count

    def cuDriverGetVersion(self, number):
        number._obj.value = self.version

    def cuInit(self, _):
        return self.error

    def cuDeviceGetCount(self, number):
        number._obj.value = self.count


@pytest.mark.parametrize(
    ("driver", "gpus", "status", "what", "advice"),
    [
        (FakeDriver(), ["01:00.0"], OK, "for CUDA 12.5, GPUs: 1", ""),
        (FakeDriver(11040), ["01:00.0"], PROBLEM, "supports CUDA 11.4, but", "update the driver"),
        (FakeDriver(error=803), ["01:00.0"], PROBLEM, "reports error 803", "restart the machine"),
        (FakeDriver(error=100), [], NOTE, "reports error 100", "--gpus all"),
        (FakeDriver(error=4242), ["01:00.0"], PROBLEM, "reports error 4242", "CUresult"),
        (None, ["01:00.0"], PROBLEM, "but no driver", "install NVIDIA's driver"),
        (None, [], NOTE, "no NVIDIA GPU and no driver", ""),
    ],
)
def test_driver_findings_follow_its_version_and_error(
    monkeypatch, driver, gpus, status, what, advice
):
    def load(_):
        if driver is None:
            raise OSError
        return driver

    monkeypatch.setattr(ctypes, "CDLL", load)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    (found,) = cuda.Driver().findings(gpus)
    assert found.status == status
    assert what in found.what
    assert advice in found.advice


@pytest.mark.parametrize(
    ("value", "hides"),
    [("", True), ("-1", True), ("0", False), ("1,0", False), ("GPU-3a", False), (None, False)],
)
def test_gpus_hidden_by_the_environment_are_detected(monkeypatch, value, hides):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if value is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", value)
    assert cuda.gpus_hidden() == hides


@pytest.mark.parametrize(
    ("system", "machine", "what"),
    [
        ("win32", "AMD64", "no GPU on native Windows"),
        ("darwin", "arm64", "no GPU on a Mac"),
        ("linux", "aarch64", "no GPU on aarch64"),
    ],
)
def test_systems_without_gpu_support_are_reported(monkeypatch, system, machine, what):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(packages.platform, "machine", lambda: machine)
    assert any(what in finding.what for finding in packages.system())


@pytest.mark.parametrize(
    ("outcomes", "status", "what"),
    [
        ({"xla": {"seconds": 1.23}}, OK, "training works on GPU:0 (1.2 s"),
        ({"xla": {"error": "ptxas"}, "kernels": {"seconds": 1}}, PROBLEM, "fails on GPU:0: ptxas"),
        ({"xla": {"error": "no"}, "kernels": {"error": "no"}}, PROBLEM, "fails on GPU:0: no"),
    ],
)
def test_training_steps_decide_the_finding(outcomes, status, what):
    found = training.training_finding("GPU:0", outcomes)
    assert found.status == status
    assert what in found.what
    assert ("only XLA fails" in found.advice) == ("seconds" in outcomes.get("kernels", {}))


@pytest.mark.parametrize(
    ("script", "what", "advice"),
    [
        ("kill -ILL $$", "TensorFlow cannot be imported: SIGILL", "lacks AVX"),
        ("echo No module named \\'keras\\' >&2; exit 1", "No module named", "pip install keras"),
        (
            'echo \'{"versions": {"tensorflow": "2.21.0"}}\'; kill -SEGV $$',
            "TensorFlow's process ended early: SIGSEGV",
            "",
        ),
    ],
)
def test_crash_of_tensorflow_is_reported(monkeypatch, tmp_path, script, what, advice):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    found = problems(training.tensorflow(False, (0, 0), set()))
    assert [finding for finding in found if what in finding.what and advice in finding.advice]


CPU_TRAINS = {"CPU:0": {"xla": {"seconds": 1.0}}}


def test_full_gpu_memory_is_not_blamed_on_the_driver(monkeypatch):
    facts = {"versions": {"tensorflow": "2.21.0"}, "gpus": [["GPU", [9, 0]]]}
    ended = "InternalError: cudaSetDevice() on GPU:0 failed. Status: out of memory"
    monkeypatch.setattr(training, "run_probe", lambda choice: (facts, CPU_TRAINS, "", ended))
    *_, early = problems(training.tensorflow(True, (13, 0), set()))
    assert early.advice.startswith("run nvidia-smi to see which programs use the GPU's memory")
    outcomes = {"xla": {"error": "Out of memory"}, "kernels": {"seconds": 1}}
    assert training.training_finding("GPU:0", outcomes).advice == early.advice


def test_cpu_is_checked_even_if_the_gpu_crashes(monkeypatch):
    facts = {"versions": {"tensorflow": "2.21.0"}, "gpus": [["GPU", [9, 0]]]}
    probes = {"auto": (facts, {}, "", "cudaGetDevice() failed"), "cpu": ({}, CPU_TRAINS, "", "")}
    monkeypatch.setattr(training, "run_probe", probes.get)
    *_, early, cpu = training.tensorflow(True, (12, 5), set())
    assert (early.status, early.advice) == (PROBLEM, "update the driver, or use --device cpu")
    assert (cpu.status, cpu.trains) == (OK, "CPU:0")


@pytest.mark.parametrize(
    ("module", "wheel"), [("google.protobuf", "protobuf"), ("absl", "absl-py"), ("keras", "keras")]
)
def test_a_missing_module_is_named_by_its_wheel(module, wheel):
    said = f"ModuleNotFoundError: No module named '{module}'"
    assert training.advice_on_import(said) == f"pip install {wheel}"


def test_unreadable_metadata_is_ignored(monkeypatch):
    requires = importlib.metadata.requires
    broken = ["numpy (>=1.x)", "no requirement at all !"]
    monkeypatch.setattr(
        importlib.metadata, "requires", lambda name: broken + (requires(name) or [])
    )
    assert not problems(packages.packages())


def test_library_not_found_by_tensorflow_itself_is_named(monkeypatch, wheels, tmp_path):
    wheels("cudnn/lib/libcudnn.so.9")
    said = "Could not load dynamic library 'libcudnn.so.9'; dlerror: ..."
    facts = {"versions": {"tensorflow": "2.21.0"}, "gpus": []}
    monkeypatch.setattr(training, "run_probe", lambda choice: (facts, {}, said, ""))
    found = problems(training.tensorflow(True, (12, 5), set()))
    assert found[0].what == "TensorFlow does not find libcudnn.so.9"
    assert found[0].advice == f"export LD_LIBRARY_PATH={tmp_path}/cudnn/lib"
    assert found[1].what == "TensorFlow sees no GPU"


def test_unnamed_signal_is_reported_by_its_number(monkeypatch):
    ended = subprocess.CompletedProcess([], -99, stdout="", stderr="")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)
    assert training.run_probe("cpu")[3] == "signal 99"
