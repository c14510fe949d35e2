"""Prepares TensorFlow before it computes: a quiet import, then the choice of a device."""

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
from tf_edureka._quick_import import quick_import
from tf_edureka.config import PRECISIONS
from tf_edureka.errors import InputError

DEVICES = ("auto", "cpu", "gpu")
# Default for XLA_FLAGS. XLA otherwise uses 256-bit vectors, even on cores that have 512 bits. The
# results are bit-identical, since the order of sums does not change.
WIDE_VECTORS = "--xla_cpu_prefer_vector_width=512"
_ERRORS, _NOTHING = "2", "3"  # levels of TF_CPP_MIN_LOG_LEVEL
# Messages of different parts of TensorFlow and XLA when a GPU has run out of memory.
_OUT_OF_MEMORY = re.compile(
    "out of memory|failed to allocate memory|Dst tensor is not initialized|No blas support"
    "|could not find any supported configs",
    re.IGNORECASE,
)
_FIRST_WITH_TF32 = (8, 0)  # compute capability: Ampere


@contextlib.contextmanager
def quiet_import(
    *, freeze: bool = False, keras: bool = True, errors: bool = True, lazily: bool = False
) -> Iterator[None]:
    """Makes the import of TensorFlow in the block quicker and hides its log messages.

    - The garbage collector is off in the block: the import creates half a million objects that
      live until exit, and scanning them again and again takes time and frees nothing.
    - Output to stderr in the block, also of other threads, is hidden unless the block raises:
      TensorFlow logs before it reads TF_CPP_MIN_LOG_LEVEL.
    - TF_CPP_MIN_LOG_LEVEL is set to errors only, or to nothing, and stays so for this process and
      its children.
    - Nothing is hidden if the user has set TF_CPP_MIN_LOG_LEVEL, TF_XLA_FLAGS or XLA_FLAGS.

    It does nothing if TensorFlow is imported already.

    Args:
        freeze: whether the garbage collector ignores the imported objects until exit (`gc.freeze`),
            which saves time at exit.
        keras: whether Keras, which TensorFlow imports, uses TensorFlow as its backend, whatever
            KERAS_BACKEND says.
        errors: whether TensorFlow's C++ code may log errors later; exceptions are raised anyway.
        lazily: whether `tf.compat` and Keras' picture galleries are imported at their first use.
            Only for programs that do not use them in several threads.
    """
    if "tensorflow" in sys.modules:
        yield
        return
    collects = gc.isenabled()
    gc.disable()
    try:
        backend = {"KERAS_BACKEND": "tensorflow"} if keras else {}
        quick = quick_import() if lazily else contextlib.nullcontext()
        with _environment(backend), _captured_log(_ERRORS if errors else _NOTHING), quick:
            yield
    finally:
        if freeze:
            gc.freeze()
        if collects:
            gc.enable()


def use_device(choice: str, deterministic: bool = False, *, precision: str = "float32") -> str:
    """Selects the device on which TensorFlow computes, and returns its name.

    Call it before anything is computed: TensorFlow fixes its devices with the first tensor. For
    this process it also disables TF32, with which newer GPUs multiply float32 using 10 of its 23
    mantissa bits, and lets XLA use the CPU's widest vectors unless XLA_FLAGS is set.

    Args:
        choice: `"auto"`: the GPU if TensorFlow sees one, else the CPU. `"cpu"`: the CPU; GPUs are
            hidden. `"gpu"`: a GPU, or an error.
        deterministic: whether TensorFlow may use only ops with bit-identical results in every run,
            for the whole process; other ops raise an error. By default GPUs add in any order.
        precision: precision of the training, one of those of `MlpConfig`; only checked here.

    Returns:
        the name of the device, such as `CPU (2 cores)` or `GPU (NVIDIA H100)`.

    Raises:
        InputError: if the choice is unknown, no GPU is found for `"gpu"`, the device does not
            support the precision, or TensorFlow already computes on a GPU and `"cpu"` is asked for.

    Example:
        >>> from tf_edureka import runtime
        >>> runtime.use_device("cpu")
        'CPU (... cores)'
    """
    expect_choice("device", choice, DEVICES)
    expect_choice("precision", precision, PRECISIONS)
    from tf_edureka._tensorflow import tf

    if deterministic:
        tf.config.experimental.enable_op_determinism()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    os.environ.setdefault("XLA_FLAGS", WIDE_VECTORS)  # XLA reads it at its first compilation
    preload_cusolver()
    gpus = tf.config.list_physical_devices("GPU")
    if choice == "gpu" and not gpus:
        raise InputError(
            "device gpu: expected a GPU, but TensorFlow sees none; run python -m tf_edureka.doctor "
            "to see why and what to install",
            topic="no GPU",
        )
    if choice == "cpu" and gpus:
        try:
            tf.config.set_visible_devices([], "GPU")
        except RuntimeError:
            raise InputError(
                "device cpu: TensorFlow already computes on the GPU; call use_device before "
                "anything is computed"
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
    with contextlib.suppress(RuntimeError):  # TensorFlow has already allocated its memory
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)
    return _name(details)


def preload_cusolver() -> Path | None:
    """Loads cuSOLVER, the one library that TensorFlow does not find in NVIDIA's wheels.

    TensorFlow 2.21 searches the libraries of `tensorflow[and-cuda]` in a list of folders, its
    RUNPATH. That list lacks the folder of cuSOLVER, and without cuSOLVER TensorFlow continues
    without GPUs ("Cannot dlopen some GPU libraries"). A library that is already loaded is not
    searched. Call it before TensorFlow lists its devices.

    Returns:
        the path of the loaded library; None if there is no driver or no such wheel.
    """
    with contextlib.suppress(OSError):  # the doctor reports what is missing
        ctypes.CDLL("libcuda.so.1")  # the driver; without it no GPU can be used
        spec = importlib.util.find_spec("nvidia")
        for folder in (spec and spec.submodule_search_locations) or ():
            for library in Path(folder).glob("cusolver/lib/libcusolver.so.*"):
                ctypes.CDLL(str(library))
                return library
    return None


def disable_autotuning() -> None:
    """Disables cuDNN's choice of the fastest convolution algorithm, so that results repeat.

    The algorithms round differently, and another one may be the fastest in each process. It affects
    this process and its children, unless TF_CUDNN_USE_AUTOTUNE is set. Call it before anything is
    computed.
    """
    os.environ.setdefault("TF_CUDNN_USE_AUTOTUNE", "0")


@contextlib.contextmanager
def tf32(allowed: bool) -> Iterator[None]:
    """Sets whether GPUs may multiply float32 in TF32 within the block, if `allowed`."""
    from tf_edureka._tensorflow import tf

    before = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(allowed)
    try:
        yield
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(before)


def deterministic() -> bool:
    """True if TensorFlow may use only ops whose results are bit-identical in every run."""
    from tensorflow.python.framework import config

    return config.is_op_determinism_enabled()


def out_of_memory_text(message: str) -> str:
    """Returns the part of a `message` that reports a GPU out of memory; empty if none does."""
    found = _OUT_OF_MEMORY.search(message)
    return found[0] if found else ""


def usable_cores() -> int:
    """Returns the number of processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def die_with_parent() -> None:
    """Makes Linux kill this process when its parent ends for any reason."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def end_with_parent() -> None:
    """Makes this process, started by `multiprocessing`, end when its parent ends."""
    die_with_parent()
    parent = multiprocessing.parent_process()
    if parent is None:  # not started by multiprocessing
        return

    def end() -> None:  # immediately if the parent has already ended
        parent.join()
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()


def signal_name(number: int) -> str:
    """Returns the name of the signal `number`; `signal 99` if the system has no name for it."""
    return signal.Signals(number).name if number in {*signal.Signals} else f"signal {number}"


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Sets environment variables within the block only."""
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
        if os.environ.get(name) in ours:  # set by the parent process, not by the user
            variables.remove(name)
    if sys.stderr is None or variables & set(os.environ):
        yield
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = max(level, os.environ.get("TF_CPP_MIN_LOG_LEVEL", level))
    sys.stderr.flush()
    with contextlib.ExitStack() as stack:
        try:
            log = stack.enter_context(tempfile.TemporaryFile())
        except OSError as error:  # TensorFlow and matplotlib need such a folder, too
            raise InputError(
                f"TMPDIR: expected a writable folder for temporary files, found none ({error}); "
                "set TMPDIR to one"
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
    return f"GPU ({gpus[0].get('device_name', 'unknown name')})"
