import ctypes
import json
import os
import subprocess
import sys

import pytest
import tensorflow as tf
from helpers import SCRIPTS

from tf_edureka import runtime
from tf_edureka.errors import InputError

SCRIPT = SCRIPTS / "train_mnist.py"
QUIETLY = """
from tf_edureka import runtime
with runtime.quiet_import():
    import tensorflow
"""


@pytest.mark.slow
@pytest.mark.parametrize(("level", "quiet"), [("2", True), ("0", False)])
def test_log_is_hidden_unless_the_user_asks_for_it(level, quiet):
    # A process that imported TensorFlow quietly passes level 2 on to its child processes.
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": level}
    environment.pop("XLA_FLAGS", None)
    done = subprocess.run([sys.executable, "-c", QUIETLY], env=environment, capture_output=True)
    assert done.returncode == 0
    assert (done.stderr == b"") == quiet


@pytest.mark.slow
def test_the_log_is_shown_if_the_import_fails_but_not_for_a_mistake_of_the_user():
    environment = {key: value for key, value in os.environ.items() if "_LOG_LEVEL" not in key}
    environment.pop("XLA_FLAGS", None)
    for error, shown in (("RuntimeError", True), ("InputError", False)):
        code = f"from tf_edureka.errors import InputError\n{QUIETLY}    raise {error}"
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
        assert (b"InitializeLog" in done.stderr) == shown  # its first line on each CPU


# Prints the process's state around an import of TensorFlow, here of an empty module.
AROUND = """
import gc, logging, os, sys, types
from tf_edureka import runtime
{before}
frozen = gc.get_freeze_count()  # Python 3.12 has frozen some itself
with runtime.quiet_import({options}):
    sys.modules["tensorflow"] = types.ModuleType("tensorflow")
    inside = os.environ["KERAS_BACKEND"], gc.isenabled()
    handler = logging.StreamHandler()  # as TensorFlow makes one for what comes later
    os.write(2, b"of TensorFlow")
handler.emit(logging.makeLogRecord({{"msg": "later"}}))
print(*inside, os.environ.get("KERAS_BACKEND"), gc.isenabled(), gc.get_freeze_count() > frozen)
"""


@pytest.mark.parametrize(
    ("before", "options", "after"),
    [
        ("", "", "None True False"),
        ("gc.disable()", "", "None False False"),
        ("", "freeze=True", "None True True"),
        ("os.environ['KERAS_BACKEND'] = 'jax'", "", "jax True False"),
    ],
    ids=["plain", "no collector", "freeze", "another backend"],
)
def test_quiet_import_restores_the_process_state(before, options, after):
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}
    for name in ("KERAS_BACKEND", "XLA_FLAGS"):
        environment.pop(name, None)
    code = AROUND.format(before=before, options=options)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert done.stdout == f"tensorflow False {after}\n"
    assert done.stderr == "later\n"


@pytest.mark.slow
def test_other_backend_in_keras_json_is_reported_too(tmp_path):
    (tmp_path / "keras.json").write_text('{"backend": "jax"}')
    environment = {**os.environ, "KERAS_HOME": str(tmp_path)}
    environment.pop("KERAS_BACKEND", None)
    code = (
        "import tf_edureka\n"
        "try:\n    tf_edureka.train_mlp\n"
        "except tf_edureka.InputError as error:\n    print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    assert "keras.json" in done.stdout
    assert "jax" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", pytest.param("numpy", marks=pytest.mark.slow)])
def test_other_keras_backend_is_reported_in_one_line(backend):
    code = """
import tf_edureka
for name in ("train_mlp", "train_perceptron"):
    try:
        getattr(tf_edureka, name)
    except tf_edureka.InputError as error:
        print(error)
print(len(next(tf_edureka.tf1.batch_order(10, 2, graph_seed=1))))
"""
    environment = {**os.environ, "KERAS_BACKEND": backend}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    line = f"KERAS_BACKEND: expected tensorflow, got {backend} (from "
    assert [text[: len(line)] for text in done.stdout.splitlines()] == [line, line, "2"]
    assert "Traceback" not in done.stderr


@pytest.fixture
def gpus(monkeypatch):
    """Makes TensorFlow see GPUs of some compute capabilities; returns the settings made."""
    done = {"growth": [], "hidden": False}

    def pretend(*capabilities):
        found = {f"GPU {i}": each for i, each in enumerate(capabilities)}
        monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: list(found))
        monkeypatch.setattr(tf.config, "set_visible_devices", lambda *_: done.update(hidden=True))
        experimental = tf.config.experimental
        monkeypatch.setattr(
            experimental,
            "get_device_details",
            lambda gpu: {"device_name": "Pretended", "compute_capability": found[gpu]},
        )
        monkeypatch.setattr(
            experimental, "set_memory_growth", lambda gpu, on: done["growth"].append((gpu, on))
        )
        return done

    before = tf.config.experimental.tensor_float_32_execution_enabled()
    yield pretend
    tf.config.experimental.enable_tensor_float_32_execution(before)


def test_missing_gpu_is_an_error_that_names_the_doctor(gpus):
    gpus()
    with pytest.raises(InputError, match=r"run python -m tf_edureka\.doctor to see why"):
        runtime.use_device("gpu")


def test_the_gpu_is_used_if_there_is_one_and_its_memory_as_needed(gpus):
    done = gpus((9, 0), (9, 0))
    assert runtime.use_device("auto") == runtime.use_device("gpu") == "GPU (Pretended)"
    assert ("GPU 1", True) in done["growth"]
    assert not done["hidden"]


def test_the_cpu_is_used_if_asked_for(gpus):
    done = gpus((9, 0))
    assert runtime.use_device("cpu").startswith("CPU (")
    assert done["hidden"]


@pytest.mark.parametrize("choice", ["GPU", "cuda", "", None])
def test_unknown_device_is_rejected(choice):
    with pytest.raises(InputError, match="device: expected one of auto, cpu, gpu"):
        runtime.use_device(choice)
    with pytest.raises(InputError, match="precision: expected one of"):
        runtime.use_device("auto", precision="TF32")


def test_cpu_cannot_be_chosen_after_tensorflow_used_the_gpu(gpus, monkeypatch):
    def begun(*_):
        raise RuntimeError("Visible devices cannot be modified after being initialized")

    gpus((9, 0))
    monkeypatch.setattr(tf.config, "set_visible_devices", begun)
    monkeypatch.setattr(tf.config.experimental, "set_memory_growth", begun)
    with pytest.raises(InputError, match="device cpu: TensorFlow already computes"):
        runtime.use_device("cpu")
    assert runtime.use_device("auto") == "GPU (Pretended)"


@pytest.mark.parametrize("capabilities", [(), ((7, 5),), ((9, 0), (7, 5))], ids=str)
def test_tf32_is_rejected_on_devices_without_it(gpus, capabilities):
    gpus(*capabilities)
    with pytest.raises(InputError, match=r"precision tf32: expected .* 8\.0"):
        runtime.use_device("auto", precision="tf32")


def test_tf32_is_available_from_ampere_on(gpus):
    gpus((8, 0))
    assert runtime.use_device("auto", precision="tf32") == "GPU (Pretended)"


def test_float32_products_use_tf32_only_if_asked_for(gpus):
    gpus()
    enabled = tf.config.experimental.tensor_float_32_execution_enabled
    tf.config.experimental.enable_tensor_float_32_execution(True)  # TensorFlow's default
    runtime.use_device("auto")
    assert not enabled()
    with runtime.tf32(True):
        assert enabled()
        with runtime.tf32(False):
            assert not enabled()
        assert enabled()
    assert not enabled()


def test_cusolver_is_loaded_if_driver_and_wheel_exist(monkeypatch, tmp_path):
    library = tmp_path / "nvidia" / "cusolver" / "lib" / "libcusolver.so.11"
    library.parent.mkdir(parents=True)
    library.touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "nvidia", raising=False)
    loaded = []
    monkeypatch.setattr(ctypes, "CDLL", loaded.append)
    assert runtime.preload_cusolver() == library
    assert loaded == ["libcuda.so.1", str(library)]

    def no_driver(name):
        raise OSError

    monkeypatch.setattr(ctypes, "CDLL", no_driver)
    assert runtime.preload_cusolver() is None


def test_xla_uses_wide_vectors_unless_the_user_sets_xla_flags(gpus, monkeypatch):
    gpus()
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=false")
    runtime.use_device("auto")
    assert os.environ["XLA_FLAGS"] == "--xla_cpu_enable_fast_math=false"
    monkeypatch.delenv("XLA_FLAGS")
    runtime.use_device("auto")
    assert os.environ["XLA_FLAGS"] == runtime.WIDE_VECTORS


@pytest.mark.slow
def test_vector_width_gives_bit_identical_results(drawn_folder, tmp_path):
    costs = []
    for bits in (128, 512):
        out = tmp_path / str(bits)
        command = [sys.executable, SCRIPT, "--epochs", "2", "--data-dir", drawn_folder, "--quiet"]
        environment = os.environ | {"XLA_FLAGS": f"--xla_cpu_prefer_vector_width={bits}"}
        subprocess.run([*command, "--out", out], env=environment, check=True, capture_output=True)
        history = json.loads((out / "history.json").read_text())
        assert history["environment"]["XLA_FLAGS"].endswith(f"={bits}")
        costs.append(history["cost"])
    assert costs[0] == costs[1]


@pytest.mark.slow
def test_import_changes_no_process_state():
    code = (
        "import os; before = dict(os.environ)\n"
        "from tf_edureka import mlp, runtime\n"
        "from tf_edureka.mlp import ensemble, training\n"
        "assert {k: os.environ[k] for k in before} == before\n"
        "assert 'XLA_FLAGS' not in os.environ"
    )
    environment = {k: v for k, v in os.environ.items() if k != "XLA_FLAGS"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)


# Imports TensorFlow, uses what `lazily` puts off, and shows which modules the names then mean.
IMPORTED = """
import sys
from tf_edureka import runtime
with runtime.quiet_import(lazily={lazily}):
    import tensorflow as tf
    import keras
print("matplotlib.pyplot" in sys.modules, "tensorflow._api.v2.compat.v1" in sys.modules)
print(tf.compat.v1.Session.__name__, tf.compat.as_text(b"text"))
import tensorflow.compat.v1 as tf1
from tensorflow.compat.v2 import constant
print(tf1.Session is tf.compat.v1.Session, constant is tf.constant)
print(keras.visualization.plot_image_gallery.__name__, "matplotlib.pyplot" in sys.modules)
for package in (tf, tf.compat, tf.compat.v1, keras, keras.visualization):
    print([(name, getattr(getattr(package, name), "__name__", None)) for name in dir(package)])
"""


@pytest.mark.slow
def test_lazy_import_only_puts_off_the_packages_and_changes_no_name():
    eager, lazy = [], []
    for lazily, lines in ((False, eager), (True, lazy)):
        code = IMPORTED.format(lazily=lazily)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        lines += done.stdout.splitlines()
        assert done.returncode == 0, done.stderr
    assert eager[0] == "True True"
    assert lazy[0] == "False False"
    assert lazy[1:4] == ["Session text", "True True", "plot_image_gallery True"]
    assert lazy[1:] == eager[1:]
