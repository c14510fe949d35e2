"""A model file from anywhere: loaded only if it is a network for MNIST and runs no code."""

import io
import json
import math
import os
import tempfile
import time
import types
import unittest.mock
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py

from tf_edureka import _files
from tf_edureka._keras import keras
from tf_edureka.errors import InputError, InputWarning
from tf_edureka.mlp import foreign

_MAX_BYTES = 2**26  # sixteen million weights
_MAX_CONFIG = 2**18  # ours has 3,000 bytes
_MAX_LAYERS = 100  # Keras takes the square of their number to put them together
_MAX_OUTPUT = 10**5  # numbers that a layer makes of one image
_MAX_WORK = 10**9  # multiplications for one image; ours takes 300,000
_MAX_ARRAYS = 10_000
_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"
_EXPECTED = "expected a model as train-mnist writes it (model.keras)"
_OLDER = 'save it as one where it was made: model.save("model.keras")'
_MODELS = ("Sequential", "Functional")
# Others can make work that no size of theirs tells, such as an unrolled LSTM, or read other files.
_LAYERS = (
    *("InputLayer", "Dense", "Flatten", "Reshape", "Rescaling", "Dropout", "GaussianNoise"),
    *("Normalization", "BatchNormalization", "LayerNormalization", "Activation", "Softmax"),
    *("ReLU", "LeakyReLU", "PReLU", "ELU"),
    *("Add", "Multiply", "Average", "Maximum", "Concatenate", "Permute"),
    *("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "ZeroPadding2D", "SpatialDropout2D"),
    *("MaxPooling2D", "AveragePooling2D", "GlobalMaxPooling2D", "GlobalAveragePooling2D"),
    *("RandomRotation", "RandomTranslation", "RandomZoom"),  # nothing but in training
    *("TrueDivide", "Divide", "Subtract"),  # as in inputs / 255
    *("Cast", "Round", "Log"),  # with which `load_model` wraps others
)
_PARTS = ("DTypePolicy", "__keras_tensor__")
_NOT_NEEDED = ("_regularizer", "_constraint")


def load_model(path: str | os.PathLike[str]) -> keras.Model:
    """Loads a network that reads digits, whoever made it.

    Keras' safe mode refuses what would run code. Layers, shapes and size are looked at before any
    weight is made: a small file can describe a network that no memory holds.

    Other networks than those of `train-mnist` are asked which rendered digits they read, and how
    their pixels have to be scaled for it; what comes out is told in an `InputWarning`. They come
    wrapped, and the softmax of the logits is what they give as probabilities themselves.

    Args:
        path: a `.keras` file.

    Returns:
        a model from float32 pixels in [0, 1], shape (n, 784), to logits, shape (n, 10).

    Raises:
        InputError: when the file cannot be read, is no such model or is not safe to load.
    """
    path = Path(path)
    if (path / "saved_model.pb").is_file():
        raise InputError(f"{path}: {_EXPECTED}, got a SavedModel; {_OLDER}")
    content = _files.read(path, _MAX_BYTES, "a model (model.keras)")
    try:
        if content.startswith(b"\x89HDF"):
            raise InputError(f"{_EXPECTED}, got an HDF5 file; {_OLDER}")
        model, found = foreign.adapted(_loaded(content))
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except zipfile.BadZipFile:
        raise InputError(f"{path}: {_EXPECTED}, got another kind of file") from None
    except Exception as error:  # what Keras raises on damaged or unsafe files is of many kinds
        reason = (str(error).strip() or type(error).__name__).split("\n")[0]
        raise InputError(
            f"{path}: {_EXPECTED}, got one that Keras does not load in its safe mode: {reason:.500}"
        ) from None
    if found:
        warnings.warn(InputWarning(f"{path}: {found}"), stacklevel=2)
    return model


def save_model(model: keras.Model, path: str | os.PathLike[str]) -> None:
    """Saves a network as `load_model` loads it.

    Keras' own `save` cannot where the clock stands before 1980, as it does on a machine without a
    battery until it has a network: a .keras file is a zip file, which knows no earlier date.

    Args:
        model: as `load_model` gives it, or any other that Keras can save.
        path: of the `.keras` file.
    """
    earliest = time.mktime((1980, 1, 2, 0, 0, 0, 0, 0, -1))
    clock = types.SimpleNamespace(
        time=lambda: max(time.time(), earliest), localtime=time.localtime, mktime=time.mktime
    )
    with unittest.mock.patch.object(zipfile, "time", clock):
        model.save(path)


def _loaded(content: bytes) -> keras.Model:
    members = _files.zip_members(content, most=1000)
    if missing := {_CONFIG, _WEIGHTS} - members.keys():
        raise InputError(f"{_EXPECTED}, got one without {min(missing)}")
    config, weights = _simple(members[_CONFIG]), members[_WEIGHTS]
    _expect_arrays(weights)
    try:
        # In this scope a model is built without its variables.
        with keras.StatelessScope(initialize_variables=False):
            model = keras.saving.deserialize_keras_object(config, safe_mode=True)
            foreign.expect_shapes(model)
            _expect_small(model, len(weights))
        with keras.StatelessScope():
            pass  # at whose end Keras makes those that it has not made
    finally:  # or it would make those of a network that is refused later on
        state = keras.src.backend.common.global_state
        state.set_global_attribute("uninitialized_variables", [])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / _WEIGHTS
        path.write_bytes(weights)
        model.load_weights(path)
    return model


def _simple(content: bytes) -> dict[str, Any]:
    """What describes the network, without what only its training needs."""
    if len(content) > _MAX_CONFIG:
        raise InputError(f"expected a {_CONFIG} of at most {_MAX_CONFIG} bytes, got {len(content)}")
    config = json.loads(content)
    config.pop("compile_config", None)  # loss and optimizer
    if config["class_name"] not in _MODELS:
        raise InputError(
            f"expected a Sequential or Functional model, got {config['class_name']!r:.50}"
        )
    config["config"] = _stripped(config["config"])
    if (layers := _calls(config)) > _MAX_LAYERS:
        raise InputError(f"expected a model of at most {_MAX_LAYERS} layers, got {layers}")
    return config


def _calls(part: dict[str, Any]) -> int:
    """How many layers run when this one or this model is called; models only hold layers."""
    config, calls = part["config"], 0
    if part["class_name"] in _MODELS:
        for layer in config["layers"]:
            calls += max(1, len(layer.get("inbound_nodes", ()))) * _calls(layer)
        part = {**part, "class_name": None, "config": {**config, "layers": []}}
    for one in _objects(part):
        name = one.get("class_name")
        if name not in (None, *_LAYERS, *_PARTS):
            raise InputError(
                "expected a model of layers that are known to be harmless, such as Dense and "
                f"Conv2D, got one with {name!r:.50}"
            )
        calls += name in _LAYERS
    return calls


def _stripped(value: Any) -> Any:
    """The same without rules for training, and with zeros for the weights until they are loaded."""
    if isinstance(value, list):
        return [_stripped(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: "zeros" if name.endswith("_initializer") else _stripped(one)
        for name, one in value.items()
        if not name.endswith(_NOT_NEEDED)
    }


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """All objects in what comes from JSON, however deep."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value:
        if isinstance(one, dict | list):
            yield from _objects(one)


def _expect_arrays(content: bytes) -> None:
    """Refuses weights that are in other files, or that announce more than is there."""
    left, count = float(len(content)), 0
    with h5py.File(io.BytesIO(content), "r") as file:
        groups = [file]
        while groups:
            group = groups.pop()
            for name in group:
                is_here = isinstance(group.get(name, getlink=True), h5py.HardLink)
                found = group[name] if is_here else None
                if isinstance(found, h5py.Group):
                    groups.append(found)
                else:
                    left -= _size(found)
                count += 1
                if left < 0 or count > _MAX_ARRAYS:
                    raise InputError(f"{_EXPECTED}, got one whose weights are not just arrays")


def _size(found: Any) -> float:
    """How long an array of numbers is that stands in the file as it is; infinite for all else."""
    plain = (
        isinstance(found, h5py.Dataset)
        and found.dtype.kind in "fiu"
        and found.chunks is None  # as all is that is compressed
        and not found.is_virtual
        and not found.external
    )
    return found.nbytes if plain else math.inf


def _outputs(operation: keras.Operation) -> set[tuple[int, ...]]:
    """The shapes of what it makes of one image, in all of its calls."""
    made = [out.shape[1:] for node in operation._inbound_nodes for out in node.output_tensors]
    if unknown := [shape for shape in made if None in shape]:
        raise InputError(f"expected layers of fixed shapes, got one of {unknown[0]}")
    return set(made)


def _work(operation: keras.Operation) -> int:
    """How often it multiplies for one image, at most: with each weight at each position."""
    weights = sum(variable.shape.num_elements() for variable in getattr(operation, "variables", ()))
    positions = sum(
        max((math.prod(shape) // channels for channels in (*shape[:1], *shape[-1:])), default=1)
        for shape in _outputs(operation)
    )
    return positions * weights


def _expect_small(model: keras.Model, size: int) -> None:
    """Refuses more weights, outputs or work than a file of this `size` can mean for an image."""
    weights = sum(variable.shape.num_elements() for variable in model.variables)
    operations = list(foreign.operations(model))
    widest = max(math.prod(shape) for one in operations for shape in _outputs(one))
    if weights > size:
        raise InputError(f"expected a file with its {weights} weights, got {size} bytes")
    if widest > _MAX_OUTPUT:
        raise InputError(f"expected at most {_MAX_OUTPUT} outputs of a layer, got {widest}")
    if (work := sum(map(_work, operations))) > _MAX_WORK:
        raise InputError(f"expected at most {_MAX_WORK} multiplications an image, got {work}")
