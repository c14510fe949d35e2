import ctypes
import sys

import pytest
import tensorflow as tf

from tf_edureka import devices
from tf_edureka.errors import InputError


@pytest.fixture
def gpus(monkeypatch):
    """Makes TensorFlow see GPUs of some compute capabilities; the result has what was set."""
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


def test_a_gpu_that_there_is_not_is_an_error_that_names_the_doctor(gpus):
    gpus()
    with pytest.raises(InputError, match=r"python -m tf_edureka\.doctor says why"):
        devices.use("gpu")


def test_the_gpu_is_used_if_there_is_one_and_its_memory_as_needed(gpus):
    done = gpus((9, 0), (9, 0))
    assert devices.use("auto") == devices.use("gpu") == "GPU (Pretended)"
    assert ("GPU 1", True) in done["growth"]
    assert not done["hidden"]


def test_the_cpu_is_used_if_asked_for(gpus):
    done = gpus((9, 0))
    assert devices.use("cpu").startswith("CPU (")
    assert done["hidden"]


@pytest.mark.parametrize("capabilities", [(), ((7, 5),), ((9, 0), (7, 5))], ids=str)
def test_tf32_is_refused_where_a_device_has_none(gpus, capabilities):
    gpus(*capabilities)
    with pytest.raises(InputError, match=r"precision tf32: expected .* 8\.0"):
        devices.use("auto", precision="tf32")


def test_tf32_is_there_from_ampere_on(gpus):
    gpus((8, 0))
    assert devices.use("auto", precision="tf32") == "GPU (Pretended)"


def test_float32_is_multiplied_as_such_unless_tf32_is_asked_for(gpus):
    gpus()
    enabled = tf.config.experimental.tensor_float_32_execution_enabled
    tf.config.experimental.enable_tensor_float_32_execution(True)  # TensorFlow's default
    devices.use("auto")
    assert not enabled()
    with devices.tf32(True):
        assert enabled()
        with devices.tf32(False):
            assert not enabled()
        assert enabled()
    assert not enabled()


def test_cusolver_is_loaded_where_there_are_a_driver_and_its_wheel(monkeypatch, tmp_path):
    library = tmp_path / "nvidia" / "cusolver" / "lib" / "libcusolver.so.11"
    library.parent.mkdir(parents=True)
    library.touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "nvidia", raising=False)
    loaded = []
    monkeypatch.setattr(ctypes, "CDLL", loaded.append)
    assert devices.help_tensorflow_find_cuda() == library
    assert loaded == ["libcuda.so.1", str(library)]

    def no_driver(name):
        raise OSError

    monkeypatch.setattr(ctypes, "CDLL", no_driver)
    assert devices.help_tensorflow_find_cuda() is None
