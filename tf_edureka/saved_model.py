"""A model file from anywhere: loaded only if it is a network for MNIST and runs no code."""

import json
import zipfile
from pathlib import Path

import keras

from tf_edureka.config import CLASSES, PIXELS
from tf_edureka.errors import InputError

# A network of sixty million weights. A small zip file can announce more than any memory holds.
_MAX_BYTES = 2**28
_WEIGHTS = "model.weights.h5"


def load(path: Path) -> keras.Model:
    """Loads a network as `train_mnist.py` saves it.

    Keras' safe mode refuses what would run code. Shapes and size are looked at before anything is
    loaded: a small file can describe a network that no memory holds.

    Args:
        path: a `.keras` file.

    Returns:
        a model from float32 pixels in [0, 1], shape (n, 784), to logits, shape (n, 10).

    Raises:
        InputError: when the file cannot be read, is no such model or is not safe to load.
    """
    expected = "expected a model as train_mnist.py writes it (model.keras)"
    try:
        if path.suffix != ".keras" or not zipfile.is_zipfile(path):
            path.open("rb").close()
            raise InputError(f"{path}: {expected}, got another kind of file")
        with zipfile.ZipFile(path) as file:
            sizes = {member.filename: member.file_size for member in file.infolist()}
            if sum(sizes.values()) > _MAX_BYTES:
                raise InputError(f"{path}: {expected}, got one of {sum(sizes.values())} bytes")
            config = json.loads(file.read("config.json"))
        # In this scope a model is built without its variables.
        with keras.StatelessScope(initialize_variables=False):
            shown = keras.saving.deserialize_keras_object(config, safe_mode=True)
            shapes = shown.input_shape, shown.output_shape
            weights = sum(variable.shape.num_elements() for variable in shown.variables)
        if shapes != ((None, PIXELS), (None, CLASSES)):
            raise InputError(
                f"{path}: expected a model from shape (n, {PIXELS}) to (n, {CLASSES}), got one "
                f"from {shapes[0]} to {shapes[1]}"
            )
        if weights > sizes[_WEIGHTS]:
            raise InputError(
                f"{path}: expected a file with its {weights} weights, got {sizes[_WEIGHTS]} bytes"
            )
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except Exception as error:  # what Keras raises on damaged or unsafe files is of many kinds
        reason = str(error).strip().split("\n")[0]
        raise InputError(f"{path}: {expected}, which Keras can load safely; {reason}") from None
