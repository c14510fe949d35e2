"""What must happen before TensorFlow computes: a quiet import, then the choice of a device."""

import contextlib
import ctypes
import gc
import importlib.util
import multiprocessing
import os
import re
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tf_edureka._numbers import expect_choice
from tf_edureka.config import PRECISIONS
from tf_edureka.errors import InputError

DEVICES = ("auto", "cpu", "gpu")
# Default for XLA_FLAGS. XLA computes with 256 bits at a time if not told otherwise, also on cores
# that have 512; no sum, and so no number, changes.
WIDE_VECTORS = "--xla_cpu_prefer_vector_width=512"
_ERRORS, _NOTHING = "2", "3"  # levels of TF_CPP_MIN_LOG_LEVEL
# What TensorFlow and XLA say, each in its place, where a GPU has no memory left.
_NO_MEMORY = re.compile(
    "out of memory|failed to allocate memory|Dst tensor is not initialized|No blas support"
    "|could not find any supported configs",
    re.IGNORECASE,
)
_FIRST_WITH_TF32 = (8, 0)  # compute capability: Ampere


@contextlib.contextmanager
def quiet_import(
    *, freeze: bool = False, keras: bool = True, errors: bool = True
) -> Iterator[None]:
    """Makes the import of TensorFlow in the block quicker and quiet.

    The garbage collector finds nothing in half a million objects that live until the end, but
    looks through them again and again: so it is off meanwhile.

    TensorFlow writes to stderr before it looks at TF_CPP_MIN_LOG_LEVEL. What it writes, and other
    threads meanwhile, is kept off the screen unless the block fails. That variable is set to errors
    only, or to none, and stays so, for child processes too. Where one of TensorFlow's own variables
    for its log or XLA is set to anything but what is set here, nothing is kept back.

    Where TensorFlow is imported already, nothing of this is done.

    Args:
        freeze: whether the garbage collector passes over all that there is then for as long as the
            process lives (`gc.freeze`), which saves time at exit.
        keras: whether Keras, which TensorFlow imports, is told to compute with TensorFlow, whatever
            KERAS_BACKEND says.
        errors: whether TensorFlow's C++ may log errors later on; what it raises it raises anyhow.
    """
    if "tensorflow" in sys.modules:
        yield
        return
    collects = gc.isenabled()
    gc.disable()
    try:
        backend = {"KERAS_BACKEND": "tensorflow"} if keras else {}
        with _environment(backend), _captured_log(_ERRORS if errors else _NOTHING):
            yield
    finally:
        if freeze:
            gc.freeze()
        if collects:
            gc.enable()


def use_device(choice: str, deterministic: bool = False, *, precision: str = "float32") -> str:
    """Lets TensorFlow place the computation, and says where that will be.

    To be called before anything is computed: TensorFlow fixes its devices with the first tensor.
    For this process it also takes TF32 back, by which TensorFlow multiplies float32 on newer GPUs
    with 10 of its 23 bits, and lets XLA use the full width of the CPU's vectors, unless XLA_FLAGS
    is set.

    Args:
        choice: `"auto"`: the GPU if TensorFlow sees one, else the CPU. `"cpu"`: GPUs are hidden.
            `"gpu"`: a GPU or an error.
        deterministic: whether TensorFlow may use only ops that give the same bits each time, or an
            error where it has none, for all of this process. GPUs add in any order otherwise.
        precision: what will be trained in, as `MlpConfig` has it.

    Returns:
        for example `CPU (2 cores)` or `GPU (NVIDIA H100)`.

    Raises:
        InputError: when the choice is another, a GPU is asked for and TensorFlow sees none, the
            device does not have the precision, or TensorFlow has computed already and can no
            longer leave the GPU.
    """
    expect_choice("device", choice, DEVICES)
    expect_choice("precision", precision, PRECISIONS)
    from tf_edureka._tensorflow import tf

    if deterministic:
        tf.config.experimental.enable_op_determinism()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    os.environ.setdefault("XLA_FLAGS", WIDE_VECTORS)  # XLA reads it when it compiles first
    preload_cusolver()
    gpus = tf.config.list_physical_devices("GPU")
    if choice == "gpu" and not gpus:
        raise InputError(
            "device gpu: expected a GPU, but TensorFlow sees none; python -m tf_edureka.doctor "
            "says why and what to install",
            topic="no GPU",
        )
    if choice == "cpu" and gpus:
        try:
            tf.config.set_visible_devices([], "GPU")
        except RuntimeError:
            raise InputError(
                "device cpu: expected to be chosen before anything is computed, but TensorFlow has "
                "begun, with the GPU; choose it first of all"
            ) from None
        gpus = []
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    capabilities = [of.get("compute_capability", (0, 0)) for of in details]
    if precision == "tf32" and min(capabilities, default=(0, 0)) < _FIRST_WITH_TF32:
        raise InputError(
            f"precision tf32: expected a GPU of compute capability 8.0 (Ampere) or higher, got "
            f"{_name(details)}",
            topic="no TF32",
        )
    with contextlib.suppress(RuntimeError):  # TensorFlow has begun, and taken its memory
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)
    return _name(details)


def preload_cusolver() -> Path | None:
    """Loads the one library that TensorFlow needs for GPUs and does not find in NVIDIA's wheels.

    TensorFlow 2.21 looks for the libraries of `tensorflow[and-cuda]` in a list of folders, its
    RUNPATH. The part that opens them has all folders in its list but that of cuSOLVER, and without
    it TensorFlow goes on without GPUs ("Cannot dlopen some GPU libraries"). A library that is
    loaded already needs no search. To be called before TensorFlow looks for devices.

    Returns:
        what was loaded; None where there is no driver or no such wheel.
    """
    with contextlib.suppress(OSError):  # the doctor says what is lacking
        ctypes.CDLL("libcuda.so.1")  # the driver; without it there is nothing to help with
        spec = importlib.util.find_spec("nvidia")
        for folder in (spec and spec.submodule_search_locations) or ():
            for library in Path(folder).glob("cusolver/lib/libcusolver.so.*"):
                ctypes.CDLL(str(library))
                return library
    return None


def disable_autotuning() -> None:
    """Keeps cuDNN from timing its algorithms for a convolution, as they round differently.

    The quickest is another one in another process. For this process and those that it starts,
    unless TF_CUDNN_USE_AUTOTUNE is set. To be called before anything is computed.
    """
    os.environ.setdefault("TF_CUDNN_USE_AUTOTUNE", "0")


@contextlib.contextmanager
def tf32(allowed: bool) -> Iterator[None]:
    """Says by `allowed` whether GPUs may multiply float32 in TF32 within the block."""
    from tf_edureka._tensorflow import tf

    before = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(allowed)
    try:
        yield
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(before)


def deterministic() -> bool:
    """Whether TensorFlow may use only ops that give the same bits each time."""
    from tensorflow.python.framework import config

    return config.is_op_determinism_enabled()


def out_of_memory_text(said: str) -> str:
    """Finds in what TensorFlow has `said` that a GPU has no memory left; empty if nothing does."""
    found = _NO_MEMORY.search(said)
    return found[0] if found else ""


def usable_cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def die_with_parent() -> None:
    """Makes Linux kill this process when its parent ends, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def end_with_parent() -> None:
    """Makes this process, which `multiprocessing` has started, end when its parent ends."""
    die_with_parent()
    parent = multiprocessing.parent_process()
    if parent is None:  # it is the first of all processes
        return

    def end() -> None:  # at once if the parent ended before this process could say so
        parent.join()
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()


def signal_name(number: int) -> str:
    """The name of the signal of that `number`, or that where this system has no name for it."""
    return signal.Signals(number).name if number in {*signal.Signals} else f"signal {number}"


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Sets environment variables within the block; child processes later on do not see them."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _captured_log(level: str) -> Iterator[None]:
    variables = {"TF_CPP_MIN_LOG_LEVEL", "TF_XLA_FLAGS", "XLA_FLAGS"}
    levels = (_ERRORS, _NOTHING)
    for name, ours in (("XLA_FLAGS", (WIDE_VECTORS,)), ("TF_CPP_MIN_LOG_LEVEL", levels)):
        if os.environ.get(name) in ours:  # set by the process that started this one
            variables.remove(name)
    if sys.stderr is None or variables & set(os.environ):
        yield
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = max(level, os.environ.get("TF_CPP_MIN_LOG_LEVEL", level))
    sys.stderr.flush()
    with contextlib.ExitStack() as stack:
        try:
            log = stack.enter_context(tempfile.TemporaryFile())
        except OSError as error:  # TensorFlow and matplotlib need one, too
            raise InputError(
                f"expected a folder for temporary files that can be written to, got none ({error});"
                " set TMPDIR to one"
            ) from None
        stderr = os.dup(2)
        os.dup2(log.fileno(), 2)
        try:
            yield
        except Exception as error:
            if not isinstance(error, InputError):
                log.seek(0)
                os.write(stderr, log.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


def _name(gpus: list[dict[str, Any]]) -> str:
    if not gpus:
        return f"CPU ({usable_cores()} cores)"
    return f"GPU ({gpus[0].get('device_name', 'of unknown name')})"
