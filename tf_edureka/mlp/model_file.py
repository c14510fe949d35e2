"""A model file from anywhere: loaded only if it is a network for MNIST and runs no code."""

import concurrent.futures
import json
import math
import os
import zipfile
from pathlib import Path

from tf_edureka._keras import keras
from tf_edureka.config import CLASSES, PIXELS
from tf_edureka.errors import InputError

# A network of sixty million weights. A small zip file can announce more than any memory holds.
_MAX_BYTES = 2**28
_MAX_CONFIG = 2**20  # ours has 4,000 bytes
_MAX_OUTPUT = 10**6  # numbers that a layer makes of one image
_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"
_EXPECTED = "expected a model as train-mnist writes it (model.keras)"


def load_model(path: str | os.PathLike[str]) -> keras.Model:
    """Loads a network as `train-mnist` saves it.

    Keras' safe mode refuses what would run code. Shapes and size are looked at before anything is
    loaded: a small file can describe a network that no memory holds.

    Args:
        path: a `.keras` file.

    Returns:
        a model from float32 pixels in [0, 1], shape (n, 784), to logits, shape (n, 10).

    Raises:
        InputError: when the file cannot be read, is no such model or is not safe to load.
    """
    path = Path(path)
    try:
        # In a thread that ends: Keras keeps a list of its variables, and would make them later on.
        with concurrent.futures.ThreadPoolExecutor(1) as thread:
            thread.submit(_expect_small_network, path).result()
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except Exception as error:  # what Keras raises on damaged or unsafe files is of many kinds
        reason = (str(error).strip() or type(error).__name__).split("\n")[0]
        raise InputError(
            f"{path}: {_EXPECTED}, got one that Keras does not load in its safe mode: {reason}"
        ) from None
    logits = model(keras.Input((PIXELS,)))
    if not isinstance(logits, keras.KerasTensor):
        raise InputError(f"{path}: expected a model with one output, got {logits}")
    last = model.layers[-1]
    if isinstance(last, keras.layers.Softmax):  # logits are what it makes probabilities of
        return keras.Model(model.inputs, last.input)
    if getattr(last, "activation", None) is keras.activations.softmax:
        last.activation = keras.activations.linear
    return model


def _expect_small_network(path: Path) -> None:
    """Looks at what the file says of itself; builds no variable and loads no weight."""
    if path.suffix != ".keras" or not zipfile.is_zipfile(path):
        path.open("rb").close()
        raise InputError(f"{path}: {_EXPECTED}, got another kind of file")
    with zipfile.ZipFile(path) as file:
        sizes = {member.filename: member.file_size for member in file.infolist()}
        announced = (sizes.get(_CONFIG, 0), _MAX_CONFIG), (sum(sizes.values()), _MAX_BYTES)
        for size, most in announced:
            if size > most:
                raise InputError(f"{path}: expected a model of at most {most} bytes, got {size}")
        config = json.loads(file.read(_CONFIG))
    config.pop("compile_config", None)  # loss and optimizer are not needed
    # In this scope a model is built without its variables.
    with keras.StatelessScope(initialize_variables=False):
        shown = keras.saving.deserialize_keras_object(config, safe_mode=True)
        shapes = shown.input_shape, shown.output_shape
        weights = sum(variable.shape.num_elements() for variable in shown.variables)
        outputs = keras.tree.flatten([layer.output for layer in shown.layers])
        widest = max(math.prod(output.shape[1:]) for output in outputs)
    if shapes != ((None, PIXELS), (None, CLASSES)):
        raise InputError(
            f"{path}: expected a model from shape (n, {PIXELS}) to (n, {CLASSES}), got one from "
            f"{shapes[0]} to {shapes[1]}"
        )
    if weights > sizes[_WEIGHTS]:
        raise InputError(
            f"{path}: expected a file with its {weights} weights, got {sizes[_WEIGHTS]} bytes"
        )
    if widest > _MAX_OUTPUT:
        raise InputError(f"{path}: expected at most {_MAX_OUTPUT} outputs of a layer, got {widest}")
