"""Writes the values of a checkpoint to a file that can be read without TensorFlow."""

import zipfile
from pathlib import Path

import numpy as np

from tf_edureka import _files
from tf_edureka.errors import InputError
from tf_edureka.tf1.checkpoint.content import Array, Checkpoint

ENDINGS = (".npz", ".safetensors")


def write(checkpoint: Checkpoint, path: Path) -> list[str]:
    """Writes all values of a checkpoint, bit-identical and atomically, to a file.

    Args:
        checkpoint: checkpoint with the values, including slots and the global step.
        path: path of the file, which ends in `.npz` (for `numpy.load`) or `.safetensors`.

    Returns:
        names of the tensors that the format cannot store: strings, and in `.npz` bfloat16.

    Raises:
        InputError: if the path has another ending, a value cannot be read, safetensors is not
            installed, or the file cannot be written.

    Example:
        >>> from pathlib import Path
        >>> import numpy as np
        >>> from tf_edureka import tf1
        >>> checkpoint = tf1.checkpoint.read("model.ckpt-7")
        >>> tf1.checkpoint.write(checkpoint, Path("weights.npz"))
        []
        >>> np.load("weights.npz")["hidden/weights"].shape
        (6, 5)
    """
    if path.suffix not in ENDINGS:
        raise InputError(f"{path}: expected a name that ends in {' or '.join(ENDINGS)}")
    is_npz = path.suffix == ".npz"
    kept = [one for one in checkpoint.entries if one.dtype != "object"]
    if is_npz:  # NumPy would read unknown dtypes back as raw bytes
        kept = [one for one in kept if np.dtype(one.dtype).kind != "V"]
    try:
        with _files.atomic_write(path) as partial:
            if is_npz:
                _npz(checkpoint, [one.name for one in kept], partial)
            else:
                _safetensors({one.name: checkpoint[one.name] for one in kept}, partial)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from None
    written = {one.name for one in kept}
    return [one.name for one in checkpoint.entries if one.name not in written]


def _npz(checkpoint: Checkpoint, names: list[str], path: Path) -> None:
    # Not numpy.savez: a variable named `file` would clash with its argument.
    with zipfile.ZipFile(path, "w", allowZip64=True) as archive:
        for name in names:
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.asanyarray(checkpoint[name]), allow_pickle=False)


def _safetensors(values: dict[str, Array], path: Path) -> None:
    try:
        from safetensors.numpy import save_file
    except ImportError:
        raise InputError(
            f"{path.suffix}: expected the package safetensors, got none; pip install safetensors, "
            "or write .npz"
        ) from None
    save_file({name: np.asarray(value, order="C") for name, value in values.items()}, path)
