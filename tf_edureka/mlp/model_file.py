"""Model files from any source, loaded only if they are networks for MNIST and run no code."""

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

_MAX_BYTES = 2**26  # 16 million weights
_MAX_CONFIG = 2**18  # ours has 3,000 bytes
_MAX_LAYERS = 100  # Keras needs quadratic time to connect them
_MAX_OUTPUT = 10**5  # outputs of a layer for one image
_MAX_WORK = 10**9  # multiplications per image; ours needs 300,000
_MAX_ARRAYS = 10_000
_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"
_EXPECTED = "expected a model as train-mnist writes it (model.keras)"
_RESAVE = 'convert it where it was created: model.save("model.keras")'
_MODELS = ("Sequential", "Functional")
# Other layers may need far more work than their size shows, such as an unrolled LSTM, or read
# files.
_LAYERS = (
    *("InputLayer", "Dense", "Flatten", "Reshape", "Rescaling", "Dropout", "GaussianNoise"),
    *("Normalization", "BatchNormalization", "LayerNormalization", "Activation", "Softmax"),
    *("ReLU", "LeakyReLU", "PReLU", "ELU"),
    *("Add", "Multiply", "Average", "Maximum", "Concatenate", "Permute"),
    *("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "ZeroPadding2D", "SpatialDropout2D"),
    *("MaxPooling2D", "AveragePooling2D", "GlobalMaxPooling2D", "GlobalAveragePooling2D"),
    *("RandomRotation", "RandomTranslation", "RandomZoom"),  # active only in training
    *("TrueDivide", "Divide", "Subtract"),  # such as inputs / 255
    *("Cast", "Round", "Log"),  # used when `load_model` wraps a model
)
_PARTS = ("DTypePolicy", "__keras_tensor__")
_NOT_NEEDED = ("_regularizer", "_constraint")


def load_model(path: str | os.PathLike[str]) -> keras.Model:
    """Loads a network that reads digits, from this package or any other source.

    Keras' safe mode rejects files that would run code. Layers, shapes and sizes are checked before
    any weight is allocated, since a small file can describe a network too large for any memory.

    A network from another source is tested on rendered digits to find its pixel scaling; the result
    is reported as an `InputWarning`. It is returned wrapped, so that the softmax of its logits
    equals the probabilities of the original.

    Args:
        path: path of a `.keras` file.

    Returns:
        a model from float32 pixels in [0, 1], shape (n, 784), to logits, shape (n, 10).

    Raises:
        InputError: if the file cannot be read, is not such a model or is not safe to load.

    Example:
        >>> import numpy as np
        >>> from tf_edureka import MlpConfig, mlp
        >>> model = mlp.network(MlpConfig.tuned())
        >>> mlp.save_model(model, "model.keras")
        >>> loaded = mlp.load_model("model.keras")
        >>> image = np.full((1, 28, 28), 100, np.uint8)
        >>> same = mlp.probabilities(loaded, image) == mlp.probabilities(model, image)
        >>> bool(same.all())
        True
    """
    path = Path(path)
    if (path / "saved_model.pb").is_file():
        raise InputError(f"{path}: {_EXPECTED}, got a SavedModel; {_RESAVE}")
    content = _files.read(path, _MAX_BYTES, "a model (model.keras)")
    try:
        if content.startswith(b"\x89HDF"):
            raise InputError(f"{_EXPECTED}, got an HDF5 file; {_RESAVE}")
        model, found = foreign.adapt(_load(content))
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except zipfile.BadZipFile:
        raise InputError(f"{path}: {_EXPECTED}, got another kind of file") from None
    except Exception as error:  # Keras raises many kinds of errors on damaged or unsafe files
        reason = (str(error).strip() or type(error).__name__).split("\n")[0]
        raise InputError(
            f"{path}: {_EXPECTED}, got one that Keras rejects in safe mode: {reason:.500}"
        ) from None
    if found:
        warnings.warn(InputWarning(f"{path}: {found}"), stacklevel=2)
    return model


def save_model(model: keras.Model, path: str | os.PathLike[str]) -> None:
    """Saves a network to a file that `load_model` and Keras can load.

    Unlike Keras' own `save`, it also works when the clock is set before 1980, as on a machine
    without a battery before its clock is set: a .keras file is a zip file, which has no earlier
    dates.

    Args:
        model: Keras model to save.
        path: path of the `.keras` file.

    Example:
        >>> import keras
        >>> from tf_edureka import MlpConfig, mlp
        >>> mlp.save_model(mlp.network(MlpConfig.tuned()), "model.keras")
        >>> keras.models.load_model("model.keras").count_params()
        269322
    """
    earliest = time.mktime((1980, 1, 2, 0, 0, 0, 0, 0, -1))
    clock = types.SimpleNamespace(
        time=lambda: max(time.time(), earliest), localtime=time.localtime, mktime=time.mktime
    )
    with unittest.mock.patch.object(zipfile, "time", clock):
        model.save(path)


def _load(content: bytes) -> keras.Model:
    members = _files.zip_members(content, most=1000)
    if missing := {_CONFIG, _WEIGHTS} - members.keys():
        raise InputError(f"{_EXPECTED}, got one without {min(missing)}")
    config, weights = _inference_config(members[_CONFIG]), members[_WEIGHTS]
    _expect_arrays(weights)
    try:
        # In this scope Keras builds a model without creating its variables.
        with keras.StatelessScope(initialize_variables=False):
            model = keras.saving.deserialize_keras_object(config, safe_mode=True)
            foreign.expect_shapes(model)
            _expect_small(model, len(weights))
        with keras.StatelessScope():
            pass  # on leaving this scope Keras creates the missing variables
    finally:  # otherwise Keras would later create the variables of a rejected model
        state = keras.src.backend.common.global_state
        state.set_global_attribute("uninitialized_variables", [])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / _WEIGHTS
        path.write_bytes(weights)
        model.load_weights(path)
    return model


def _inference_config(content: bytes) -> dict[str, Any]:
    """Returns the network's configuration without the parts needed only for training."""
    if len(content) > _MAX_CONFIG:
        raise InputError(f"expected a {_CONFIG} of at most {_MAX_CONFIG} bytes, got {len(content)}")
    config = json.loads(content)
    config.pop("compile_config", None)  # loss and optimizer
    if config["class_name"] not in _MODELS:
        raise InputError(
            f"expected a Sequential or Functional model, got {config['class_name']!r:.50}"
        )
    config["config"] = _strip_training(config["config"])
    if (layers := _count_layers(config)) > _MAX_LAYERS:
        raise InputError(f"expected a model with at most {_MAX_LAYERS} layers, got {layers}")
    return config


def _count_layers(part: dict[str, Any]) -> int:
    """Returns how many layers run when this layer or model is called; models themselves count 0."""
    config, calls = part["config"], 0
    if part["class_name"] in _MODELS:
        for layer in config["layers"]:
            calls += max(1, len(layer.get("inbound_nodes", ()))) * _count_layers(layer)
        part = {**part, "class_name": None, "config": {**config, "layers": []}}
    for one in _objects(part):
        name = one.get("class_name")
        if name not in (None, *_LAYERS, *_PARTS):
            raise InputError(
                "expected a model with only layers that are known to be safe, such as Dense and "
                f"Conv2D, got one with {name!r:.50}"
            )
        calls += name in _LAYERS
    return calls


def _strip_training(value: Any) -> Any:
    """Removes regularizers and constraints, and sets initializers to zeros."""
    if isinstance(value, list):
        return [_strip_training(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: "zeros" if name.endswith("_initializer") else _strip_training(one)
        for name, one in value.items()
        if not name.endswith(_NOT_NEEDED)
    }


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yields all objects in parsed JSON, at any depth."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value:
        if isinstance(one, dict | list):
            yield from _objects(one)


def _expect_arrays(content: bytes) -> None:
    """Rejects weights that are stored in other files or declare more data than the file has."""
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
                    left -= _plain_size(found)
                count += 1
                if left < 0 or count > _MAX_ARRAYS:
                    raise InputError(f"{_EXPECTED}, got one whose weights are not plain arrays")


def _plain_size(found: Any) -> float:
    """Returns the bytes of a numeric array stored uncompressed in the file; infinity otherwise."""
    plain = (
        isinstance(found, h5py.Dataset)
        and found.dtype.kind in "fiu"
        and found.chunks is None  # compressed arrays are always chunked
        and not found.is_virtual
        and not found.external
    )
    return found.nbytes if plain else math.inf


def _outputs(operation: keras.Operation) -> set[tuple[int, ...]]:
    """Returns the output shapes for one image, over all calls of the operation."""
    made = [out.shape[1:] for node in operation._inbound_nodes for out in node.output_tensors]
    if unknown := [shape for shape in made if None in shape]:
        raise InputError(f"expected layers with fixed output shapes, got {unknown[0]}")
    return set(made)


def _multiplications(operation: keras.Operation) -> int:
    """Returns an upper bound of multiplications per image: each weight at each position."""
    weights = sum(variable.shape.num_elements() for variable in getattr(operation, "variables", ()))
    positions = sum(
        max((math.prod(shape) // channels for channels in (*shape[:1], *shape[-1:])), default=1)
        for shape in _outputs(operation)
    )
    return positions * weights


def _expect_small(model: keras.Model, size: int) -> None:
    """Rejects more weights, outputs or work per image than a file of this `size` can need."""
    weights = sum(variable.shape.num_elements() for variable in model.variables)
    operations = list(foreign.operations(model))
    widest = max(math.prod(shape) for one in operations for shape in _outputs(one))
    if weights > size:
        raise InputError(f"expected a file large enough for {weights} weights, got {size} bytes")
    if widest > _MAX_OUTPUT:
        raise InputError(f"expected at most {_MAX_OUTPUT} outputs of a layer, got {widest}")
    if (work := sum(map(_multiplications, operations))) > _MAX_WORK:
        raise InputError(f"expected at most {_MAX_WORK} multiplications per image, got {work}")
