"""Writes the values of a checkpoint into a file that needs no TensorFlow to read."""

import zipfile
from pathlib import Path

import numpy as np

from tf_edureka import _files
from tf_edureka.errors import InputError
from tf_edureka.tf1.checkpoint.content import Array, Checkpoint

ENDINGS = (".npz", ".safetensors")


def write(checkpoint: Checkpoint, path: Path) -> list[str]:
    """Writes all values, to the bit, by their names.

    Args:
        checkpoint: whose values are written, slots and global step among them.
        path: of the file; it ends in `.npz` (for `numpy.load`) or `.safetensors`. It gets its name
            when it is whole.

    Returns:
        names of what the file's format does not have: strings, and in `.npz` bfloat16.

    Raises:
        InputError: when the ending is another, a value cannot be read, safetensors is not
            installed, or the file cannot be written.
    """
    if path.suffix not in ENDINGS:
        raise InputError(f"{path}: expected a name that ends in {' or '.join(ENDINGS)}")
    is_npz = path.suffix == ".npz"
    kept = [one for one in checkpoint.entries if one.dtype != "object"]
    if is_npz:  # NumPy reads back raw bytes of what it does not know itself
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
    # Not by numpy.savez: to it a variable with the name `file` is another argument.
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
