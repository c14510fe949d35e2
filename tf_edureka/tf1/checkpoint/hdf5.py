"""HDF5 files of Keras 2 and `tf.keras`, with whole models or weights alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tf_edureka.errors import InputError
from tf_edureka.tf1.checkpoint.content import SLOT, STEP, WEIGHT, Array, Checkpoint, Entry
from tf_edureka.tf1.checkpoint.places import Place


def read(path: Path, place: Place) -> Checkpoint:
    """Reads the weights of a file; ignores the model in it, which may contain code.

    Args:
        path: path that the user gave, for messages.
        place: location of the file.

    Raises:
        InputError: if the file cannot be read, is of another kind, or links to other files.
    """
    import h5py  # which comes with Keras

    try:
        with h5py.File(place.path, "r") as file:
            entries = [*_weights(path, file, h5py), *_optimizer(path, file, h5py)]
            values = {one.name: where for one, where in entries}
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{path}: the HDF5 file cannot be read ({text})") from None

    def value(name: str) -> Array:
        try:
            with h5py.File(place.path, "r") as file:
                return np.asarray(_dataset(path, file, values[name], h5py)[()])
        except (OSError, RuntimeError, MemoryError) as error:
            raise InputError(f"{path}: {name} cannot be read ({error})") from None

    return Checkpoint(
        path=path,
        format="HDF5 file of Keras",
        entries=tuple(one for one, _ in entries),
        is_ordered=True,
        reader=value,
    )


def _weights(path: Path, file: Any, h5py: Any) -> Iterator[tuple[Entry, str]]:
    root = "model_weights" if "model_weights" in file else ""
    group = _group(path, file, root, h5py) if root else file
    if "layer_names" not in group.attrs:
        raise InputError(
            f"{path}: expected a file of Keras 2, got an HDF5 file without layer names"
        )
    for layer in _names(group, "layer_names"):
        where = "/".join(filter(None, (root, layer)))
        for name in _names(_group(path, file, where, h5py), "weight_names"):
            place = f"{where}/{name}"
            yield _entry(name, _dataset(path, file, place, h5py), WEIGHT), place


def _optimizer(path: Path, file: Any, h5py: Any) -> Iterator[tuple[Entry, str]]:
    if "optimizer_weights" not in file:
        return
    weights = sorted((one.name for one, _ in _weights(path, file, h5py)), key=len, reverse=True)
    for name in _names(_group(path, file, "optimizer_weights", h5py), "weight_names"):
        place = f"optimizer_weights/{name}"
        plain = name.removesuffix(":0")
        scope, _, last = plain.rpartition("/")
        owner = next((one for one in weights if f"/{scope}".endswith(f"/{one}")), "")
        role = STEP if last in ("iter", "iterations") else SLOT
        entry = _entry(name, _dataset(path, file, place, h5py), role, owner, last if owner else "")
        yield entry, place


def _entry(name: str, dataset: Any, role: str, of: str = "", slot: str = "") -> Entry:
    return Entry(
        name=name.removesuffix(":0"),
        shape=tuple(dataset.shape),
        dtype=str(dataset.dtype),
        role=role,
        of=of,
        slot=slot,
    )


def _names(group: Any, attribute: str) -> list[str]:
    """Names in an attribute, which Keras splits if it is long."""
    parts = [attribute] if attribute in group.attrs else []
    if not parts:
        for number in range(len(group.attrs)):
            if f"{attribute}{number}" in group.attrs:
                parts.append(f"{attribute}{number}")
    names = [name for part in parts for name in group.attrs[part]]
    return [one.decode() if isinstance(one, bytes) else str(one) for one in names]


def _resolved(path: Path, file: Any, place: str, h5py: Any) -> Any:
    """The object at a path whose every part is in this file."""
    one = file
    for part in place.split("/"):
        link = one.get(part, getlink=True)
        if link is None:
            raise InputError(f"{path}: expected {place} in the file, got none")
        if not isinstance(link, h5py.HardLink):
            raise InputError(
                f"{path}: expected {place} in the file itself, got a link; links are not followed"
            )
        one = one[part]
    return one


def _group(path: Path, file: Any, place: str, h5py: Any) -> Any:
    group = _resolved(path, file, place, h5py)
    if not isinstance(group, h5py.Group):
        raise InputError(f"{path}: expected a group {place}, got {type(group).__name__}")
    return group


def _dataset(path: Path, file: Any, place: str, h5py: Any) -> Any:
    dataset = _resolved(path, file, place, h5py)
    if not isinstance(dataset, h5py.Dataset) or dataset.external or dataset.is_virtual:
        raise InputError(f"{path}: expected the values of {place} in the file itself, got none")
    return dataset
